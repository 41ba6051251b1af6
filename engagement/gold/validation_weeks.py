"""A learner's week beside the next: what becomes of those whom the score finds engaged."""

from datetime import datetime

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.observations import dimension_parts, latest_attributes, observed
from engagement.gold.sums import exact_sum, left_join, mean_of
from engagement.schemas.enums import Dimension, SetResult
from engagement.settings import ScoreSettings

_WEEK = ("learner_id", "language", "week")
_DAYS = 7


def week_observations(
    answers: DataFrame, milestones: DataFrame, settings: ScoreSettings, *, as_of: datetime
) -> DataFrame:
    """Return what each learner's week is followed by, beside its score, its parts and the skill so far.

    Of weeks (from Monday, UTC) with `minimum_responses` scored. A week that the data has not seen the end of
    tells nothing: an outcome is null until its time has passed. Skill is the mean accuracy of all responses
    up to the week's end.

    Args:
        answers: `scored_answers`.
        milestones: silver.milestones, for the sets that ended in a week.
        settings: The formula's constants.
        as_of: The data's end: the latest response of anybody.
    """
    weeks = _weeks(answers).transform(_with_sequel, as_of=as_of, silent_days=settings.silent_days)
    followed = left_join(weeks, _sets_of_the_week_before(milestones), on=_WEEK)
    enough = followed.where(F.col("responses") >= settings.minimum_responses)
    parts = dimension_parts(settings)
    score, skill, returned = F.col("engagement"), F.col("skill"), F.col("returned")
    finished = F.when(returned == 1, F.log1p(F.coalesce("finished", F.lit(0))))
    higher = F.when(returned == 1, (F.col("next_level") > F.col("level_number")).cast("double"))
    adds = {
        f"{dimension}_adds": [F.col(dimension), returned, score - parts[dimension]] for dimension in Dimension
    }
    return observed(
        enough,
        {
            "return_next_week": [score, returned, skill],
            "sets_finished_next_week": [score, finished, skill],
            "level_passed_next_week": [score, higher, skill],
            "skill": [score, skill],
            "stayed_against_stopped": [score, F.col("stayed")],
            "score_residual": [score, returned, skill],
            **adds,
        },
    )


def _weeks(answers: DataFrame) -> DataFrame:
    """Return one row per learner, language and week: mean score and dimensions, skill so far."""
    week = F.date_trunc("week", "responded_at").cast("date")
    summed = answers.groupBy("learner_id", "language", week.alias("week")).agg(
        *latest_attributes(),
        F.max(F.expr("try_cast(substring(level, 2) as int)")).alias("level_number"),
        F.count(F.lit(1)).alias("responses"),
        F.count("accuracy").alias("told"),
        exact_sum(F.col("accuracy")).alias("accuracy"),
        exact_sum(F.col("engagement")).alias("score"),
        *(
            total.alias(f"{dimension}_{name}")
            for dimension in Dimension
            for name, total in (("count", F.count(dimension)), ("sum", exact_sum(F.col(dimension))))
        ),
    )
    so_far = (
        Window.partitionBy("learner_id", "language")
        .orderBy("week")
        .rowsBetween(Window.unboundedPreceding, Window.currentRow)
    )
    return summed.select(
        *_WEEK,
        "school_id",
        "identity",
        F.concat(F.lit("m"), "level_number").alias("level"),
        "level_number",
        "responses",
        mean_of(F.sum("accuracy").over(so_far), F.sum("told").over(so_far)).alias("skill"),
        mean_of(F.col("score"), F.col("responses")).alias("engagement"),
        *(mean_of(F.col(f"{d}_sum"), F.col(f"{d}_count")).alias(d) for d in Dimension),
    )


def _with_sequel(weeks: DataFrame, *, as_of: datetime, silent_days: int) -> DataFrame:
    """Add `returned`, `stayed` (1 or 0) and `next_level`; null where the data ends before they are known."""
    day = F.unix_date("week")

    def ahead(weeks_ahead: int, *keys: str) -> Column:
        frame = Window.partitionBy(*keys).orderBy(day).rangeBetween(_DAYS, _DAYS * weeks_ahead)
        known = F.date_add("week", _DAYS * (weeks_ahead + 1) - 1) <= F.lit(as_of.date())
        return F.when(known, (F.count(F.lit(1)).over(frame) > 0).cast("double"))

    next_week = Window.partitionBy("learner_id", "language").orderBy(day).rangeBetween(_DAYS, _DAYS)
    return weeks.select(
        "*",
        ahead(1, "learner_id").alias("returned"),
        ahead(-(-silent_days // _DAYS), "learner_id").alias("stayed"),
        F.max("level_number").over(next_week).alias("next_level"),
    )


def _sets_of_the_week_before(milestones: DataFrame) -> DataFrame:
    """Return how many sets ended passed or failed, not left, under the week before the one they ended in."""
    is_finished = F.col("phase").isNotNull() & F.col("result").isin(SetResult.PASS, SetResult.FAIL)
    week = F.date_sub(F.date_trunc("week", "ended_at").cast("date"), _DAYS)
    ended = milestones.where(is_finished).groupBy("learner_id", "language", week.alias("week"))
    return ended.agg(F.count(F.lit(1)).alias("finished"))
