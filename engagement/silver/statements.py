"""Milestone records to statements: where a learner is from a moment on, and which set ended there.

A lesson-tracking row says where the learner is: the app writes it after each practice set, with the step that
comes next. A set result says that a set ended and what level it left the learner on. The app sends a learner
on level m0 to discovery and any other to practice.
"""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.schemas.enums import MilestoneSource, Phase, RecordSource, SetResult
from engagement.silver.results import SAME_MOMENT_MILLISECONDS
from engagement.silver.timeline import PAIR, before_in_order

FIRST_LEVEL = "m0"
SHOWCASE_LESSONS = (4, 9)
LESSON_HOLDS_MILLISECONDS = 86_400_000
"""How long a lesson-tracking row is believed against a result that contradicts it: it is the more trusted
source, but an export that ends must not silence all that the LOG events tell from then on."""


def state_milestones(timeline: DataFrame) -> DataFrame:
    """Return the timeline with what its records state, less the results that lesson tracking contradicts.

    Args:
        timeline: `lay_out`.

    Returns:
        The rows, with `source` (export, log; null for a response), `level` (null: unchanged), `phase` (null:
        follows from the level), lesson, result, `closes` (the phase of the set that ended; null where none
        did), `set_level` (its level) and, for a response, response_level.
    """
    is_lesson = F.col("source") == RecordSource.LESSON_TRACKING
    is_result = F.coalesce(F.col("source").isin(RecordSource.SET_RESULT, RecordSource.LOG), F.lit(False))
    is_past_discovery = (F.col("level") != FIRST_LEVEL) | (F.col("phase") != Phase.DISCOVERY)
    before, soon = before_in_order(), SAME_MOMENT_MILLISECONDS
    by_time = Window.partitionBy(*PAIR).orderBy("at")
    here = F.struct("at", "trust", "record_id", "level", "phase")
    seen = timeline.select(
        "*",
        is_result.alias("is_result"),
        F.last(F.when(is_lesson, here), ignorenulls=True).over(before).alias("lesson_before"),
        F.last(F.when(is_result, here), ignorenulls=True).over(before).alias("result_before"),
        F.coalesce(F.max(is_past_discovery).over(before), F.lit(False)).alias("was_past_discovery"),
        F.min(F.when(is_lesson, here)).over(by_time.rangeBetween(0, soon)).alias("lesson_soon"),
        F.min(F.when(is_result, F.col("at"))).over(by_time.rangeBetween(1, soon)).alias("result_soon_at"),
    )
    closing = seen.withColumn("closes", _closes()).withColumn("set_level", _set_level())
    lesson_follows = F.col("is_result") & _lesson_comes_next()
    is_overruled = F.col("is_result") & ~lesson_follows & _contradicts_lesson()
    return closing.where(~is_overruled).select(
        *("learner_id", "language", "content_session_id", "at", "trust", "record_id"),
        _milestone_source().alias("source"),
        F.coalesce(F.when(lesson_follows, F.col("lesson_soon.level")), "level").alias("level"),
        F.when(is_lesson, _lesson_phase()).alias("phase"),
        F.when(is_lesson, F.col("lesson")).alias("lesson"),
        *("result", "closes", "set_level", "response_level"),
    )


def level_below(level: str) -> Column:
    """The level before a level: m2 → m1; that of m0 is m0."""
    return F.expr(f"concat('m', greatest(try_cast(substr({level}, 2) as int) - 1, 0))")


def _milestone_source() -> Column:
    is_log = F.col("source") == RecordSource.LOG
    is_export = F.col("source").isNotNull() & ~is_log
    return F.when(is_log, MilestoneSource.LOG.value).when(is_export, MilestoneSource.EXPORT.value)


def _lesson_phase() -> Column:
    is_showcase_step = F.col("lesson").isin(*SHOWCASE_LESSONS) & (F.col("phase") != Phase.DISCOVERY)
    return F.when(is_showcase_step, Phase.SHOWCASE.value).otherwise(F.col("phase"))


def _closes() -> Column:
    """Which phase a result closes; one that does not say (exports) closes discovery if it is not over yet."""
    closes_discovery = F.coalesce(
        F.col("phase") == Phase.DISCOVERY,
        F.when(F.col("previous_level").isNotNull(), F.col("previous_level") == FIRST_LEVEL),
        ~F.col("was_past_discovery"),
    )
    closed = F.when(closes_discovery, Phase.DISCOVERY.value).otherwise(Phase.SHOWCASE.value)
    return F.when(F.col("is_result"), closed)


def _set_level() -> Column:
    """Level of the set that ended: as told, else as its outcome implies."""
    implied = (
        F.when(F.col("closes") == Phase.DISCOVERY, FIRST_LEVEL)
        .when(F.col("result") == SetResult.PASS, level_below("level"))
        .otherwise(F.col("level"))
    )
    return F.when(F.col("is_result"), F.coalesce("previous_level", implied))


def _lesson_comes_next() -> Column:
    """Whether a lesson row follows at once, before any other result: it is about what the result led to."""
    lesson_at = F.col("lesson_soon.at")
    return lesson_at.isNotNull() & (lesson_at <= F.coalesce("result_soon_at", lesson_at))


def _contradicts_lesson() -> Column:
    """Whether a lesson row that is still believed says that the learner was at no such set.

    A result fits a lesson row on the level of its set, on the level that it led to (clocks apart, the row may
    come first), or on m0, which discovery leaves without a row; and one that an earlier result led to.
    """
    lesson, led = F.col("lesson_before"), F.col("result_before")
    is_believed = F.col("at") - lesson["at"] <= LESSON_HOLDS_MILLISECONDS
    is_level_fit = lesson["level"].isin(F.col("set_level"), F.col("level"))
    fits = (lesson["phase"] == Phase.DISCOVERY) | ((F.col("closes") == Phase.SHOWCASE) & is_level_fit)
    was_led_there = (led["at"] > lesson["at"]) & (led["level"] == F.col("set_level"))
    is_possible = F.coalesce(fits, F.lit(True)) | F.coalesce(was_led_there, F.lit(False))
    return F.coalesce(is_believed, F.lit(False)) & ~is_possible
