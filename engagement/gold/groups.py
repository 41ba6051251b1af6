"""Phase scores → the group of each learner that a teacher can act on, with the reason in figures."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.formula import AVERAGE
from engagement.gold.sums import exact_sum, from_millionths, left_join, mean_of
from engagement.gold.trends import add_trend, weeks_since_origin
from engagement.settings import ScoreSettings

# Above three in five of the language's learners (and above the reference's average) is engaged, below three
# in five (and below the average) is not: the fifth between is neither, so that chance moves few across.
ENGAGED_FROM_PERCENTILE = 60.0
DISENGAGED_TO_PERCENTILE = 40.0
ACHIEVING_FROM_PERCENTILE = 50.0
# A point a week makes four in a month, about one standard deviation between phase scores.
FADING_POINTS_PER_WEEK = -1.0
# How much the scatter of everybody's days about their lines says of a learner's: as much as 16 more days of
# his own. With it nine in ten who are told to be fading truly are, in classes whose engagement is known.
_PRIOR_DAYS = 16.0

_LEARNER = ("learner_id", "language")


class Group(StrEnum):
    """The groups, in the order in which a learner is tried for them."""

    SILENT = "silent"
    TOO_LITTLE_EVIDENCE = "too_little_evidence"
    FADING = "fading"
    THRIVING = "thriving"
    TRYING_HARD = "trying_hard"
    COASTING = "coasting"
    STRUGGLING = "struggling"
    STEADY = "steady"


def group_learners(
    phases: DataFrame, answers: DataFrame, settings: ScoreSettings, *, as_of: datetime
) -> DataFrame:
    """Return gold.learner_groups without cohort and lineage: one row per learner and language of `phases`.

    Percentiles are among the selection's learners of the language, ties in the middle of their ranks, so that
    a learner alone stands at 50. Achievement is the mean of two of them, by accuracy and by the highest level
    reached. The trend is a line through the mean momentary engagement of each day (UTC), over all phases.

    Args:
        phases: gold.phase_engagement of one selection.
        answers: gold.response_engagement of the same selection: learner_id, language, responded_at and
            engagement.
        settings: The formula's constants.
        as_of: The data's end: the latest response of anybody; silence is counted up to it.
    """
    learners = left_join(_learners(phases), _trends(answers), on=_LEARNER)
    ranked = learners.select(
        "*",
        _percentile("engagement").alias("engagement_percentile"),
        _percentile("accuracy").alias("accuracy_percentile"),
        _percentile("highest_level").alias("level_percentile"),
        F.datediff(F.lit(as_of), "last_response_at").alias("silent_days"),
    )
    achieved = ranked.withColumn("achievement", _achievement())
    grouped = achieved.withColumn("group_name", _group(settings))
    return grouped.select(
        *_LEARNER,
        "school_id",
        "group_name",
        _reason(settings).alias("reason"),
        "engagement",
        "trend",
        "achievement",
        F.col("responses").cast("bigint").alias("responses"),
        "last_response_at",
    )


def _learners(phases: DataFrame) -> DataFrame:
    scored = F.when(F.col("engagement").isNotNull(), F.col("responses"))
    told = F.when(F.col("mean_accuracy").isNotNull(), F.col("responses"))
    latest = F.struct("ended_at", "level", "phase")
    summed = phases.groupBy(*_LEARNER).agg(
        F.max_by("school_id", latest).alias("school_id"),
        F.sum("responses").alias("responses"),
        F.max("ended_at").alias("last_response_at"),
        F.max(F.expr("try_cast(substring(level, 2) as int)")).alias("highest_level"),
        exact_sum(F.col("engagement") * scored).alias("engagement"),
        F.coalesce(F.sum(scored), F.lit(0)).alias("scored"),
        exact_sum(F.col("mean_accuracy") * told).alias("accuracy"),
        F.coalesce(F.sum(told), F.lit(0)).alias("told"),
    )
    return summed.select(
        *_LEARNER,
        "school_id",
        "responses",
        "last_response_at",
        "highest_level",
        mean_of(F.col("engagement"), F.col("scored")).alias("engagement"),
        mean_of(F.col("accuracy"), F.col("told")).alias("accuracy"),
    )


def _trends(answers: DataFrame) -> DataFrame:
    """Return the line through a learner's days, each weighing its scored responses."""
    days = (
        answers.where(F.col("engagement").isNotNull())
        .groupBy(*_LEARNER, F.to_date("responded_at").alias("day"))
        .agg(
            F.count(F.lit(1)).alias("scored"),
            exact_sum(weeks_since_origin(F.col("responded_at"))).alias("weeks"),
            exact_sum(F.col("engagement") - AVERAGE).alias("score"),
            F.min("responded_at").alias("started_at"),
            F.max("responded_at").alias("ended_at"),
        )
    )
    per_response = 1 / F.col("scored").cast("double")
    weeks, score = from_millionths(F.col("weeks")), from_millionths(F.col("score"))
    summed = days.groupBy(*_LEARNER).agg(
        F.count(F.lit(1)).alias("points"),
        *(F.sum(name).alias(name) for name in ("scored", "weeks", "score")),
        exact_sum(weeks * weeks * per_response).alias("weeks_squares"),
        exact_sum(score * score * per_response).alias("score_squares"),
        exact_sum(weeks * score * per_response).alias("weeks_score"),
        F.min("started_at").alias("started_at"),
        F.max("ended_at").alias("ended_at"),
    )
    fitted = add_trend(summed, prior_freedom=_PRIOR_DAYS)
    return fitted.select(*_LEARNER, "trend", "trend_low", "trend_high")


