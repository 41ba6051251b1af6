"""The forecast on simulated classes: who stops, judged forward in time on learners never fitted on."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, functions as F

from engagement.forecasting.figures import Floats, auc, calibration_error, with_interval
from engagement.forecasting.fitting import past_dates
from engagement.forecasting.judging import OURS, Rehearsal, rehearse
from engagement.forecasting.models import training_rows
from engagement.gold.forecast import PARTS, model_inputs, with_outcomes
from engagement.gold.learner_features import learner_features
from engagement.schemas import MILESTONES, PHASE_ENGAGEMENT, RESPONSES
from tests.benchmarks.score_truth.classes import SimulatedClass

_DRAWS = 200


def rehearsed(simulated: SimulatedClass) -> list[Rehearsal]:
    """Return what the forecast and its baselines say of a class at the latest days.

    Each of the five parts of the learners is held out in turn and judged by models fitted on the others, so
    that every learner is judged and none by a model that has seen him. Empty where the class has too few
    stops for a model.
    """
    settings = simulated.settings().forecast
    responses, milestones = simulated.table(RESPONSES), simulated.table(MILESTONES)
    first, last = responses.agg(F.min("response_date"), F.max("response_date")).collect()[0]
    dates = past_dates(first, last + timedelta(days=1), settings)
    features = learner_features(responses, milestones, dates)
    outcomes = with_outcomes(
        model_inputs(features, settings), responses, simulated.table(PHASE_ENGAGEMENT), settings
    )
    rows = training_rows(outcomes).persist()
    told = [rehearse(_turned(rows, turn), horizon_days=settings.horizon_days) for turn in range(PARTS)]
    rows.unpersist()
    return [each for each in told if each is not None]


def _turned(rows: DataFrame, turn: int) -> DataFrame:
    return rows.withColumn("part", (F.col("part") + turn) % PARTS)


def forecast_figures(classes: Sequence[Rehearsal]) -> dict[str, float]:
    """Return AUC and calibration error pooled over classes, and how sure the gain over the baselines is."""
    outcomes = np.concatenate([each.outcomes for each in classes])
    learners = np.concatenate(
        [np.char.add(f"{number}:", each.learners.astype(str)) for number, each in enumerate(classes)]
    )
    scores: dict[str, Floats] = {
        name: np.concatenate([each.scores[name] for each in classes]) for name in classes[0].scores
    }
    ours = scores[OURS]
    figures = {"rows foreseen": float(len(outcomes)), "stops among them": float(outcomes.sum())}
    figures["AUC of stopping, forecast"] = auc(outcomes, ours)
    for name, theirs in scores.items():
        if name != OURS:
            told = name.strip("_").replace("_", " ")
            gain, low, _ = with_interval(partial(_gain, outcomes, ours, theirs), learners)
            figures[f"AUC of stopping, {told}"] = auc(outcomes, theirs)
            figures[f"  gain over {told}"] = gain
            figures[f"  gain over {told}: lower 90 % bound, paired bootstrap over learners"] = low or 0.0
    figures["calibration error of the forecast"] = calibration_error(outcomes, ours)
    figures["  that exact probabilities would show by chance on so few rows"] = chance_error(ours)
    figures["  mean probability told"] = float(ours.mean())
    figures["  share that stopped"] = float(outcomes.mean())
    return figures


def chance_error(probabilities: Floats) -> float:
    """Return the mean calibration error of outcomes that are drawn with the very probabilities told.

    A bin of few rows misses its share by chance: below this, no forecast can be expected to come.
    """
    draw = np.random.default_rng(1)
    outcomes = draw.random((_DRAWS, len(probabilities))) < probabilities
    return float(np.mean([calibration_error(each.astype(np.float64), probabilities) for each in outcomes]))


def _gain(outcomes: Floats, ours: Floats, theirs: Floats, rows: NDArray[np.intp]) -> float:
    return auc(outcomes[rows], ours[rows]) - auc(outcomes[rows], theirs[rows])
