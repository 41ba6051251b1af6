"""What scores are measured against: each indicator's mean and spread over a language's whole population."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.indicators import NAMES
from engagement.gold.periods import closed_sums
from engagement.gold.sums import exact_square, exact_sum, from_millionths, mean_of
from engagement.settings import ScoreSettings

_FEWEST_FOR_A_SPREAD = 2
# Sums are kept in whole millionths: below this, a variance may be nothing but their rounding.
_LEAST_VARIANCE = 1e-5


def build_references(evidence: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return the references of every language and scored period (gold.references without its lineage).

    One row per language, period and indicator with at least one value to measure against. All levels and
    phases count together, so that stages can differ. `spread` is null where fewer than two values or no
    variation are to be had: the indicator then says nothing in that period.

    Args:
        evidence: respond_evidence's rows of the whole population, whoever is selected.
        settings: The formula's constants.
    """
    counted = _per_indicator(_per_period(evidence))
    closed = closed_sums(
        counted.withColumn("latest_period", _latest_period()),
        keys=("language", "indicator"),
        measures={"responses": ["total", "squares", "learners"]},
        minimum=settings.minimum_reference_responses,
    )
    return closed.where(F.col("responses") > 0).select(
        "language",
        "period",
        "indicator",
        mean_of(F.col("total"), F.col("responses")).alias("mean"),
        _spread().alias("spread"),
        F.col("responses").cast("bigint").alias("responses"),
        F.col("learners").cast("bigint").alias("learners"),
    )


def _per_period(evidence: DataFrame) -> DataFrame:
    """Return one row per language and period: counts, sums, squares and new learners of every indicator."""
    per_learner = evidence.groupBy("learner_id", "language", "period").agg(
        *(F.count(name).alias(f"responses_{name}") for name in NAMES),
        *(exact_sum(F.col(name)).alias(f"total_{name}") for name in NAMES),
        *(exact_sum(exact_square(F.col(name))).alias(f"squares_{name}") for name in NAMES),
    )
    earlier = (
        Window.partitionBy("learner_id", "language")
        .orderBy("period")
        .rowsBetween(Window.unboundedPreceding, -1)
    )
    with_news = per_learner.select(
        *per_learner.columns,
        *(
            (
                (F.col(f"responses_{name}") > 0)
                & (F.coalesce(F.sum(f"responses_{name}").over(earlier), F.lit(0)) == 0)
            )
            .cast("int")
            .alias(f"learners_{name}")
            for name in NAMES
        ),
    )
    summed = [f"{kind}_{name}" for name in NAMES for kind in ("responses", "total", "squares", "learners")]
    return with_news.groupBy("language", "period").agg(
        # Squares of a whole population can outgrow a bigint.
        *(F.sum(F.col(column).cast("decimal(28,0)")).alias(column) for column in summed)
    )


def _per_indicator(per_period: DataFrame) -> DataFrame:
    entries = F.array(
        *(
            F.struct(
                F.lit(name).alias("indicator"),
                *(
                    F.col(f"{kind}_{name}").alias(kind)
                    for kind in ("responses", "total", "squares", "learners")
                ),
            )
            for name in NAMES
        )
    )
    return per_period.select("language", "period", F.inline(entries))


def _latest_period() -> Column:
    # One row per language, period and indicator: few enough for a window over all of them.
    everything = Window.partitionBy(F.lit(0)).rowsBetween(
        Window.unboundedPreceding, Window.unboundedFollowing
    )
    return F.max("period").over(everything)


def _spread() -> Column:
    count, total = F.col("responses").cast("double"), from_millionths(F.col("total"))
    variance = (from_millionths(F.col("squares")) - total * total / count) / (count - 1)
    return F.when((count >= _FEWEST_FOR_A_SPREAD) & (variance > _LEAST_VARIANCE), F.sqrt(variance))
