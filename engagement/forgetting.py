"""Everything of learners who are to be forgotten → gone, but for tombstones that keep them out.

The tombstones come first; what is left to do is worked out from them and from bronze, whose rows go last:
a run that died is made up for by the next. Silver is brought up to date, then renewed without the learners as
by any other news; where it cannot be, it is made anew from what is left.
"""

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame, functions as F

from engagement.bronze.forgotten import own_content_sessions
from engagement.named_rows import NamedRows, find_named_rows
from engagement.positions import drop_positions
from engagement.schemas import (
    EVENTS,
    INSIGHTS,
    MILESTONE_RECORDS,
    REFERENCES,
    SESSIONS,
    TABLES,
    VOICE_SCORES,
    Table,
)
from engagement.session_building import build, is_renewable, note_as_read
from engagement.session_renewal import News, Silver, renew
from engagement.silver.learners import assign_learners, content_session_learners
from engagement.tables import (
    Staging,
    delete_folder,
    delete_matching,
    delete_where,
    exists,
    keep_latest_only,
    replace_rows,
)
from engagement.tombstones import LEARNER, as_sessions, buried, bury, note_removal

_BRONZE = (EVENTS, MILESTONE_RECORDS)
# Tables with rows of single learners, or fitted on such rows.
_OF_LEARNERS = tuple(
    table
    for table in TABLES
    if table in (EVENTS, SESSIONS, VOICE_SCORES, REFERENCES) or "learner_id" in table.column_names
)
Erase = Callable[[DataFrame], int]


def bury_learners(silver: Silver, learners: Sequence[str]) -> None:
    """Keep learners out from now on, and the ContentSessions that are theirs alone; nothing is removed yet.

    Args:
        silver: Where the tables lie, and who the learner is where nothing names him.
        learners: Pseudonyms.
    """
    spark, warehouse = silver.spark, silver.warehouse
    given = spark.createDataFrame([(each, LEARNER) for each in learners], "pseudonym string, kind string")
    if _has_bronze(silver):
        owners = content_session_learners(silver.stored(MILESTONE_RECORDS))
        events = assign_learners(silver.stored(EVENTS), owners, fallback=silver.fallback)
        given = given.union(as_sessions(own_content_sessions(events, owners, learners)))
    bury(given, warehouse)


def remove_buried(silver: Silver, *, history_days: int, erase: Erase | None = None) -> dict[str, int]:
    """Remove everything of those with a tombstone; return how many rows went, by table, and what else.

    Args:
        silver: Where the tables lie, and the settings that silver depends on.
        history_days: `maintenance.history_days`.
        erase: Deletes the recordings of the rows given (audio_key, unique), returns how many; None: none.
    """
    spark, warehouse = silver.spark, silver.warehouse
    forgotten = buried(spark, warehouse)
    removed: dict[str, int] = {}
    if _has_bronze(silver):
        renewable = is_renewable(silver, history_days=history_days)
        if renewable:
            build(silver, everything=False, history_days=history_days)
        with Staging(spark, warehouse, "forget") as staging:
            events, records = find_named_rows(silver, staging, forgotten)
            if erase:
                removed["recordings"] = erase(_recordings(events, forgotten))
            if not events.rows.isEmpty() or not records.rows.isEmpty():
                removed.update(_remove_rows(silver, (events, records), forgotten, renewable=renewable))
        # What a position of before names can no longer be read.
        drop_positions(spark, warehouse)
        _keep_latest_only(silver, _BRONZE)
        if renewable:
            note_as_read(silver)
        elif exists(spark, warehouse, SESSIONS):
            build(silver, everything=True, history_days=history_days)
    delete_folder(spark, f"{warehouse.root.rstrip('/')}/_staging")
    _keep_latest_only(silver, [table for table in _OF_LEARNERS if table not in _BRONZE])
    note_removal(spark, warehouse)
    return removed


def _keep_latest_only(silver: Silver, tables: Sequence[Table]) -> None:
    for table in tables:
        if exists(silver.spark, silver.warehouse, table):
            keep_latest_only(silver.spark, silver.warehouse, table)


def _has_bronze(silver: Silver) -> bool:
    return all(exists(silver.spark, silver.warehouse, table) for table in _BRONZE)


def _recordings(events: NamedRows, forgotten: Sequence[str]) -> DataFrame:
    """Return the audio keys that no row of another learner names."""
    keys = events.gone.where("audio_key is not null").select("audio_key").distinct()
    return keys.join(events.table_without(forgotten), on="audio_key", how="left_anti")


def _remove_rows(
    silver: Silver, found: tuple[NamedRows, NamedRows], forgotten: Sequence[str], *, renewable: bool
) -> dict[str, int]:
    spark, warehouse = silver.spark, silver.warehouse
    events, records = found
    models = delete_folder(spark, f"{warehouse.root.rstrip('/')}/models/forecast")
    removed = {"forecast_models": int(models)}
    learners = spark.createDataFrame([(each,) for each in forgotten], "learner_id string")
    scored = events.gone.selectExpr("event_date as response_date", "event_id as response_id")
    for table in _OF_LEARNERS:
        if table in (*_BRONZE, SESSIONS) or not exists(spark, warehouse, table):
            continue
        if table == REFERENCES:
            removed[table.name] = delete_where(spark, warehouse, table, F.lit(True))
        elif table == VOICE_SCORES:
            removed[table.name] = delete_matching(scored, warehouse, table)
        else:
            removed[table.name] = delete_matching(learners, warehouse, table)
        if table == INSIGHTS:
            removed["class_insights"] = delete_where(spark, warehouse, table, F.col("learner_id").isNull())
    if renewable:
        renew(silver, _news(silver, events, records, forgotten))
    for each in found:
        removed[each.table.name] = each.gone.count()
        replace_rows(each.staying(forgotten), each.named, warehouse, each.table)
    return removed


def _news(silver: Silver, events: NamedRows, records: NamedRows, forgotten: Sequence[str]) -> News:
    return News(
        events=events.table_without(forgotten),
        records=records.table_without(forgotten),
        new_events=events.named,
        new_records=records.named,
        learners_before=content_session_learners(silver.stored(MILESTONE_RECORDS)),
    )
