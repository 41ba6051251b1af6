"""Milestone records that tell of the same moment, made one.

The app sends a set's result to its back end, which keeps it (set result), then logs it (LOG), then posts the
level it led to (learner progress): up to three records of one moment, by two clocks.
"""

from pyspark.sql import Column, DataFrame, Window, functions as F
from pyspark.sql.window import WindowSpec

from engagement.schemas.enums import RecordSource

SAME_MOMENT_MILLISECONDS = 300_000
"""Records of a learner this close speak of the same moment: no set is over so soon after another's end."""


def merge_results(milestone_records: DataFrame) -> DataFrame:
    """Return the records, those of one moment merged into the most trusted of them.

    A LOG beside a set result is dropped, and leaves it what an export does not tell: the phase, the language
    and the time by the learner's own clock, which the responses go by. A learner progress beside a result is
    dropped, and leaves its level, which outranks a LOG's.

    Args:
        milestone_records: bronze.milestone_records with every learner_id filled where it is known; records
            of nobody are dropped.

    Returns:
        One row per record left, with `at` (milliseconds since 1970) and the columns used from here on.
    """
    is_log = F.col("source") == RecordSource.LOG
    is_progress = F.col("source") == RecordSource.LEARNER_PROGRESS
    is_set_result = F.col("source") == RecordSource.SET_RESULT
    records = milestone_records.where(F.col("learner_id").isNotNull()).select(
        *("learner_id", "content_session_id", "source", "record_id", "language", "phase"),
        *("level", "previous_level", "lesson", "result"),
        F.unix_millis("recorded_at").alias("at"),
    )
    told = F.struct("at", "level", "phase", "language")
    beside = records.select(
        "*",
        _nearest(F.when(is_log, told)).alias("log"),
        _nearest(F.when(is_progress, told)).alias("progress"),
        _nearest(F.when(is_set_result, told)).alias("set_result"),
    )
    is_told_better = (is_log & F.col("set_result").isNotNull()) | (
        is_progress & (F.col("set_result").isNotNull() | F.col("log").isNotNull())
    )
    is_result = is_log | is_set_result
    return beside.where(~is_told_better).select(
        *("learner_id", "content_session_id", "source", "record_id", "previous_level", "lesson", "result"),
        F.coalesce(F.when(is_set_result, F.col("log.at")), "at").alias("at"),
        F.coalesce("phase", F.when(is_set_result, F.col("log.phase"))).alias("phase"),
        F.coalesce(F.when(is_log, F.col("progress.level")), "level").alias("level"),
        F.coalesce("language", F.when(is_result, F.coalesce("log.language", "progress.language"))).alias(
            "language"
        ),
    )


def _nearest(told: Column) -> Column:
    """What was told last before a record, or first after it, whichever is nearer and of the same moment."""
    before, after = (
        F.last(told, ignorenulls=True).over(_neighbours(Window.partitionBy("learner_id"), backwards))
        for backwards in (False, True)
    )
    since, until = F.col("at") - before["at"], after["at"] - F.col("at")
    is_after = until < F.coalesce(since, until + 1)
    near = F.when(is_after, after).otherwise(before)
    return F.when(F.when(is_after, until).otherwise(since) <= SAME_MOMENT_MILLISECONDS, near)


def _neighbours(group: WindowSpec, backwards: bool) -> WindowSpec:
    """All rows before the current one, or, with time turned round, all after it.

    A frame that reaches forward to the end is evaluated anew for every row; one that reaches back is not.
    """
    keys = [F.col(name) for name in ("at", "source", "record_id")]
    order = [key.desc() if backwards else key.asc() for key in keys]
    return group.orderBy(*order).rowsBetween(Window.unboundedPreceding, -1)
