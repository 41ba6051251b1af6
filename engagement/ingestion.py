"""Files that no run has read yet → rows of bronze: events or milestone records, rejects, the ledger.

The ledger is written last. A run that dies before reads the same files again; what it had written is known
by its content, so nothing is lost and nothing is there twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce

from pyspark import StorageLevel
from pyspark.sql import DataFrame, functions as F

from engagement.bronze.events import typed_events
from engagement.bronze.files import list_files, unread_files
from engagement.bronze.ledger import (
    first_deliveries,
    ledger,
    numbered_rows,
    packed,
    rejected_rows,
    survey,
    unpacked,
)
from engagement.bronze.milestone_records import export_records, log_record_id, log_records
from engagement.gates import let_pass, too_many_rejects, volume_fall, volumes
from engagement.intake import Intake, parsed_exports, parsed_telemetry
from engagement.positions import drop_positions
from engagement.schemas import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED, Table
from engagement.schemas.enums import Reject
from engagement.tables import append, create_if_missing, merge, overwrite, read, read_or_empty
from engagement.tombstones import bury_sessions_of_rejects
from engagement.unreadable import READ_FAILURES, Lost, find_unreadable, listed

LEDGER_COUNTS = ("lines", "events", "kept", "duplicates", "rejected")
FORGOTTEN = f"rejected_{Reject.FORGOTTEN}"


def take_telemetry(intake: Intake, folder: str) -> dict[str, int]:
    """Read the telemetry files below `folder`; return the ledger's totals, and rejects by reason.

    Raises:
        InputError: there is no such folder, or a file has a compression that Spark cannot read.
        GateError: more than the configured share was rejected, or far less came than usual.
    """
    return _take(intake, folder, _TELEMETRY)


def take_exports(intake: Intake, folder: str) -> dict[str, int]:
    """Read the export files below `folder`; return the ledger's totals. Raises as `take_telemetry` does."""
    return _take(intake, folder, _EXPORTS)


def start_over(intake: Intake) -> None:
    """Empty bronze, so that every file is read again, and let all that follows read all of it."""
    drop_positions(intake.spark, intake.warehouse)
    # The ledger first: whenever a run dies here, the next one reads the files that it no longer names.
    for table in (INGESTED_FILES, EVENTS, MILESTONE_RECORDS, REJECTED):
        overwrite(intake.spark.createDataFrame([], table.schema), intake.warehouse, table)


@dataclass(frozen=True)
class _Source:
    """What telemetry and exports differ in: the ledger's kind, the table and its key, the way to its rows."""

    kind: str
    table: Table
    key: str
    parse: Callable[[Intake, DataFrame], DataFrame]
    rows_of: Callable[[DataFrame], DataFrame]


_TELEMETRY = _Source("telemetry", EVENTS, "event_id", parsed_telemetry, typed_events)
_EXPORTS = _Source("export", MILESTONE_RECORDS, "record_id", parsed_exports, export_records)


def _take(intake: Intake, folder: str, source: _Source) -> dict[str, int]:
    spark, warehouse, table = intake.spark, intake.warehouse, source.table
    ingested = read_or_empty(spark, warehouse, INGESTED_FILES)
    files, count = listed(lambda: unread_files(list_files(spark, folder), ingested))
    if not count:
        counts = _judged(intake, source, dict.fromkeys(LEDGER_COUNTS, 0))
        _create_missing(intake)
        return counts
    taken, lost = _read(intake, files, source)
    # Before the gate, which names the table; nothing else is written where it stops the run.
    rejected = [*([rejected_rows(taken.numbered)] if taken else []), *lost.rejected_rows(files)]
    merge(reduce(DataFrame.unionByName, rejected), warehouse, REJECTED)
    judged = _judged(intake, source, lost.counted(taken.counts if taken else {}))
    if taken and taken.counts.get(FORGOTTEN):
        bury_sessions_of_rejects(taken.parsed, warehouse)
    told = lost.ledger_rows(files, kind=source.kind)
    if taken:
        known = _of_days(read_or_empty(spark, warehouse, table), taken.days)
        first = first_deliveries(taken.numbered, known, key=source.key)
        append(source.rows_of(unpacked(first)), warehouse, table)
        if source is _TELEMETRY:
            _append_log_records(intake, taken.numbered, taken.days)
        stored = _of_days(read(spark, warehouse, table), taken.days)
        readable = files.where(~F.col("path").isin(*lost.paths))
        written = stored.join(readable.select("source_file"), on="source_file", how="left_semi")
        told = told.unionByName(ledger(taken.numbered, written, readable, kind=source.kind))
    else:
        _create_missing(intake)
    told = told.persist()
    totals = told.agg(*(F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in LEDGER_COUNTS)).collect()
    append(told, warehouse, INGESTED_FILES)
    for held in (told, files, *([taken.parsed] if taken else [])):
        held.unpersist()
    return {**totals[0].asDict(), **judged}


@dataclass(frozen=True)
class _Taken:
    """What the new files hold: their rows, the days of the events taken (none: rows have no day), counts."""

    parsed: DataFrame
    numbered: DataFrame
    days: list[date]
    counts: dict[str, int]


def _read(intake: Intake, files: DataFrame, source: _Source) -> tuple[_Taken | None, Lost]:
    """Read the files that can be read; None where none can."""
    try:
        return _parsed(intake, files, source), Lost()
    except READ_FAILURES as failure:
        lost = find_unreadable(intake.spark, files, failure)
    readable = files.where(~F.col("path").isin(*lost.paths))
    return (None if readable.isEmpty() else _parsed(intake, readable, source)), lost


def _parsed(intake: Intake, files: DataFrame, source: _Source) -> _Taken:
    # On disk, not in memory: read more than once.
    parsed = packed(source.parse(intake, files), key=source.key).persist(StorageLevel.DISK_ONLY)
    numbered = numbered_rows(parsed)
    try:
        return _Taken(parsed, numbered, *survey(numbered))
    except READ_FAILURES:
        parsed.unpersist()
        raise


def _judged(intake: Intake, source: _Source, counts: dict[str, int]) -> dict[str, int]:
    """Return the counts and what of them is accepted; raises GateError where a gate stops the run."""
    findings = too_many_rejects(counts, source.kind, intake.limits)
    if source is _TELEMETRY:
        past = volumes(read_or_empty(intake.spark, intake.warehouse, INGESTED_FILES))
        at = intake.warehouse.started_at
        findings += volume_fall(counts["events"], past, intake.limits, at=at)
    return {**counts, **let_pass(findings, counts, accept=intake.accept)}


def _create_missing(intake: Intake) -> None:
    for table in (INGESTED_FILES, EVENTS, MILESTONE_RECORDS):
        create_if_missing(intake.spark, intake.warehouse, table)


def _append_log_records(intake: Intake, numbered: DataFrame, days: list[date]) -> None:
    """Add the milestone records that LOG events bring, those of a run that died in between among them."""
    told = numbered.where("content.set_result is not null").withColumn("record_id", log_record_id())
    records = read_or_empty(intake.spark, intake.warehouse, MILESTONE_RECORDS)
    known = _of_days(records.withColumn("event_date", F.to_date("recorded_at")), days)
    first = first_deliveries(told, known, key="record_id")
    append(log_records(unpacked(first.drop("record_id"))), intake.warehouse, MILESTONE_RECORDS)


def _of_days(rows: DataFrame, days: list[date]) -> DataFrame:
    """Return the rows of some days, so that no other files are read; all of them where rows have no day."""
    return rows.where(F.col("event_date").isin(days)) if "event_date" in rows.columns else rows
