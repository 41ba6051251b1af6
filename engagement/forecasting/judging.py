"""How the forecast does on learners never fitted on, forward in time, against two baselines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.sql import Column, DataFrame, functions as F

from engagement.forecasting.figures import Floats, auc, brier, calibration_error, with_interval
from engagement.forecasting.models import Models, fit_baseline, fit_stopping, probability
from engagement.gold.forecast import BASELINE_INPUTS, HELD_OUT_PART
from engagement.gold.sums import left_join

Figures = dict[str, dict[str, Any]]
# The scores that are compared: ours, and the two baselines.
OURS, REGRESSION, SILENCE = "", "_recency_frequency", "_days_since_last"


@dataclass(frozen=True)
class Rehearsal:
    """What models fitted on earlier dates foresaw of held-out learners at later ones, and what came.

    Attributes:
        learners: str (rows,), whose row it is.
        outcomes: float64 (rows,), 1 where the learner stopped, else 0.
        scores: Per score, float64 (rows,): probabilities, and for `SILENCE` the silence so far.
        subgroups: Per row, whom it belongs to: `language=ta`, `school=…`; empty where it was not asked for.
    """

    learners: Any
    outcomes: Floats
    scores: Mapping[str, Floats]
    subgroups: Sequence[Sequence[str]]


def rehearse(rows: DataFrame, *, horizon_days: int, whose: DataFrame | None = None) -> Rehearsal | None:
    """Fit on earlier dates, try held-out learners at later ones; None where there is too little history.

    The latest quarter of the dates is tried; the rehearsal is fitted on dates whose horizon had passed by
    the first of them, as it would have been then. At most a fifth of `MOST_ROWS` rows are collected.

    Args:
        rows: `training_rows` with outcomes.
        horizon_days: Days that the forecast looks ahead.
        whose: learner_id, language, school_id and identity, unique by the first two, for the subgroups.
    """
    dates = sorted(row["as_of"] for row in rows.select("as_of").distinct().collect())
    if not dates:
        return None
    first_tried = dates[-max(1, len(dates) // 4)]
    before = rows.where(F.col("as_of") <= F.lit(first_tried - timedelta(days=horizon_days)))
    model = fit_stopping(before)
    if model is None:
        return None
    tried = rows.where((F.col("as_of") >= F.lit(first_tried)) & (F.col("part") == HELD_OUT_PART))
    told = _with_chance(tried, model, OURS)
    told = _with_chance(told, fit_baseline(before, BASELINE_INPUTS), REGRESSION)
    if whose is not None:
        told = left_join(told, whose, on=("learner_id", "language"))
    collected = told.select("learner_id", "stopped", "recency", *_chances(), _subgroups(told)).collect()
    if not collected:
        return None
    columns = {OURS: f"chance{OURS}", REGRESSION: f"chance{REGRESSION}", SILENCE: "recency"}
    return Rehearsal(
        np.array([row["learner_id"] for row in collected]),
        np.array([row["stopped"] for row in collected], dtype=np.float64),
        {
            name: np.array([row[column] for row in collected], dtype=np.float64)
            for name, column in columns.items()
        },
        [row["subgroups"] for row in collected],
    )


def judge_stopping(rehearsal: Rehearsal | None) -> Figures:
    """Return every score's AUC, our gain over the others, and how far the probabilities can be taken.

    Empty without a rehearsal.
    """
    if rehearsal is None:
        return {}
    learners, outcomes, scores = rehearsal.learners, rehearsal.outcomes, rehearsal.scores

    def told(figure: Callable[[Any], float]) -> dict[str, Any]:
        row = _row(with_interval(figure, learners), len(outcomes))
        return {**row, "learners": len(np.unique(learners))}

    figures: Figures = {}
    for name, score in scores.items():
        figures[f"forecast_auc{name}"] = told(partial(_at, auc, outcomes, score))
        if name != OURS:
            figures[f"forecast_auc_gain_over{name}"] = told(partial(_gain_at, outcomes, scores[OURS], score))
    for name in (OURS, REGRESSION):
        figures[f"forecast_brier{name}"] = told(partial(_at, brier, outcomes, scores[name]))
        error = partial(_at, calibration_error, outcomes, scores[name])
        figures[f"forecast_calibration_error{name}"] = told(error)
    return figures


def _with_chance(rows: DataFrame, model: PipelineModel, name: str) -> DataFrame:
    return model.transform(rows).select(*rows.columns, probability().alias(f"chance{name}"))


def _chances() -> list[str]:
    return [f"chance{name}" for name in (OURS, REGRESSION)]


def _subgroups(rows: DataFrame) -> Column:
    """Return the subgroups of a row, those of them that its columns tell."""
    named = {"school": "school_id", "identity": "identity"}
    told = [
        F.concat(F.lit("language="), "language"),
        F.concat(F.lit("level=m"), F.col("level_number").cast("int")),
        *(F.concat(F.lit(f"{name}="), column) for name, column in named.items() if column in rows.columns),
    ]
    return F.array_compact(F.array(*told)).alias("subgroups")


def _at(measure: Callable[[Floats, Floats], float], outcomes: Floats, scores: Floats, rows: Any) -> float:
    return measure(outcomes[rows], scores[rows])


def _gain_at(outcomes: Floats, ours: Floats, theirs: Floats, rows: Any) -> float:
    return auc(outcomes[rows], ours[rows]) - auc(outcomes[rows], theirs[rows])


def judge_next_phase(
    rows: DataFrame, next_phase: PipelineModel | None, band: tuple[float, float] | None
) -> Figures:
    """Return mean error and coverage of the next phase's engagement on the held-out learners."""
    held_out = rows.where((F.col("part") == HELD_OUT_PART) & F.col("next_phase_engagement").isNotNull())
    if next_phase is None or band is None:
        return {}
    told = next_phase.transform(held_out).select("learner_id", "next_phase_engagement", "expected_engagement")
    collected = told.collect()
    if not collected:
        return {}
    learners = np.array([row["learner_id"] for row in collected])
    residuals = np.array([row[1] - row[2] for row in collected], dtype=np.float64)
    low, high = band
    inside = (residuals >= low) & (residuals <= high)
    count = len(residuals)
    measured: dict[str, Callable[[Any], float]] = {
        "forecast_next_phase_error": lambda at: float(np.abs(residuals[at]).mean()),
        "forecast_next_phase_coverage": lambda at: float(inside[at].mean()),
    }
    return {
        name: {**_row(with_interval(figure, learners), count), "learners": len(np.unique(learners))}
        for name, figure in measured.items()
    }


def held_out_brier(rows: DataFrame, models: Models) -> float | None:
    """Return the Brier score on the held-out learners, all dates; None without any."""
    held_out = rows.where(F.col("part") == HELD_OUT_PART)
    squared = (probability() - F.col("stopped")) ** 2
    value = models.stopping.transform(held_out).agg(F.avg(squared)).collect()[0][0]
    return None if value is None else float(value)


def _row(told: tuple[float, float | None, float | None], count: int) -> dict[str, Any]:
    """Return a figure as it stands in the card; null where it cannot be told."""
    rounded = [None if each is None or np.isnan(each) else round(each, 6) for each in told]
    return {"value": rounded[0], "low": rounded[1], "high": rounded[2], "n": count}
