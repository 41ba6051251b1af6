"""Bronze, silver and gold tables → the small tables that a report shows, one function a table."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame, functions as F

from engagement.report.attention import LIKELY, urgency
from engagement.report.figures import INTERVAL_Z
from engagement.schemas.enums import Dimension


def selection_totals(phase_engagement: DataFrame) -> DataFrame:
    """Return one row: learners, active time and period of the selection."""
    return phase_engagement.agg(
        F.countDistinct("learner_id").alias("learners"),
        (F.coalesce(F.sum("active_seconds"), F.lit(0.0)) / 3600).alias("active_hours"),
        F.min("started_at").alias("first_at"),
        F.max("ended_at").alias("last_at"),
    )


def ledger_totals(ingested_files: DataFrame) -> DataFrame:
    """Return one row per kind of file: the ledger's totals over all runs."""
    counted = ("lines", "events", "kept", "duplicates", "rejected")
    return (
        ingested_files.groupBy("kind")
        .agg(F.countDistinct("source_file").alias("files"), *(F.sum(name).alias(name) for name in counted))
        .orderBy(F.desc("kind"))
    )


def code_tallies(coded: Mapping[str, DataFrame], *, codes: int) -> DataFrame:
    """Return one row per tally and value: how often each value of a one-column table occurs.

    Args:
        coded: The one-column tables by the name of their tally.
        codes: Values kept per tally, the most frequent first.
    """
    counted = [
        rows.groupBy(F.col(rows.columns[0]).alias("value"))
        .agg(F.count("*").alias("count"))
        .orderBy(F.desc("count"), "value")
        .limit(codes)
        .select(F.lit(name).alias("tally"), "value", "count")
        for name, rows in coded.items()
    ]
    return reduce(DataFrame.unionByName, counted)


def phase_cells(phase_engagement: DataFrame) -> DataFrame:
    """Return one row per language, level and phase, the one with most learners first.

    Means are over the learners with a score. `error_variance` is that of the mean, from the learners'
    intervals; `falling` and `rising` count the learners whose trend's interval lies below or above zero.
    """
    learner_error = (F.col("engagement_high") - F.col("engagement_low")) / (2 * INTERVAL_Z)
    return (
        phase_engagement.groupBy("language", "level", "phase")
        .agg(
            F.count("*").alias("learners"),
            F.count("engagement").alias("scored"),
            F.sum("responses").alias("responses"),
            F.avg("engagement").alias("engagement"),
            F.var_samp("engagement").alias("variance"),
            (F.sum(learner_error**2) / F.count("engagement") ** 2).alias("error_variance"),
            *(F.avg(dimension).alias(dimension) for dimension in Dimension),
            *(F.count(dimension).alias(f"{dimension}_learners") for dimension in Dimension),
            F.count("trend").alias("trended"),
            F.avg("trend").alias("trend"),
            F.count_if(F.col("trend_high") < 0).alias("falling"),
            F.count_if(F.col("trend_low") > 0).alias("rising"),
        )
        .orderBy(F.desc("learners"), "language", "level", "phase")
    )


def week_means(response_engagement: DataFrame) -> DataFrame:
    """Return one row per language and week (from Monday, UTC), the latest first.

    The mean is over learners, each with the mean of that week's responses: who answers much counts once.
    """
    per_learner = response_engagement.groupBy(
        "language", F.date_trunc("week", "responded_at").alias("week"), "learner_id"
    ).agg(F.avg("engagement").alias("engagement"), F.count("*").alias("responses"))
    return (
        per_learner.groupBy("language", "week")
        .agg(
            F.count("*").alias("learners"),
            F.count("engagement").alias("scored"),
            F.sum("responses").alias("responses"),
            F.avg("engagement").alias("engagement"),
            F.var_samp("engagement").alias("variance"),
            F.lit(None).cast("double").alias("error_variance"),
        )
        .orderBy(F.desc("week"), F.desc("learners"), "language")
    )


def group_sizes(learner_groups: DataFrame) -> DataFrame:
    """Return one row per language and group, the largest first, with the reason of one member."""
    return (
        learner_groups.groupBy("language", "group_name")
        .agg(
            F.count("*").alias("learners"),
            F.median("engagement").alias("engagement"),
            F.median("trend").alias("trend"),
            F.median("achievement").alias("achievement"),
            F.min_by("reason", "learner_id").alias("example"),
            F.count(urgency()).alias("attention"),
        )
        .orderBy(F.desc("learners"), "language", "group_name")
    )


def driver_counts(insights: DataFrame) -> DataFrame:
    """Return one row per driver and direction: how many learners it moves, and by how much on average."""
    return (
        insights.where(F.col("learner_id").isNotNull())
        .groupBy("driver", "direction")
        .agg(F.countDistinct("learner_id").alias("learners"), F.avg("contribution").alias("contribution"))
        .orderBy(F.desc("learners"), "driver", "direction")
    )


def expected_stops(forecasts: DataFrame) -> DataFrame:
    """Return one row per day of a forecast: learners foreseen, those likely to stop, and how many will.

    A learner of two languages counts once, with the chance that the forecasts of both have on average.
    """
    foreseen = forecasts.where(F.col("stop_probability").isNotNull())
    chance = F.avg("stop_probability").alias("chance")
    learners = foreseen.groupBy("as_of", "horizon_days", "learner_id").agg(chance)
    return learners.groupBy("as_of", "horizon_days").agg(
        F.count(F.lit(1)).alias("foreseen"),
        F.count_if(F.col("chance") >= LIKELY).alias("likely"),
        F.sum("chance").alias("expected"),
    )


def told_figures(validation: DataFrame, *, rows: int) -> DataFrame:
    """Return the figures of everybody, the calibration's steps and the flagged gaps, the largest first.

    Args:
        validation: Rows of gold.validation of one selection.
        rows: How many to keep.
    """
    is_general = (F.col("subgroup") == "all") | F.col("subgroup").startswith("tenth=")
    kept = validation.where(is_general | F.coalesce("is_flagged", F.lit(False)))
    order = (F.desc(is_general), F.desc(F.abs("value")), "figure", "subgroup")
    return (
        kept.orderBy(*order)
        .limit(rows)
        .select("figure", "subgroup", "value", "low", "high", "n", "learners", "is_flagged", "reason")
    )


def class_insights(insights: DataFrame) -> DataFrame:
    """Return the insights about the class, the strongest first."""
    return (
        insights.where(F.col("learner_id").isNull())
        .orderBy(F.desc(F.abs("contribution")), "language", "level", "phase", "driver")
        .select(
            "language",
            "level",
            "phase",
            "driver",
            "direction",
            "contribution",
            "rank",
            "sentence",
            "next_step",
        )
    )
