"""Bronze, silver and gold tables → the small tables that a report shows, one function a table."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame, functions as F

from engagement.report.attention import LIKELY, urgency


def selection_totals(phase_engagement: DataFrame) -> DataFrame:
    """Return one row: learners, active time, period, phases and trends of the selection."""
    return phase_engagement.agg(
        F.countDistinct("learner_id").alias("learners"),
        (F.coalesce(F.sum("active_seconds"), F.lit(0.0)) / 3600).alias("active_hours"),
        F.min("started_at").alias("first_at"),
        F.max("ended_at").alias("last_at"),
        F.count(F.lit(1)).alias("phases"),
        F.count("engagement").alias("scored"),
        F.count("trend").alias("trended"),
        F.count_if(F.col("trend_high") < 0).alias("falling"),
        F.count_if(F.col("trend_low") > 0).alias("rising"),
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


def attention_sizes(learner_groups: DataFrame) -> DataFrame:
    """Return one row per group: how many learners need attention (rows of `with_forecasts`)."""
    return (
        learner_groups.groupBy("group_name").agg(F.count(urgency()).alias("attention")).orderBy("group_name")
    )


def expected_stops(forecasts: DataFrame, *, minimum: int) -> DataFrame:
    """Return one row per day of a forecast: learners foreseen, those likely to stop, and how many will.

    A learner of two languages counts once, with the chance that the forecasts of both have on average. A day
    with fewer learners than `minimum` is left out.
    """
    foreseen = forecasts.where(F.col("stop_probability").isNotNull())
    chance = F.avg("stop_probability").alias("chance")
    learners = foreseen.groupBy("as_of", "horizon_days", "learner_id").agg(chance)
    days = learners.groupBy("as_of", "horizon_days").agg(
        F.count(F.lit(1)).alias("foreseen"),
        F.count_if(F.col("chance") >= LIKELY).alias("likely"),
        F.sum("chance").alias("expected"),
    )
    return days.where(F.col("foreseen") >= minimum)


def told_figures(validation: DataFrame, *, rows: int, minimum: int) -> DataFrame:
    """Return the figures of everybody, the calibration's steps and the flagged gaps, the largest first.

    Args:
        validation: Rows of gold.validation of one selection.
        rows: How many to keep.
        minimum: Learners under whom a step or a gap is left out, count.
    """
    is_general = (F.col("subgroup") == "all") | F.col("subgroup").startswith("tenth=")
    is_told = (F.col("subgroup") == "all") | F.coalesce(F.col("learners") >= minimum, F.lit(True))
    kept = validation.where(is_told).where(is_general | F.coalesce("is_flagged", F.lit(False)))
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
