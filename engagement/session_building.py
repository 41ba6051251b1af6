"""bronze.events and bronze.milestone_records → silver.sessions, silver.milestones, silver.responses.

The first time, and where the rules changed, from all of bronze; after that only what new events and records
can change (`engagement.session_renewal`). How far bronze was read is noted last: a run that dies before is
made up for by the next, which takes in the same and more.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, timedelta

from pyspark import StorageLevel

from engagement.positions import Position, note_positions, noted_position, present_position
from engagement.schemas import EVENTS, MILESTONE_RECORDS, MILESTONES, RESPONSES, SESSIONS, Table
from engagement.session_renewal import News, Silver, renew
from engagement.silver.learners import assign_learners, assign_record_learners, content_session_learners
from engagement.silver.responses import find_responses
from engagement.silver.sessions import assign_sessions, summarise_sessions
from engagement.tables import added_rows, keep_changes, overwrite, read

STEP = "build_sessions"
# Raised whenever the same bronze gives other rows of silver than before.
_RULES_VERSION = 1

Positions = dict[Table, Position]


def build(silver: Silver, *, everything: bool, history_days: int) -> dict[str, int]:
    """Bring silver up to date; return the events taken in and, by table, the rows that changed.

    Args:
        silver: Where the tables lie, and the settings that they depend on.
        everything: Make all anew, also where only some can have changed.
        history_days: Days for which files of earlier versions are kept (`maintenance.history_days`).

    Raises:
        TableError: bronze has not been written.
    """
    spark, warehouse = silver.spark, silver.warehouse
    for table in (EVENTS, MILESTONE_RECORDS):
        read(spark, warehouse, table)
        keep_changes(spark, warehouse, table)
    now = {table: _present(silver, table) for table in (EVENTS, MILESTONE_RECORDS)}
    then = {} if everything else _usable(silver, now, timedelta(days=history_days))
    written = renew(silver, _news(silver, then, now)) if then else _build_all(silver)
    note_positions(spark, warehouse, STEP, now)
    return written


def is_renewable(silver: Silver, *, history_days: int) -> bool:
    """Return whether silver was built from bronze under the rules in force, and can be renewed from there."""
    now = {table: _present(silver, table) for table in (EVENTS, MILESTONE_RECORDS)}
    return bool(_usable(silver, now, timedelta(days=history_days)))


def note_as_read(silver: Silver) -> None:
    """Note that silver holds all that bronze does now."""
    now = {table: _present(silver, table) for table in (EVENTS, MILESTONE_RECORDS)}
    note_positions(silver.spark, silver.warehouse, STEP, now)


def _present(silver: Silver, table: Table) -> Position:
    rules = (_RULES_VERSION, silver.fallback, silver.set_pause_seconds)
    rules_sha256 = hashlib.sha256(repr(rules).encode()).hexdigest()
    return present_position(silver.spark, silver.warehouse, table, rules_sha256)


def _usable(silver: Silver, now: Positions, kept: timedelta) -> Positions:
    """Return the noted positions, or none where what came since cannot be read or is not all that changed."""
    then = {}
    for table, present in now.items():
        noted = noted_position(silver.spark, silver.warehouse, STEP, table)
        if noted is None or noted.noted_at is None:
            return {}
        # maintain_tables may have deleted the files of older versions.
        is_kept = silver.warehouse.started_at - noted.noted_at.replace(tzinfo=UTC) < kept
        same_kind = replace(noted, version=present.version, noted_at=None)
        if same_kind != present or noted.version > present.version or not is_kept:
            return {}
        then[table] = noted
    return then


def _news(silver: Silver, then: Positions, now: Positions) -> News:
    spark, warehouse = silver.spark, silver.warehouse
    new_events, new_records = (
        added_rows(spark, warehouse, table, after=then[table].version, until=now[table].version)
        for table in (EVENTS, MILESTONE_RECORDS)
    )
    records_before = read(spark, warehouse, MILESTONE_RECORDS, version=then[MILESTONE_RECORDS].version)
    return News(
        events=read(spark, warehouse, EVENTS),
        records=read(spark, warehouse, MILESTONE_RECORDS),
        new_events=new_events,
        new_records=new_records,
        learners_before=content_session_learners(records_before),
    )


def _build_all(silver: Silver) -> dict[str, int]:
    spark, warehouse = silver.spark, silver.warehouse
    records = read(spark, warehouse, MILESTONE_RECORDS)
    export_learners = content_session_learners(records)
    # Sessions, milestones and responses all start from it: sorted once, kept on disk, not in memory.
    sessions = assign_sessions(read(spark, warehouse, EVENTS))
    known = assign_learners(sessions, export_learners, fallback=silver.fallback)
    known = known.persist(StorageLevel.DISK_ONLY)
    known_records = assign_record_learners(records, export_learners, fallback=silver.fallback)
    written = {"sessions": overwrite(summarise_sessions(known), warehouse, SESSIONS)}
    written["milestones"] = overwrite(silver.milestones(known_records, known), warehouse, MILESTONES)
    responses = find_responses(known, read(spark, warehouse, MILESTONES))
    written["responses"] = overwrite(responses, warehouse, RESPONSES)
    written["events"] = known.count()
    known.unpersist()
    return written
