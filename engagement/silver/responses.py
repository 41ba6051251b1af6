"""Events to one row per response, with its session, level and phase."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.schemas.silver import RESPONSES
from engagement.silver.columns import in_table_order
from engagement.silver.sessions import IDLE_MILLISECONDS
from engagement.silver.timeline import NO_LANGUAGE


def find_responses(events: DataFrame, milestones: DataFrame) -> DataFrame:
    """Return the responses (silver.responses without lineage).

    Args:
        events: bronze.events with learner_id and identity (`assign_learners`) and session_id
            (`assign_sessions`).
        milestones: `find_milestones` of the same events; its phase intervals follow one another without a
            gap, so that the last to start holds.

    Returns:
        One row per RESPONSE event whose learner is known; one without any id, not even a device's, is
        dropped. A language that nothing tells is `und`.
    """
    known = events.where(F.col("learner_id").isNotNull())
    answers = known.withColumn("active_seconds", _active_seconds()).where(F.col("eid") == "RESPONSE")
    answers = answers.withColumn("language", F.coalesce("language", F.lit(NO_LANGUAGE)))
    made = {
        "response_id": F.col("event_id"),
        "level": F.col("milestone.level"),
        "phase": F.col("milestone.phase"),
        "phase_source": F.col("milestone.source"),
        "responded_at": F.col("event_at"),
        "response_date": F.col("event_date"),
        "response_type": F.col("edata_type"),
        "content_id": F.coalesce("object_id", "target_id"),
        "text_words": _words("original_text"),
        "is_correct": F.coalesce("is_correct", F.lower("word_result") == "correct"),
    }
    return in_table_order(place_in_phases(answers, milestones), RESPONSES, made)


def _active_seconds() -> Column:
    """Time since the learner's event before in the same session; 0 for the first and above the idle limit."""
    own = Window.partitionBy("session_id", "learner_id").orderBy("ets_milliseconds", "event_id")
    gap = F.col("ets_milliseconds") - F.lag("ets_milliseconds").over(own)
    is_active = F.col("session_id").isNotNull() & (gap <= IDLE_MILLISECONDS)
    return F.when(is_active, gap / 1000).otherwise(0.0)


def place_in_phases(answers: DataFrame, milestones: DataFrame) -> DataFrame:
    """Return responses with `milestone` (level, phase, source): the last phase interval started by then.

    Args:
        answers: Rows with learner_id, language, ets_milliseconds and event_id, and any others.
        milestones: `find_milestones` of their learners.
    """
    phases = milestones.where(F.col("kind") == "phase").select(
        *("learner_id", "language"),
        F.unix_millis("started_at").alias("ets_milliseconds"),
        F.struct("level", "phase", "source").alias("milestone"),
    )
    together = answers.unionByName(phases, allowMissingColumns=True)
    # An interval starts inclusively: it comes before the responses of its time; nulls sort first.
    pair = Window.partitionBy("learner_id", "language").orderBy(
        "ets_milliseconds", F.col("event_id").asc_nulls_first()
    )
    up_to_now = pair.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    placed = together.withColumn("milestone", F.last("milestone", ignorenulls=True).over(up_to_now))
    return placed.where(F.col("event_id").isNotNull())


def _words(text: str) -> Column:
    """Words between white space, any script's; 0 for a blank text."""
    words = F.filter(F.split(text, r"(?U)\s+"), lambda word: word != "")
    return F.when(F.col(text).isNotNull(), F.size(words))
