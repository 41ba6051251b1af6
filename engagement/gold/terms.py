"""Indicators → points: the level against the reference, the change against the learner's own past."""

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.formula import WINSORISED_AT, points_scale
from engagement.gold.indicators import INDICATORS, NAMES, Indicator, of_dimension
from engagement.gold.sums import between, left_join
from engagement.schemas.enums import Dimension
from engagement.settings import ScoreSettings

# Dimensions whose earlier points say something of the present ones. Voice is left out: where it is lost, the
# score must stay where it is.
CARRIED = (Dimension.BEHAVIOURAL, Dimension.COGNITIVE)


def phase_prior(dimension: Dimension, settings: ScoreSettings) -> float:
    """Return k of n/(n+k) for n responses of a phase or session that have the dimension.

    What is carried is drawn harder: toward what is known of the learner, and not toward everybody's average.
    """
    return settings.carried_responses if dimension in CARRIED else settings.prior_responses


def add_terms(evidence: DataFrame, references: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Add each indicator's terms in points of its dimension, and the dimensions' sums of them.

    One row per response, none dropped. Per indicator: `reference_*` its reference mean, `usual_*` the mean of
    the learner's earlier responses in the language, `level_*` and `change_*` the points. The change is
    shrunk with n/(n+k) over those earlier responses, so that a first one has none. Per dimension `*_points`,
    their sum, and for the carried ones `earlier_*`, what the learner's latest `earlier_responses` before this
    one lead to expect of it: their mean, shrunk with n/(n+k), 0 without any. Null: not observed, without a
    reference, or of no meaning in the phase.
    """
    by_learner = Window.partitionBy("learner_id", "language")
    earlier = by_learner.orderBy("responded_at", "response_id").rowsBetween(Window.unboundedPreceding, -1)
    with_past = evidence.select(
        "*",
        *(F.avg(name).over(earlier).alias(f"usual_{name}") for name in NAMES),
        *(F.count(name).over(earlier).alias(f"past_{name}") for name in NAMES),
    )
    with_references = left_join(with_past, F.broadcast(_wide(references)), on=["language", "period"])
    standardised = with_references.select(
        *evidence.columns,
        *(f"{kind}_{name}" for name in NAMES for kind in ("reference", "usual")),
        *(_level(indicator).alias(f"z_level_{indicator.name}") for indicator in INDICATORS),
        *(
            _change(indicator, settings.prior_responses).alias(f"z_change_{indicator.name}")
            for indicator in INDICATORS
        ),
    )
    weighed = standardised.select(
        "*", *(_weight_at_hand(dimension).alias(f"at_hand_{dimension}") for dimension in Dimension)
    )
    in_points = weighed.select(
        *evidence.columns,
        *(f"{kind}_{name}" for name in NAMES for kind in ("reference", "usual")),
        *(_points(indicator, "level", indicator.level_share) for indicator in INDICATORS),
        *(_points(indicator, "change", 1 - indicator.level_share) for indicator in INDICATORS),
    )
    summed = in_points.select("*", *(_dimension_points(dimension) for dimension in Dimension))
    return summed.select("*", *(earlier_points(dimension, settings) for dimension in CARRIED))


def earlier_points(dimension: Dimension, settings: ScoreSettings) -> Column:
    """Return `earlier_*` of `add_terms` out of the column `*_points`."""
    before = (
        Window.partitionBy("learner_id", "language")
        .orderBy("responded_at", "response_id")
        .rowsBetween(-settings.earlier_responses, -1)
    )
    points = f"{dimension}_points"
    count = F.count(points).over(before)
    trusted = count / (count + F.lit(settings.prior_responses))
    return F.coalesce(trusted * F.avg(points).over(before), F.lit(0.0)).alias(f"earlier_{dimension}")


def _wide(references: DataFrame) -> DataFrame:
    """Return the references with one row per language and period."""
    is_named = {name: F.col("indicator") == name for name in NAMES}
    return references.groupBy("language", "period").agg(
        *(F.max(F.when(named, F.col("mean"))).alias(f"reference_{name}") for name, named in is_named.items()),
        *(F.max(F.when(named, F.col("spread"))).alias(f"spread_{name}") for name, named in is_named.items()),
    )


def _level(indicator: Indicator) -> Column:
    name = indicator.name
    deviation = (F.col(name) - F.col(f"reference_{name}")) / F.col(f"spread_{name}")
    return _sign(indicator) * between(deviation, -WINSORISED_AT, WINSORISED_AT)


def _change(indicator: Indicator, prior_responses: float) -> Column:
    name = indicator.name
    past = F.col(f"past_{name}")
    deviation = (F.col(name) - F.col(f"usual_{name}")) / F.col(f"spread_{name}")
    trusted = past / (past + F.lit(prior_responses))
    return _sign(indicator) * trusted * between(deviation, -WINSORISED_AT, WINSORISED_AT)


def _sign(indicator: Indicator) -> Column:
    """Return 1 or -1 by phase; null where the indicator says nothing."""
    told = {phase: sign for phase, sign in indicator.signs.items() if sign}
    return F.create_map(*(F.lit(entry) for pair in told.items() for entry in (str(pair[0]), pair[1])))[
        F.col("phase")
    ]


def _weight_at_hand(dimension: Dimension) -> Column:
    return _sum(
        F.when(F.col(f"z_level_{indicator.name}").isNotNull(), indicator.weight).otherwise(0.0)
        for indicator in of_dimension(dimension)
    )


def _points(indicator: Indicator, term: str, share: float) -> Column:
    """Return the term in points; an observed indicator without a past has a change of 0."""
    name = indicator.name
    per_deviation = points_scale(indicator.dimension) * indicator.weight * share
    points = (
        F.lit(per_deviation) / F.col(f"at_hand_{indicator.dimension}") * _zero_if_null(f"z_{term}_{name}")
    )
    return F.when(F.col(f"z_level_{name}").isNotNull(), points).alias(f"{term}_{name}")


def _dimension_points(dimension: Dimension) -> Column:
    names = [indicator.name for indicator in of_dimension(dimension)]
    observed = F.coalesce(*(F.col(f"level_{name}") for name in names)).isNotNull()
    total = _sum(_zero_if_null(f"{term}_{name}") for name in names for term in ("level", "change"))
    return F.when(observed, total).alias(f"{dimension}_points")


def _zero_if_null(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(0.0))


def _sum(columns: Iterable[Column]) -> Column:
    return reduce(lambda left, right: left + right, columns)
