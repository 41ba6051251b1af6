"""Stored responses that fall into another level or phase, once their learner's milestones are others."""

from pyspark.sql import DataFrame, functions as F

from engagement.silver.responses import place_in_phases


def as_answers(responses: DataFrame) -> DataFrame:
    """Return stored responses as the RESPONSE events that milestones are found from.

    Args:
        responses: Rows of silver.responses.

    Returns:
        One row each, under the names of bronze.events, and with its day, level, phase and phase_source.
    """
    return responses.select(
        F.lit("RESPONSE").alias("eid"),
        *("learner_id", "content_session_id", "language", "response_level"),
        F.col("response_id").alias("event_id"),
        F.unix_millis("responded_at").alias("ets_milliseconds"),
        *("response_date", "level", "phase", "phase_source"),
    )


def moved_responses(responses: DataFrame, answers: DataFrame, milestones: DataFrame) -> DataFrame:
    """Return the responses that fall elsewhere now.

    Args:
        responses: silver.responses as stored.
        answers: `as_answers` of those whose learner's milestones may be others.
        milestones: The milestones of these learners as they are now.

    Returns:
        One row each: `before`, the row as stored, and `now`, the same with its present level and phase.
    """
    found = {"level": "milestone.level", "phase": "milestone.phase", "phase_source": "milestone.source"}
    is_elsewhere = ~F.struct(*found).eqNullSafe(F.struct(*(F.col(found[n]).alias(n) for n in found)))
    elsewhere = (
        place_in_phases(answers, milestones)
        .where(is_elsewhere)
        .select("response_date", F.col("event_id").alias("response_id"), "milestone")
    )
    whole = responses.join(elsewhere, on=["response_date", "response_id"], how="inner")
    now = (F.col(found.get(name, name)).alias(name) for name in responses.columns)
    return whole.select(F.struct(*responses.columns).alias("before"), F.struct(*now).alias("now"))
