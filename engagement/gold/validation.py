"""Observations of scores and of what became of learners → figures of trust, each with an interval.

An observation is up to three numbers (x, y, z) of one learner. Whatever is told of many of them, a mean or a
correlation, follows from their count and their sums; so every figure of every subgroup comes out of one
aggregation, and nothing is collected. The interval is the jackknife's (engagement/gold/jackknife.py).
"""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window, functions as F, types as T

from engagement.gold.jackknife import T_QUANTILE, bucket_of_learner
from engagement.gold.measures import MEASURES, NEEDS, Kind, of_kind
from engagement.gold.moments import CORRELATIONS, MOMENTS, PRODUCTS, SUMS, figure, with_moments
from engagement.gold.observations import ATTRIBUTES
from engagement.gold.sums import between, exact_sum
from engagement.schemas.enums import NoFigure
from engagement.schemas.forecast import VALIDATION
from engagement.settings import ValidationSettings

ALL = "all"
# Stands where no bucket is left out.
NOBODY = -1


def validation_figures(observations: DataFrame, settings: ValidationSettings) -> DataFrame:
    """Return gold.validation without cohort and lineage: one row per figure and subgroup.

    Every measure has a row for `all`, told or not. A subgroup of fewer than `fewest_learners` is null with a
    reason, as is a figure without observations or without variation. Residuals are of subgroups only: over
    all they are 0 by construction.

    Args:
        observations: Rows of `observed`; one that lacks a number its kind takes is dropped.
            `group` may stand beside them: a further attribute to divide by.
        settings: Least size of a subgroup, largest gap.
    """
    sums = with_moments(_replicates(_bucket_sums(observations)))
    beside = Window.partitionBy("figure", "left_out")
    compared = sums.select(
        *("figure", "subgroup", "left_out", "learners", "n", *MOMENTS, *CORRELATIONS),
        *(
            F.max(F.when(F.col("subgroup") == ALL, F.col(name))).over(beside).alias(f"all_{name}")
            for name in MOMENTS
        ),
    )
    figured = compared.select("figure", "subgroup", "left_out", "learners", "n", figure().alias("figured"))
    is_whole = F.col("left_out") == NOBODY
    told = figured.groupBy("figure", "subgroup").agg(
        *(F.max(F.when(is_whole, F.col(name))).alias(name) for name in ("learners", "n")),
        F.max(F.when(is_whole, F.col("figured"))).alias("value"),
        F.sort_array(F.collect_list(F.when(~is_whole, F.col("figured")))).alias("without"),
    )
    return _in_table_order(told.where(_is_a_row()), settings)


def _bucket_sums(observations: DataFrame) -> DataFrame:
    """Return count, learners and sums per figure, subgroup and bucket of learners."""
    told = reduce(lambda left, right: left | right, (_is_complete(name) for name in MEASURES))
    attributes = {**ATTRIBUTES, **({"group": "group"} if "group" in observations.columns else {})}
    named = (F.concat(F.lit(f"{name}="), F.col(column)) for name, column in attributes.items())
    divided = observations.where(told).select(
        "figure",
        "learner_id",
        F.explode(F.array_compact(F.array(F.lit(ALL), *named))).alias("subgroup"),
        "x",
        *(F.coalesce(name, F.lit(0.0)).alias(name) for name in ("y", "z")),
    )
    per_learner = divided.groupBy("figure", "subgroup", "learner_id").agg(
        F.count(F.lit(1)).alias("n"),
        *(exact_sum(F.col(name)).alias(name) for name in ("x", "y", "z")),
        *(exact_sum(F.col(a) * F.col(b)).alias(a + b) for a, b in PRODUCTS),
    )
    return per_learner.groupBy("figure", "subgroup", bucket_of_learner().alias("bucket")).agg(
        F.count(F.lit(1)).alias("learners"), *(F.sum(name).alias(name) for name in SUMS)
    )


def _is_complete(figure: str) -> Column:
    needed = NEEDS[MEASURES[figure].kind]
    return (F.col("figure") == figure) & reduce(
        lambda left, right: left & right, (F.col(name).isNotNull() & ~F.isnan(name) for name in needed)
    )


def _replicates(sums: DataFrame) -> DataFrame:
    """Return the sums over all buckets (`left_out` is `NOBODY`), and over all but one of them."""
    names = ("learners", *SUMS)
    whole = Window.partitionBy("figure", "subgroup")
    counted = sums.drop("bucket").unionByName(_nothing(sums))
    totals = counted.groupBy("figure", "subgroup").agg(
        F.lit(NOBODY).alias("left_out"), *(F.sum(name).alias(name) for name in names)
    )
    rests = sums.select(
        "figure",
        "subgroup",
        F.col("bucket").alias("left_out"),
        *((F.sum(name).over(whole) - F.col(name)).alias(name) for name in names),
    )
    return totals.unionByName(rests)


def _is_a_row() -> Column:
    return (F.col("subgroup") != ALL) | ~F.col("figure").isin(*of_kind(Kind.RESIDUAL))


def _nothing(like: DataFrame) -> DataFrame:
    """Return zeros for `all` of every measure: what nothing was observed of has a row as well."""
    measures = of_kind(*(kind for kind in Kind if kind is not Kind.RESIDUAL))
    return like.sparkSession.range(1).select(
        F.explode(F.array(*(F.lit(name) for name in measures))).alias("figure"),
        F.lit(ALL).alias("subgroup"),
        *(F.lit(0).cast(like.schema[name].dataType).alias(name) for name in ("learners", *SUMS)),
    )


def _in_table_order(told: DataFrame, settings: ValidationSettings) -> DataFrame:
    few = F.col("learners") < settings.fewest_learners
    reason = (
        F.when(F.col("n") == 0, NoFigure.NOTHING_OBSERVED)
        .when(few & (F.col("subgroup") != ALL), NoFigure.TOO_FEW_LEARNERS)
        .when(F.col("value").isNull(), NoFigure.NO_VARIATION)
    )
    half_width = F.when(F.size("without") > 1, T_QUANTILE * F.sqrt(_jackknife_variance()))
    bounded = F.col("figure").isin(*of_kind(Kind.CORRELATION, Kind.RELIABILITY, Kind.PARTIAL))
    low, high = F.col("value") - half_width, F.col("value") + half_width
    gaps = [name for name, measure in MEASURES.items() if measure.is_gap]
    is_far = F.abs("value") > settings.largest_gap_points
    made: dict[str, Column] = {
        "value": F.col("value"),
        "low": F.when(bounded, between(low, -1.0, 1.0)).otherwise(low),
        "high": F.when(bounded, between(high, -1.0, 1.0)).otherwise(high),
        "is_flagged": F.when(F.col("figure").isin(*gaps), is_far),
    }
    reasoned = told.withColumn("reason", reason)
    return reasoned.select(
        *(
            F.when(F.col("reason").isNull(), made[c.name]).cast(c.dataType).alias(c.name)
            if c.name in made
            else F.col(c.name).cast(c.dataType).alias(c.name)
            for c in VALIDATION.made_columns
        )
    )


def _jackknife_variance() -> Column:
    """Return (G - 1)/G · Σ(θ₋ᵢ - mean)², added up in the order of the values."""
    count = F.size("without")
    zero = F.lit(0.0).cast(T.DoubleType())
    mean = F.aggregate("without", zero, lambda total, value: total + value) / count
    squares = F.aggregate("without", zero, lambda total, value: total + (value - mean) ** 2)
    return (count - 1) / count * squares
