"""Milestone records and responses of a learner laid out in time, one after the other.

The transforms from here to `engagement.silver.milestones` pass this timeline on: rows of statements (where a
learner is from a moment on) and of responses. They only add, fill and drop rows, by windows over one learner
and language, so that the data is shuffled once and each step's plan stays as small as the one before.
"""

from pyspark.sql import Column, DataFrame, Window, functions as F
from pyspark.sql.window import WindowSpec

from engagement.schemas.enums import RecordSource

NO_LANGUAGE = "und"
"""ISO 639's code for an undetermined language: it groups and joins, as null does not."""

PAIR = ("learner_id", "language")
ORDER = ("at", "trust", "record_id")
"""Order within a learner and language; of two statements at one time the more trusted comes last and stands,
and a response comes after the statements of its time."""

ASSUMED, INFERRED, RESPONSE = 0, 1, 9
_RECORD_TRUST = {
    RecordSource.LOG: 2,
    RecordSource.LEARNER_PROGRESS: 3,
    RecordSource.SET_RESULT: 4,
    RecordSource.LESSON_TRACKING: 5,
}


def lay_out(records: DataFrame, responses: DataFrame) -> DataFrame:
    """Return records and responses as rows of one timeline, each with a language.

    A record without a language has that of the learner's last response before it in the same ContentSession,
    else one of that ContentSession, else one of the learner's, else none (`und`).

    Args:
        records: `merge_results`.
        responses: RESPONSE events of bronze.events with learner_id, none null.

    Returns:
        One row per record or response: the columns of `records`, `trust` and `response_level`; `record_id` is
        the event_id of a response.
    """
    trust = F.coalesce(*(F.when(F.col("source") == told, trust) for told, trust in _RECORD_TRUST.items()))
    answers = responses.select(
        *("learner_id", "content_session_id", "language", "response_level"),
        F.col("event_id").alias("record_id"),
        F.col("ets_milliseconds").alias("at"),
        F.lit(RESPONSE).alias("trust"),
    )
    together = records.withColumn("trust", trust).unionByName(answers, allowMissingColumns=True)
    learner = Window.partitionBy("learner_id")
    session = Window.partitionBy("learner_id", "content_session_id")
    before = session.orderBy(*ORDER).rowsBetween(Window.unboundedPreceding, -1)
    spoken = F.when(is_response(), F.nullif("language", F.lit(NO_LANGUAGE)))
    around = F.coalesce(
        F.last(spoken, ignorenulls=True).over(before),
        F.max(spoken).over(session),
        F.max(spoken).over(learner),
    )
    language = F.coalesce("language", F.when(~is_response(), around), F.lit(NO_LANGUAGE))
    # By learner alone: every later window has a learner's rows together already.
    return together.repartition("learner_id").withColumn("language", language)


def is_response() -> Column:
    """Whether a row of the timeline is a response; all others are statements."""
    return F.col("trust") == RESPONSE


def before_in_order() -> WindowSpec:
    """All rows of a learner and language before the current one."""
    return Window.partitionBy(*PAIR).orderBy(*ORDER).rowsBetween(Window.unboundedPreceding, -1)


def state_also(timeline: DataFrame, where: Column, made: dict[str, Column]) -> DataFrame:
    """Return the timeline with a further statement for each row that `where` holds for.

    Args:
        timeline: Rows of statements and responses.
        where: Which rows lead to one; null is no.
        made: The statement's columns; content_session_id, the pair and what is not named here are the row's,
            what a row tells (phase, lesson, result, closes, set_level) is null.
    """
    copies = F.when(where, F.array(F.lit(False), F.lit(True))).otherwise(F.array(F.lit(False)))
    blank = {
        name: F.lit(None) for name in ("phase", "lesson", "result", "closes", "set_level", "response_level")
    }
    values = {**blank, **made}
    doubled = timeline.withColumn("is_made", F.explode(copies))
    return doubled.select(
        *(
            F.when(F.col("is_made"), values[column.name].cast(column.dataType))
            .otherwise(F.col(column.name))
            .alias(column.name)
            if column.name in values
            else F.col(column.name)
            for column in timeline.schema
        )
    )
