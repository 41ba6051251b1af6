"""The forecast's figures by language, school, level and identity, and its calibration in steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession, types as T

from engagement.forecasting.figures import CALIBRATION_BINS, auc, brier, calibration_error
from engagement.forecasting.judging import OURS, REGRESSION, SILENCE, Rehearsal
from engagement.gold.jackknife import BUCKETS, T_QUANTILE
from engagement.schemas import VALIDATION
from engagement.schemas.enums import NoFigure
from engagement.settings import ValidationSettings

Row = dict[str, Any]
Places = NDArray[np.intp]
# Which rows of gold.validation are the forecast's.
FORECAST_FIGURES = "startswith(figure, 'forecast')"


def judge_subgroups(rehearsal: Rehearsal | None) -> list[Row]:
    """Return figure, subgroup, value, low, high, n, learners and reason of every subgroup, the small as well.

    Empty without a rehearsal.
    """
    if rehearsal is None:
        return []
    places: dict[str, list[int]] = {}
    for place, subgroups in enumerate(rehearsal.subgroups):
        for subgroup in subgroups:
            places.setdefault(subgroup, []).append(place)
    return [
        _row(rehearsal, figure, subgroup, np.array(rows))
        for subgroup, rows in sorted(places.items())
        for figure in _FIGURES
    ]


def calibration_steps(rehearsal: Rehearsal | None) -> list[Row]:
    """Return what was told and what came in tenths of the rows, the least probability first.

    `low` and `high` of what came are Wilson's interval (1927), 90 %, as if the rows were independent.
    """
    if rehearsal is None:
        return []
    chances, outcomes = rehearsal.scores[OURS], rehearsal.outcomes
    steps = np.array_split(np.argsort(chances, kind="stable"), CALIBRATION_BINS)
    told: list[Row] = []
    for number, rows in enumerate((rows for rows in steps if len(rows)), start=1):
        count = {"n": len(rows), "learners": len(set(rehearsal.learners[rows])), "reason": None}
        low, high = _wilson(float(outcomes[rows].sum()), len(rows))
        subgroup = f"tenth={number:02}"
        expected = round(float(chances[rows].mean()), 6)
        told.append(
            {"figure": "forecast_told", "subgroup": subgroup, "value": expected, **_NO_INTERVAL, **count}
        )
        came = {"value": round(float(outcomes[rows].mean()), 6), "low": low, "high": high}
        told.append({"figure": "forecast_came", "subgroup": subgroup, **came, **count})
    return told


def figure_rows(spark: SparkSession, rows: Sequence[Row], settings: ValidationSettings) -> DataFrame:
    """Return figures as rows of gold.validation without cohort and lineage; small subgroups are null.

    Args:
        spark: The session.
        rows: Figures of everybody and of subgroups; a handful per subgroup.
        settings: Least size of a subgroup.
    """
    columns = VALIDATION.made_columns
    kept: list[Row] = [{c.name: row.get(c.name) for c in columns} for row in rows]
    for row in kept:
        # The steps of the calibration are no subgroup of learners.
        if not row["subgroup"].startswith(("all", "tenth=")) and row["learners"] < settings.fewest_learners:
            row |= {"value": None, **_NO_INTERVAL, "reason": NoFigure.TOO_FEW_LEARNERS.value}
    return spark.createDataFrame(kept, T.StructType(columns))


_NO_INTERVAL: Mapping[str, None] = {"low": None, "high": None}


def _auc(rehearsal: Rehearsal, score: str, rows: Places) -> float:
    return auc(rehearsal.outcomes[rows], rehearsal.scores[score][rows])


def _gain(rehearsal: Rehearsal, baseline: str, rows: Places) -> float:
    return _auc(rehearsal, OURS, rows) - _auc(rehearsal, baseline, rows)


def _of_chances(measure: Any, rehearsal: Rehearsal, rows: Places) -> float:
    return float(measure(rehearsal.outcomes[rows], rehearsal.scores[OURS][rows]))


_FIGURES: Mapping[str, Any] = {
    "forecast_auc": lambda told, rows: _auc(told, OURS, rows),
    f"forecast_auc_gain_over{REGRESSION}": lambda told, rows: _gain(told, REGRESSION, rows),
    f"forecast_auc_gain_over{SILENCE}": lambda told, rows: _gain(told, SILENCE, rows),
    "forecast_brier": lambda told, rows: _of_chances(brier, told, rows),
    "forecast_calibration_error": lambda told, rows: _of_chances(calibration_error, told, rows),
}


def _row(rehearsal: Rehearsal, figure: str, subgroup: str, rows: Places) -> Row:
    learners = rehearsal.learners[rows]
    names, owner = np.unique(learners, return_inverse=True)
    row: Row = {"figure": figure, "subgroup": subgroup, "value": None, **_NO_INTERVAL}
    row |= {"n": len(rows), "learners": len(names), "reason": None}
    value = _FIGURES[figure](rehearsal, rows)
    if np.isnan(value):
        return row | {"reason": NoFigure.NO_VARIATION.value}
    row["value"] = round(value, 6)
    groups = owner % BUCKETS
    if len(names) > 1:
        without = [_FIGURES[figure](rehearsal, rows[groups != group]) for group in np.unique(groups)]
        half_width = T_QUANTILE * float(np.sqrt((len(without) - 1) * np.var(without)))
        if not np.isnan(half_width):
            row |= {"low": round(value - half_width, 6), "high": round(value + half_width, 6)}
    return row


def _wilson(stopped: float, count: int) -> tuple[float, float]:
    z = 1.6449
    share, penalty = stopped / count, z * z / count
    middle = (share + penalty / 2) / (1 + penalty)
    half_width = z / (1 + penalty) * float(np.sqrt(share * (1 - share) / count + penalty / (4 * count)))
    return round(middle - half_width, 6), round(middle + half_width, 6)
