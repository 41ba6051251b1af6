"""Groups and insights → the learners who need attention, and what to do next."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.sums import left_join

# Well below 50, the average of the reference population; the scores' spread is theirs to set.
LOW_ENGAGEMENT = 40.0
# More likely than not to stop within the forecast's horizon.
LIKELY = 0.5


def with_forecasts(learner_groups: DataFrame, forecasts: DataFrame) -> DataFrame:
    """Add `stop_probability` to the groups; null where nothing is foreseen. The rows stay.

    Args:
        learner_groups: One row per learner and language.
        forecasts: gold.forecasts of the same selection, which holds one day.
    """
    keys = ("learner_id", "language")
    return left_join(learner_groups, forecasts.select(*keys, "stop_probability"), on=keys)


def needing_attention(
    learner_groups: DataFrame, insights: DataFrame, *, learners: int, of_school: int
) -> DataFrame:
    """Return the learners who need attention, the most urgent first, each with the next step.

    Fading learners come first (the steepest decline on top), then those likely to stop, then the silent,
    then the struggling, then others whose engagement is low. The next step is that of the driver that takes
    most from the learner's scores; null when no insight says one.

    Args:
        learner_groups: One row per learner and language, `with_forecasts`.
        insights: Rows of gold.insights of the same selection.
        learners: How many to keep.
        of_school: How many to keep of one school, so that one with many leaves room for the others.
    """
    most_urgent_first = (
        "urgency",
        F.asc_nulls_last("trend"),
        F.asc_nulls_last("engagement"),
        F.col("urgent.learner_id"),
        "language",
    )
    in_school = Window.partitionBy("school_id").orderBy(
        *most_urgent_first[:3], F.col("learner_id"), "language"
    )
    urgent = (
        learner_groups.withColumn("urgency", urgency())
        .where(F.col("urgency").isNotNull())
        .withColumn("place", F.row_number().over(in_school))
        .where(F.col("place") <= of_school)
        .drop("place")
        .alias("urgent")
        .orderBy(*most_urgent_first)
        .limit(learners)
    )
    strongest = Window.partitionBy("learner_id", "language").orderBy(
        "contribution", "rank", "level", "phase", "driver"
    )
    steps = (
        insights.where((F.col("direction") == "down") & F.col("learner_id").isNotNull())
        .join(F.broadcast(urgent.select("learner_id").distinct()), on="learner_id", how="left_semi")
        .withColumn("place", F.row_number().over(strongest))
        .where(F.col("place") == 1)
        .select("learner_id", F.col("language").alias("step_language"), "level", "phase", "next_step")
    )
    same_learner = (F.col("urgent.learner_id") == F.col("steps.learner_id")) & F.col("language").eqNullSafe(
        F.col("step_language")
    )
    return (
        urgent.alias("urgent")
        .join(steps.alias("steps"), on=same_learner, how="left")
        .orderBy(*most_urgent_first)
        .select(
            "urgent.learner_id",
            "language",
            "urgent.school_id",
            "group_name",
            "engagement",
            "trend",
            "responses",
            "stop_probability",
            "last_response_at",
            "reason",
            "level",
            "phase",
            "next_step",
        )
    )


def urgency() -> Column:
    """Return the urgency of a row of `with_forecasts`, 1 first; null where nobody needs to act."""
    group_name = F.col("group_name")
    return (
        F.when(group_name == "fading", 1)
        .when(F.col("stop_probability") >= LIKELY, 2)
        .when(group_name == "silent", 3)
        .when(group_name == "struggling", 4)
        .when(F.col("engagement") < LOW_ENGAGEMENT, 5)
    )
