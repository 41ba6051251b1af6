"""Which rows are of a learner who is to be forgotten, and which only name him.

A learner is forgotten by pseudonyms: his own, and those of the ContentSessions that are his alone, which keep
him out once the exports that told whose they are have gone.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, functions as F

from engagement.schemas.bronze import LEARNER_CANDIDATES
from engagement.schemas.enums import Identity, Reject

_NAMES = tuple(column.name for column in LEARNER_CANDIDATES)
# These tell whose device or sign-in it was, not who was there.
_UNNAMED = (Identity.DEVICE.value, Identity.CONTENT_SESSION.value)


def is_forgotten(forgotten: Sequence[str], otherwise: Column) -> Column:
    """Return whether the first that names the learner of an event is forgotten; never null.

    Args:
        forgotten: Pseudonyms of learners and of ContentSessions.
        otherwise: Who it is where neither the event nor a forgotten ContentSession tells; null: nobody.
    """
    session = F.col("content_session_id")
    named = F.coalesce(
        "virtual_learner_id", "user_learner_id", F.when(session.isin(*forgotten), session), otherwise
    )
    return F.coalesce(named.isin(*forgotten), F.lit(False))


def names_forgotten(forgotten: Sequence[str]) -> Column:
    """Return whether any of an event's candidates is forgotten, the buddy among them; never null."""
    found = F.lit(False)
    for name in _NAMES:
        found = found | F.coalesce(F.col(name).isin(*forgotten), F.lit(False))
    return found


def nameless(rows: DataFrame, forgotten: Sequence[str]) -> DataFrame:
    """Return rows with null in the place of candidates that are forgotten: they are others' rows."""
    return rows.withColumns(
        {name: F.when(~F.col(name).isin(*forgotten), F.col(name)) for name in _NAMES if name in rows.columns}
    )


def without_forgotten(parsed: DataFrame, forgotten: Sequence[str]) -> DataFrame:
    """Return parsed events with those of forgotten learners rejected, and no name of theirs in the others.

    An event of a ContentSession that nobody has told of yet may be another's, on a shared device: it is kept
    without the forgotten device, for whomever a later export names.

    Args:
        parsed: Rows of `parse_events` with pseudonyms.
        forgotten: Pseudonyms of learners and of ContentSessions.
    """
    device = F.when(F.col("content_session_id").isNull(), F.col("device_learner_id"))
    return _rejected(parsed, is_forgotten(forgotten, F.coalesce("actor_learner_id", device)), forgotten)


def export_without_forgotten(parsed: DataFrame, forgotten: Sequence[str]) -> DataFrame:
    """Return parsed export rows with those of forgotten learners rejected, as `without_forgotten` does.

    Args:
        parsed: Rows of `parse_export_rows` with pseudonyms.
        forgotten: Pseudonyms of learners and of ContentSessions.
    """
    is_his = F.coalesce(F.col("learner_id").isin(*forgotten), F.lit(False))
    return _rejected(parsed, is_his, forgotten)


def own_content_sessions(events: DataFrame, owners: DataFrame, learners: Sequence[str]) -> DataFrame:
    """Return the ContentSessions that are the learners' alone: one row per content_session_id.

    These are the ones that exports tell of, and those of their events in which no other learner is named.

    Args:
        events: bronze.events with learner_id and identity, as silver assigns them.
        owners: Rows with content_session_id (unique) and export_learner_id.
        learners: Pseudonyms of the learners.
    """
    is_his = F.coalesce(F.col("learner_id").isin(*learners), F.lit(False))
    is_named = F.col("learner_id").isNotNull() & ~F.col("identity").isin(*_UNNAMED)
    told = events.where("content_session_id is not null").groupBy("content_session_id")
    judged = told.agg(
        F.bool_or(is_his).alias("has_his"),
        F.bool_or(is_his & is_named).alias("names_him"),
        F.bool_or(~is_his & is_named).alias("names_others"),
        F.bool_or(~is_his).alias("has_others"),
    )
    alone = judged.where("(names_him and not names_others) or (has_his and not has_others)")
    exported = owners.where(F.col("export_learner_id").isin(*learners))
    return alone.select("content_session_id").union(exported.select("content_session_id")).distinct()


def _rejected(parsed: DataFrame, is_his: Column, forgotten: Sequence[str]) -> DataFrame:
    is_gone = F.col("is_event") & F.col("reason").isNull() & is_his
    reason = F.when(is_gone, Reject.FORGOTTEN.value).otherwise(F.col("reason"))
    # A rejected row keeps its ContentSession: the run has yet to see whether it is buried, too.
    named = parsed.withColumns(
        {"reason": reason, "told_session": F.when(is_gone, F.col("content_session_id"))}
    )
    session = F.coalesce("told_session", "content_session_id")
    return nameless(named, forgotten).withColumn("content_session_id", session).drop("told_session")
