"""Files that no run has read yet → rows of bronze: events or milestone records, rejects, the ledger.

The ledger is written last. A run that dies before reads the same files again; what it had written is known
by its content, so nothing is lost and nothing is there twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.bronze.events import parse_events, typed_events
from engagement.bronze.exports import read_export_rows
from engagement.bronze.files import list_files, paths_to_read, unread_files
from engagement.bronze.ledger import first_deliveries, ledger, numbered_rows, packed, rejected_rows, unpacked
from engagement.bronze.lines import read_lines
from engagement.bronze.milestone_records import export_records, log_record_id, log_records, parse_export_rows
from engagement.config import Ingest
from engagement.gates import let_pass, too_many_rejects, volume_fall, volumes
from engagement.positions import drop_positions
from engagement.pseudonyms import RECORD_PSEUDONYMS, with_pseudonyms
from engagement.schemas import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED, Table
from engagement.tables import Warehouse, append, create_if_missing, merge, overwrite, read, read_or_empty

LEDGER_COUNTS = ("lines", "events", "kept", "duplicates", "rejected")


@dataclass(frozen=True)
class Intake:
    """What reading takes: where rows go, the limits, the key of pseudonyms, and whether gates let pass."""

    spark: SparkSession
    warehouse: Warehouse
    limits: Ingest
    secret: bytes
    accept: bool = False

    @property
    def clock(self) -> dict[str, datetime]:
        """First and last time that a client's clock may show."""
        earliest = datetime.combine(self.limits.earliest, time(), UTC)
        return {
            "earliest": earliest,
            "latest": self.warehouse.started_at + timedelta(days=self.limits.latest_days_ahead),
        }


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


def _parsed_telemetry(intake: Intake, files: DataFrame) -> DataFrame:
    lines = read_lines(intake.spark, paths_to_read(files))
    parsed = parse_events(lines, max_line_bytes=intake.limits.max_line_bytes, **intake.clock)
    return with_pseudonyms(parsed, intake.secret)


def _parsed_exports(intake: Intake, files: DataFrame) -> DataFrame:
    parsed = parse_export_rows(read_export_rows(intake.spark, files), **intake.clock)
    return with_pseudonyms(parsed, intake.secret, RECORD_PSEUDONYMS)


@dataclass(frozen=True)
class _Source:
    """What telemetry and exports differ in: the ledger's kind, the table and its key, the way to its rows."""

    kind: str
    table: Table
    key: str
    parse: Callable[[Intake, DataFrame], DataFrame]
    rows_of: Callable[[DataFrame], DataFrame]


_TELEMETRY = _Source("telemetry", EVENTS, "event_id", _parsed_telemetry, typed_events)
_EXPORTS = _Source("export", MILESTONE_RECORDS, "record_id", _parsed_exports, export_records)


def _take(intake: Intake, folder: str, source: _Source) -> dict[str, int]:
    spark, warehouse, table = intake.spark, intake.warehouse, source.table
    files = unread_files(list_files(spark, folder), read_or_empty(spark, warehouse, INGESTED_FILES)).persist()
    if files.isEmpty():
        counts = _judged(intake, source, dict.fromkeys(LEDGER_COUNTS, 0))
        for missing in (INGESTED_FILES, EVENTS, MILESTONE_RECORDS):
            create_if_missing(spark, warehouse, missing)
        return counts
    # On disk, not in memory: read for the line numbers, the rows, the rejects and the ledger.
    parsed = packed(source.parse(intake, files), key=source.key).persist(StorageLevel.DISK_ONLY)
    numbered = numbered_rows(parsed)
    survey = _survey(numbered)
    # Before the gate, which names the table; nothing else is written where it stops the run.
    merge(rejected_rows(numbered), warehouse, REJECTED)
    judged = _judged(intake, source, survey.counts)
    known = _of_days(read_or_empty(spark, warehouse, table), survey.days)
    first = first_deliveries(numbered, known, key=source.key)
    append(source.rows_of(unpacked(first)), warehouse, table)
    if source is _TELEMETRY:
        _append_log_records(intake, numbered, survey.days)
    stored = _of_days(read(spark, warehouse, table), survey.days)
    written = stored.join(files.select("source_file"), on="source_file", how="left_semi")
    told = ledger(numbered, written, files, kind=source.kind).persist()
    totals = told.agg(*(F.sum(name).alias(name) for name in LEDGER_COUNTS)).collect()[0].asDict()
    append(told, warehouse, INGESTED_FILES)
    for held in (told, parsed, files):
        held.unpersist()
    return {**judged, **totals}


def _judged(intake: Intake, source: _Source, counts: dict[str, int]) -> dict[str, int]:
    """Return the counts and what of them is accepted; raises GateError where a gate stops the run."""
    findings = too_many_rejects(counts, source.kind, intake.limits)
    if source is _TELEMETRY:
        past = volumes(read_or_empty(intake.spark, intake.warehouse, INGESTED_FILES))
        at = intake.warehouse.started_at
        findings += volume_fall(counts["events"], past, intake.limits, at=at)
    return {**counts, **let_pass(findings, counts, accept=intake.accept)}


def _append_log_records(intake: Intake, numbered: DataFrame, days: list[date]) -> None:
    """Add the milestone records that LOG events bring, those of a run that died in between among them."""
    told = numbered.where("content.set_result is not null").withColumn("record_id", log_record_id())
    records = read_or_empty(intake.spark, intake.warehouse, MILESTONE_RECORDS)
    known = _of_days(records.withColumn("event_date", F.to_date("recorded_at")), days)
    first = first_deliveries(told, known, key="record_id")
    append(log_records(unpacked(first.drop("record_id"))), intake.warehouse, MILESTONE_RECORDS)


@dataclass(frozen=True)
class _Survey:
    """What the new files hold: the days of the events taken (none where rows have no day), and counts."""

    days: list[date]
    counts: dict[str, int]


def _survey(numbered: DataFrame) -> _Survey:
    day = F.col("event_date") if "event_date" in numbered.columns else F.lit(None).cast("date")
    groups = numbered.groupBy("reason", F.when(F.col("reason").isNull(), day).alias("day")).agg(
        F.count_if("is_event").alias("events"), F.count(F.lit(1)).alias("rows")
    )
    days, counts = [], {"events": 0, "rejected": 0}
    for row in groups.collect():
        counts["events"] += row["events"]
        if row["reason"] is not None:
            counts["rejected"] += row["rows"]
            counts[f"rejected_{row['reason']}"] = row["rows"]
        elif row["day"] is not None and row["events"]:
            days.append(row["day"])
    return _Survey(sorted(days), counts)


def _of_days(rows: DataFrame, days: list[date]) -> DataFrame:
    """Return the rows of some days, so that no other files are read; all of them where rows have no day."""
    return rows.where(F.col("event_date").isin(days)) if "event_date" in rows.columns else rows
