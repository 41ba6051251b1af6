"""Would a learner stand in the same group, had chance dealt other responses? The bootstrap tells."""

from datetime import datetime

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.formula import AVERAGE, engagement_weights
from engagement.gold.groups import group_learners
from engagement.gold.sums import exact_sum, from_millionths, mean_of
from engagement.gold.terms import CARRIED, earlier_points, phase_prior
from engagement.schemas.enums import Dimension
from engagement.settings import ScoreSettings, ValidationSettings

_LEARNER = ("learner_id", "language")
_PHASE = ("learner_id", "language", "level", "phase")
# How often a response is drawn when as many are drawn, with replacement, as there are: Poisson's
# distribution of mean 1, cumulated. Five times and more are 0.4 % of the draws.
_DRAWN_AT_MOST = (0.36788, 0.73576, 0.91970, 0.98101, 0.99634)
_ORIGINAL = "0"


def kept_groups(
    answers: DataFrame, settings: ScoreSettings, validation: ValidationSettings, *, as_of: datetime
) -> DataFrame:
    """Return whether each learner keeps the group, draw by draw: observations of `group_kept`.

    One row per learner, language and draw: `x` is 1 where the group out of the responses drawn is `group`,
    the one out of all of them, else 0; a learner of whom nothing was drawn is in neither. A response is drawn
    as often as the hash of its id and the draw's number say, so that every run draws the same.

    Args:
        answers: `scored_answers`.
        settings: The formula's constants.
        validation: Draws, and the learners looked at, least hashes first; the percentiles are among these.
        as_of: The data's end, up to which silence is counted.
    """
    drawn = _drawn(_of_some_learners(answers, validation.resampled_learners), validation.resamples)
    groups = group_learners(_phases(drawn, settings), drawn, settings, as_of=as_of).select(
        "learner_id",
        F.split_part("language", F.lit(":"), F.lit(1)).alias("draw"),
        F.expr("substring(language, locate(':', language) + 1)").alias("language"),
        "group_name",
        "school_id",
    )
    is_original = F.col("draw") == _ORIGINAL
    whole = Window.partitionBy(*_LEARNER)
    beside = groups.select(
        "*",
        F.max(F.when(is_original, F.col("group_name"))).over(whole).alias("group"),
        F.max(F.when(is_original, F.col("school_id"))).over(whole).alias("usual_school_id"),
    )
    return beside.where(~is_original).select(
        "learner_id",
        F.nullif("language", F.lit("")).alias("language"),
        F.col("usual_school_id").alias("school_id"),
        F.lit(None).cast("string").alias("level"),
        F.lit(None).cast("string").alias("identity"),
        "group",
        F.lit("group_kept").alias("figure"),
        (F.col("group_name") == F.col("group")).cast("double").alias("x"),
        F.lit(None).cast("double").alias("y"),
        F.lit(None).cast("double").alias("z"),
    )


def _of_some_learners(answers: DataFrame, learners: int) -> DataFrame:
    chosen = (
        answers.select("learner_id")
        .distinct()
        .orderBy(F.xxhash64("learner_id"), "learner_id")
        .limit(learners)
    )
    return answers.join(chosen, on="learner_id", how="left_semi")


def _drawn(answers: DataFrame, resamples: int) -> DataFrame:
    """Return the answers of every draw, and of the original under `_ORIGINAL`, told apart by the language."""
    draws = F.explode(F.array(*(F.lit(str(draw)) for draw in range(resamples + 1)))).alias("draw")
    chance = F.pmod(F.xxhash64("response_id", "draw"), F.lit(1_000_000)) / 1_000_000
    times = sum((F.when(chance >= limit, 1).otherwise(0) for limit in _DRAWN_AT_MOST), F.lit(0))
    times = F.when(F.col("draw") == _ORIGINAL, 1).otherwise(times)
    dealt = answers.select("*", draws).withColumn("times", times).where(F.col("times") > 0)
    return dealt.select(
        *(name for name in answers.columns if name not in ("language", "response_id")),
        F.concat("draw", F.lit(":"), F.coalesce("language", F.lit(""))).alias("language"),
        F.posexplode(F.array_repeat("response_id", F.col("times"))).alias("copy", "original_id"),
    ).withColumn("response_id", F.concat("original_id", F.lit("#"), "copy"))


def _phases(drawn: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return of gold.phase_engagement what the groups take, scored by the formula (engagement.py)."""
    points = drawn.select("*", *((F.col(each) - AVERAGE).alias(f"{each}_points") for each in Dimension))
    expected = points.select("*", *(earlier_points(dimension, settings) for dimension in CARRIED))
    summed = expected.groupBy(*_PHASE).agg(
        F.max_by("school_id", F.struct("responded_at", "response_id")).alias("school_id"),
        F.min("responded_at").alias("started_at"),
        F.max("responded_at").alias("ended_at"),
        F.count(F.lit(1)).alias("responses"),
        F.count("accuracy").alias("told"),
        exact_sum(F.col("accuracy")).alias("accuracy"),
        *(F.count(dimension).alias(f"count_{dimension}") for dimension in Dimension),
        *(exact_sum(F.col(f"{dimension}_points")).alias(f"points_{dimension}") for dimension in Dimension),
        *(exact_sum(F.col(f"earlier_{dimension}")).alias(f"earlier_{dimension}") for dimension in CARRIED),
    )
    enough = F.col("responses") >= settings.minimum_responses
    return summed.select(
        *_PHASE,
        "school_id",
        "started_at",
        "ended_at",
        "responses",
        mean_of(F.col("accuracy"), F.col("told")).alias("mean_accuracy"),
        F.when(enough, _score(settings)).alias("engagement"),
    )


def _score(settings: ScoreSettings) -> Column:
    total = F.lit(AVERAGE)
    for dimension, weight in engagement_weights(settings).items():
        prior = F.lit(phase_prior(dimension, settings))
        points = F.coalesce(from_millionths(F.col(f"points_{dimension}")), F.lit(0.0))
        if dimension in CARRIED:
            points = points + prior * from_millionths(F.col(f"earlier_{dimension}")) / F.col("responses")
        total = total + weight * points / (F.col(f"count_{dimension}") + prior)
    return total
