"""What in silver new events and records can change: sessions by their group, learners by name.

Sessions are cut going forward in time, so an event changes nothing before the last session that began before
it. From the start of that session on a group (device, channel, product) is cut again; all before it stays.
"""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.schemas.enums import RecordSource
from engagement.silver.learners import assign_learners, assign_record_learners
from engagement.silver.sessions import GROUP, UNCOUNTED_EIDS


def touched_groups(events: DataFrame) -> DataFrame:
    """Return the groups whose sessions `events` can change, and since when.

    Args:
        events: Rows of bronze.events that are new, or whose learner may be another now.

    Returns:
        One row per group: its columns, and `touched`, time and id of the first of the events.
    """
    counted = events.where(~F.col("eid").isin(*UNCOUNTED_EIDS))
    return counted.groupBy(*GROUP).agg(F.min(F.struct("ets_milliseconds", "event_id")).alias("touched"))


def resumed_groups(touched: DataFrame, sessions: DataFrame) -> DataFrame:
    """Return from where on each group is cut again.

    Args:
        touched: `touched_groups`, a group once or several times.
        sessions: silver.sessions as stored.

    Returns:
        One row per group: its columns, `resumes` (time and id of the event from which on everything is made
        anew) and `is_resumed` (whether that event starts a session of `sessions`).
    """
    first = touched.groupBy(*GROUP).agg(F.min("touched").alias("touched"))
    began = sessions.select(*GROUP, place_in_time("started_at", "first_event_id").alias("began"))
    before = _with_group(first, began).where(F.col("began") < F.col("touched"))
    last = before.groupBy(*GROUP).agg(F.max("began").alias("began"))
    return _with_group(first, last).select(
        *GROUP,
        F.coalesce("began", "touched").alias("resumes"),
        F.col("began").isNotNull().alias("is_resumed"),
    )


def place_in_time(at: str, identity: str) -> Column:
    """Order of events as sessions have it: milliseconds, then id."""
    return F.struct(F.unix_millis(at).alias("ets_milliseconds"), F.col(identity).alias("event_id"))


def marked(rows: DataFrame, resumed: DataFrame, place: Column) -> DataFrame:
    """Return `rows` with `is_anew` (whether their group is cut again from before them on) and `is_resumed`.

    Args:
        rows: Rows with the columns of a group.
        resumed: `resumed_groups`.
        place: Their `place_in_time`.
    """
    found = _with_group(rows.withColumn("place", place), resumed)
    is_anew = F.coalesce(F.col("place") >= F.col("resumes"), F.lit(False))
    return found.select(*rows.columns, is_anew.alias("is_anew"), "is_resumed")


def anew(rows: DataFrame, resumed: DataFrame, place: Column) -> DataFrame:
    """Return those of `marked` whose group is cut again from before them on, with `is_resumed`."""
    return marked(rows, resumed, place).where("is_anew").drop("is_anew")


def first_day(resumed: DataFrame) -> Column:
    """Return the day from which on groups are cut again; null: none is."""
    first = resumed.agg(F.min("resumes.ets_milliseconds")).collect()[0][0]
    return F.to_date(F.timestamp_millis(F.lit(first).cast("bigint")))


def export_sessions(records: DataFrame) -> DataFrame:
    """Return the ContentSessions that export rows among `records` name, each once."""
    told = records.where(F.col("source") != RecordSource.LOG)
    return told.where("content_session_id is not null").select("content_session_id").distinct()


def affected_learners(
    answers: DataFrame, records: DataFrame, maps: tuple[DataFrame, DataFrame], *, fallback: str
) -> DataFrame:
    """Return every learner whose responses or records are others now, or may have been those of another.

    Args:
        answers: RESPONSE events of the groups that are cut again.
        records: New milestone records, and those of ContentSessions that new export rows name.
        maps: `content_session_learners` as of now, and as of when silver was last built.
        fallback: As for `assign_learners`.
    """
    found = [records.select("learner_id")]
    for export_learners in maps:
        found += [
            assign_learners(answers, export_learners, fallback=fallback).select("learner_id"),
            assign_record_learners(records, export_learners, fallback=fallback).select("learner_id"),
        ]
    together = found[0]
    for more in found[1:]:
        together = together.union(more)
    return together.where("learner_id is not null").distinct()


def _with_group(rows: DataFrame, others: DataFrame) -> DataFrame:
    """Join by group, null equal to null; rows without a match get nulls."""
    renamed = others.select(
        *(F.col(name).alias(f"its_{name}") for name in GROUP),
        *(name for name in others.columns if name not in GROUP),
    )
    same = [F.col(name).eqNullSafe(F.col(f"its_{name}")) for name in GROUP]
    joined = rows.join(renamed, on=same, how="left")
    return joined.drop(*(f"its_{name}" for name in GROUP))