def _percentile(value: str) -> Column:
    """Return 100 times the share of learners below, ties counting half; null where there is no value."""
    of_language = Window.partitionBy("language", F.col(value).isNull())
    lower = F.rank().over(of_language.orderBy(value)) - 1
    tied = F.count(F.lit(1)).over(Window.partitionBy("language", value))
    everyone = F.count(F.lit(1)).over(of_language)
    return F.when(F.col(value).isNotNull(), 100 * (lower + tied / 2) / everyone)


def _achievement() -> Column:
    by_accuracy, by_level = F.col("accuracy_percentile"), F.col("level_percentile")
    return F.coalesce((by_accuracy + by_level) / 2, by_accuracy, by_level)


def _group(settings: ScoreSettings) -> Column:
    engagement, percentile = F.col("engagement"), F.col("engagement_percentile")
    engaged = (percentile >= ENGAGED_FROM_PERCENTILE) & (engagement > 50)
    disengaged = (percentile <= DISENGAGED_TO_PERCENTILE) & (engagement < 50)
    achieving = F.col("achievement") >= ACHIEVING_FROM_PERCENTILE
    fading = (F.col("trend") <= FADING_POINTS_PER_WEEK) & (F.col("trend_high") < 0)
    return (
        F.when(F.col("silent_days") > settings.silent_days, Group.SILENT)
        .when(engagement.isNull(), Group.TOO_LITTLE_EVIDENCE)
        .when(fading, Group.FADING)
        .when(engaged & achieving, Group.THRIVING)
        .when(engaged & ~achieving, Group.TRYING_HARD)
        .when(disengaged & achieving, Group.COASTING)
        .when(disengaged & ~achieving, Group.STRUGGLING)
        .otherwise(Group.STEADY)
    )


def _reason(settings: ScoreSettings) -> Column:
    standing = F.concat(
        F.format_string(
            "Engagement %.0f: above that of %.0f %% of the language's learners; achievement ",
            "engagement",
            "engagement_percentile",
        ),
        F.when(F.col("achievement").isNull(), F.lit("not told.")).otherwise(
            F.format_string("at percentile %.0f.", "achievement")
        ),
    )
    figures = F.format_string(
        "%+.1f points a week (90 %% interval %+.1f to %+.1f)", "trend", "trend_low", "trend_high"
    )
    trend = F.translate(figures, "-", "−")
    sentences: Mapping[Group, Column] = {
        Group.SILENT: F.format_string(
            f"No response for %d days, since %s; more than {settings.silent_days} count as silence.",
            "silent_days",
            F.date_format("last_response_at", "d MMM yyyy"),
        ),
        Group.TOO_LITTLE_EVIDENCE: F.format_string(
            f"%d responses, and no phase with {settings.minimum_responses} that can be compared.", "responses"
        ),
        Group.FADING: F.concat(F.lit("Engagement is falling: "), trend, F.lit(". "), standing),
        Group.STEADY: F.concat(
            standing,
            F.when(F.col("trend_low").isNull(), F.lit(" Too few weeks to tell a trend.")).otherwise(
                F.concat(F.lit(" Trend: "), trend, F.lit("."))
            ),
        ),
    }
    return F.coalesce(
        *(F.when(F.col("group_name") == group, sentence) for group, sentence in sentences.items()), standing
    )
