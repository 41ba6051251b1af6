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


_PLACE = {"level": "milestone.level", "phase": "milestone.phase", "phase_source": "milestone.source"}


def moved_answers(answers: DataFrame, milestones: DataFrame) -> DataFrame:
    """Return the answers that fall elsewhere now: response_date, response_id and `milestone`.

    Args:
        answers: `as_answers` of responses whose learner's milestones may be others.
        milestones: The milestones of these learners as they are now.
    """
    now = F.struct(*(F.col(place).alias(name) for name, place in _PLACE.items()))
    placed = place_in_phases(answers, milestones).where(~F.struct(*_PLACE).eqNullSafe(now))
    return placed.select("response_date", F.col("event_id").alias("response_id"), "milestone")


def moved_responses(responses: DataFrame, moved: DataFrame) -> DataFrame:
    """Return stored responses twice: `before`, the row as it is, and `now`, with its present level and phase.

    Args:
        responses: Rows of silver.responses.
        moved: `moved_answers`; responses that are not among them are left out.
    """
    whole = responses.join(moved, on=["response_date", "response_id"], how="inner")
    now = (F.col(_PLACE.get(name, name)).alias(name) for name in responses.columns)
    return whole.select(F.struct(*responses.columns).alias("before"), F.struct(*now).alias("now"))
