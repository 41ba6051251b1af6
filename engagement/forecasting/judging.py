"""How the forecast does on learners never fitted on, forward in time, against two baselines."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, functions as F

from engagement.forecasting.figures import Floats, auc, brier, calibration_error, with_interval
from engagement.forecasting.models import Models, fit_baseline, fit_stopping, probability
from engagement.gold.forecast import BASELINE_INPUTS, HELD_OUT_PART

Figures = dict[str, dict[str, Any]]


def judge_stopping(rows: DataFrame, *, horizon_days: int) -> Figures:
    """Return the figures of a rehearsal: fitted on earlier dates, tried on held-out learners at later ones.

    The latest quarter of the dates is tried; the rehearsal is fitted on dates whose horizon had passed by
    the first of them, as it would have been then. Empty where there is too little history for that.

    Args:
        rows: `training_rows` with outcomes.
        horizon_days: Days that the forecast looks ahead.
    """
    dates = sorted(row["as_of"] for row in rows.select("as_of").distinct().collect())
    first_tried = dates[-max(1, len(dates) // 4)] if dates else None
    if first_tried is None:
        return {}
    before = rows.where(F.col("as_of") <= F.lit(first_tried - timedelta(days=horizon_days)))
    model = fit_stopping(before)
    tried = rows.where((F.col("as_of") >= F.lit(first_tried)) & (F.col("part") == HELD_OUT_PART))
    told = tried.select("learner_id", "stopped").collect() if model else []
    if model is None or not told:
        return {}
    learners = np.array([row["learner_id"] for row in told])
    outcomes = np.array([row["stopped"] for row in told], dtype=np.float64)
    chances = {
        "": _told(tried, model),
        "_recency_frequency": _told(tried, fit_baseline(before, BASELINE_INPUTS)),
    }
    recency = np.array([row["recency"] for row in tried.select("recency").collect()], dtype=np.float64)
    return _compared(learners, outcomes, chances, recency)


def _told(rows: DataFrame, model: PipelineModel) -> Floats:
    told = model.transform(rows).select(probability().alias("chance")).collect()
    return np.array([row["chance"] for row in told], dtype=np.float64)


def _compared(learners: Any, outcomes: Floats, chances: dict[str, Floats], recency: Floats) -> Figures:
    """Return every score's AUC, our gain over the others, and how far the probabilities can be taken."""

    def told(figure: Callable[[Any], float]) -> dict[str, Any]:
        return _row(with_interval(figure, learners), len(outcomes))

    scores = {**chances, "_days_since_last": recency}
    figures: Figures = {}
    for name, score in scores.items():
        figures[f"forecast_auc{name}"] = told(partial(_at, auc, outcomes, score))
        if name:
            figures[f"forecast_auc_gain_over{name}"] = told(partial(_gain_at, outcomes, chances[""], score))
    for name, chance in chances.items():
        figures[f"forecast_brier{name}"] = told(partial(_at, brier, outcomes, chance))
        figures[f"forecast_calibration_error{name}"] = told(partial(_at, calibration_error, outcomes, chance))
    return figures


def _at(measure: Callable[[Floats, Floats], float], outcomes: Floats, scores: Floats, rows: Any) -> float:
    return measure(outcomes[rows], scores[rows])


def _gain_at(outcomes: Floats, ours: Floats, theirs: Floats, rows: Any) -> float:
    return auc(outcomes[rows], ours[rows]) - auc(outcomes[rows], theirs[rows])


def judge_next_phase(rows: DataFrame, models: Models) -> Figures:
    """Return mean error and coverage of the next phase's engagement on the held-out learners."""
    held_out = rows.where((F.col("part") == HELD_OUT_PART) & F.col("next_phase_engagement").isNotNull())
    if models.next_phase is None or models.band is None:
        return {}
    told = models.next_phase.transform(held_out).select(
        "learner_id", "next_phase_engagement", "expected_engagement"
    )
    collected = told.collect()
    if not collected:
        return {}
    learners = np.array([row["learner_id"] for row in collected])
    residuals = np.array([row[1] - row[2] for row in collected], dtype=np.float64)
    low, high = models.band
    inside = (residuals >= low) & (residuals <= high)
    count = len(residuals)
    return {
        "forecast_next_phase_error": _row(
            with_interval(lambda at: float(np.abs(residuals[at]).mean()), learners), count
        ),
        "forecast_next_phase_coverage": _row(
            with_interval(lambda at: float(inside[at].mean()), learners), count
        ),
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
