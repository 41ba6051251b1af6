"""Sums of a unit → its score, how sure we are of it, or why there is none."""

from functools import reduce

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.formula import (
    AVERAGE,
    NORMAL_QUANTILE,
    POINTS_PER_DEVIATION,
    engagement_weights,
    likeness_within_visit,
)
from engagement.gold.sums import between, from_millionths, mean_of
from engagement.gold.terms import CARRIED, phase_prior
from engagement.gold.units import dimension_total
from engagement.schemas.enums import Dimension, NoScore
from engagement.settings import ScoreSettings

# Variance of one response's points, before any is seen: the scale's own (formula.py).
_PRIOR_VARIANCE = POINTS_PER_DEVIATION**2


def add_means(summed: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Add per dimension `mean_*` (points above 50), `trust_*` (n/(n+k)), `carried_*` and `variance_*`.

    k is `phase_prior`.

    `carried_*` are the points that the learner's earlier responses lead to expect: what the mean is shrunk
    toward, 0 where nothing is carried. `variance_*` is that of the shrunk mean. Without a response, mean is
    null, trust 0 and variance the prior's: missing evidence is the limit of little evidence.
    """
    k = {dimension: phase_prior(dimension, settings) for dimension in Dimension}
    with_means = summed.select(
        "*",
        *(
            F.when(F.col(f"count_{d}") > 0, dimension_total(d) / F.col(f"count_{d}")).alias(f"mean_{d}")
            for d in Dimension
        ),
        *((F.col(f"count_{d}") / (F.col(f"count_{d}") + F.lit(k[d]))).alias(f"trust_{d}") for d in Dimension),
        *(_carried(dimension).alias(f"carried_{dimension}") for dimension in Dimension),
    )
    spread = with_means.select(
        "*",
        *(_response_variance(d, settings.prior_responses).alias(f"noise_{d}") for d in Dimension),
    )
    return spread.select("*", *(_variance(d, k[d]).alias(f"variance_{d}") for d in Dimension))


def add_scores(with_drivers: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Add engagement with its interval, the dimensions, and the reason where there is no score.

    Needs `total`, 50 and all drivers summed (engagement/gold/drivers.py); drivers are emptied with the score.
    """
    weights = engagement_weights(settings)
    variance = reduce(
        lambda left, right: left + right,
        (weights[dimension] ** 2 * F.col(f"variance_{dimension}") for dimension in Dimension),
        F.lit(settings.habit_deviation**2),
    )
    half_width = F.lit(NORMAL_QUANTILE) * F.sqrt(variance)
    reason = F.when(F.col("responses") < settings.minimum_responses, NoScore.TOO_FEW_RESPONSES).when(
        F.col("scored") < settings.minimum_responses, NoScore.NO_REFERENCE
    )
    is_scored = reason.isNull()
    dimensions = {
        d: between(
            AVERAGE
            + F.col(f"trust_{d}") * F.col(f"mean_{d}")
            + (1 - F.col(f"trust_{d}")) * F.col(f"carried_{d}"),
            0.0,
            100.0,
        )
        for d in Dimension
    }
    return with_drivers.select(
        *(name for name in with_drivers.columns if name != "drivers"),
        F.when(is_scored, F.col("total")).alias("engagement"),
        F.when(is_scored, between(F.col("total") - half_width, 0.0, 100.0)).alias("engagement_low"),
        F.when(is_scored, between(F.col("total") + half_width, 0.0, 100.0)).alias("engagement_high"),
        *(F.when(is_scored, score).alias(dimension) for dimension, score in dimensions.items()),
        reason.alias("reason"),
        F.when(is_scored, F.col("drivers"))
        .otherwise(F.filter("drivers", lambda _: F.lit(False)))
        .alias("drivers"),
        (F.col("voiced") / F.col("responses")).alias("voiced_share"),
        from_millionths(F.col("active")).alias("active_seconds"),
        mean_of(F.col("accuracy"), F.col("accuracy_count")).alias("mean_accuracy"),
    )


def _carried(dimension: Dimension) -> Column:
    if dimension not in CARRIED:
        return F.lit(0.0)
    return from_millionths(F.col(f"earlier_{dimension}")) / F.col("responses")


def _response_variance(dimension: Dimension, k: float) -> Column:
    """Return the variance of one response's points, pooled with k responses of the prior's."""
    count, mean = F.col(f"count_{dimension}"), F.coalesce(F.col(f"mean_{dimension}"), F.lit(0.0))
    squares = F.coalesce(from_millionths(F.col(f"squares_{dimension}")), F.lit(0.0)) - count * mean * mean
    return (F.greatest(squares, F.lit(0.0)) + F.lit(k * _PRIOR_VARIANCE)) / (count + F.lit(k))


def _variance(dimension: Dimension, k: float) -> Column:
    """Return the variance of the shrunk mean: 1 / (1/V + k/σ²), with V the greater of two estimates.

    Answers of one visit are alike, so that n of them tell less than n. σ²/n · (1 + (n/S - 1) · likeness) is
    Kish's design effect (1965) for S sessions of equal size with the likeness that the indicators lead one to
    expect; S/(S-1) · Σ(s - n·mean)² / (Σn)² is what the sessions at hand show (Cochran 1977), and too small
    by chance where these are few.
    """
    count, mean = F.col(f"count_{dimension}"), F.col(f"mean_{dimension}")
    noise, sessions = F.col(f"noise_{dimension}"), F.col(f"sessions_{dimension}")
    expected = noise / count * (1 + (count / sessions - 1) * F.lit(likeness_within_visit(dimension)))
    squares = (
        from_millionths(F.col(f"total_squares_{dimension}"))
        - 2 * mean * from_millionths(F.col(f"count_totals_{dimension}"))
        + mean * mean * F.col(f"count_squares_{dimension}")
    )
    shown = F.when(sessions > 1, sessions / (sessions - 1) * squares / (count * count))
    of_mean = F.when(count > 0, F.greatest(expected, F.coalesce(shown, F.lit(0.0))))
    precision = F.coalesce(1 / of_mean, F.lit(0.0)) + F.lit(k) / noise
    return 1 / precision
