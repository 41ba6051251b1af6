"""Candidate events → typed events, rejects and the ledger of files.

The way: `parse_events` (one parse of each line) → pseudonyms, persisted by the job → `kept_events`,
`rejected_events`, `ledger`.
"""

from datetime import datetime

from pyspark.sql import Column, DataFrame, functions as F

from engagement.bronze.answers import answer_columns, values_list
from engagement.bronze.content import event_id
from engagement.bronze.envelope import find_candidates
from engagement.bronze.learners import CDATA_SHAPE, of_type, raw_ids
from engagement.bronze.lines import number_lines
from engagement.bronze.set_results import logged_set_result
from engagement.schemas import EVENTS
from engagement.schemas.enums import Reject
from engagement.schemas.table import LINEAGE

# Events of one line keep their order within 2^24: a line of 10 MB holds fewer.
_BATCH_PLACES = 1 << 24
_POSITION = ("source_file", "block_start", "row_id", "batch_index", "is_first", "is_event", "line_bytes")


def parse_events(
    lines: DataFrame, *, max_line_bytes: int, earliest: datetime, latest: datetime
) -> DataFrame:
    """Return every event found, typed, or the reason why it is none.

    Args:
        lines: Rows of `engagement.bronze.lines.read_lines`.
        max_line_bytes: Longer lines are rejected unread.
        earliest: First client time that is taken for real.
        latest: Last client time that is taken for real.

    Returns:
        One row per event, or per line that is none: its position, `reason` (null: an event), line_sha256 (of
        rejected lines only) and the columns of bronze.events, ids of persons raw in `*_raw`.
    """
    candidates = find_candidates(lines, max_line_bytes=max_line_bytes)
    event = F.col("event")
    with_time = candidates.withColumns(
        {
            "ets_milliseconds": _milliseconds(event["ets"]),
            "cdata": F.from_json(event["context"]["cdata"], CDATA_SHAPE),
            "pdata": F.from_json(event["context"]["pdata"], "MAP<STRING,STRING>"),
            "answer": F.when(event["eid"] == "RESPONSE", values_list(event["edata"])),
            "line_bytes": F.octet_length("value").cast("bigint"),
        }
    )
    judged = with_time.withColumn("reason", _reason(event, earliest, latest))
    return judged.select(
        *_POSITION,
        "reason",
        F.when(F.col("reason").isNotNull(), F.sha2(F.col("value").cast("binary"), 256)).alias("line_sha256"),
        *(column.alias(name) for name, column in _event_columns(event).items()),
    )


def kept_events(numbered: DataFrame, known: DataFrame | None) -> DataFrame:
    """Return bronze.events without lineage: each event once, where it stands first.

    Args:
        numbered: Rows of `parse_events` with pseudonyms and `numbered_events`.
        known: bronze.events as it is, unique by event_date and event_id; None: nothing is known yet.
    """
    found = numbered.where("is_event and reason is null")
    if known is not None:
        found = found.join(known.select("event_date", "event_id"), on=["event_date", "event_id"], how="left_anti")
    # Ids and places are shuffled, not events: of most ids there is one, and the few others fit a broadcast.
    repeated = (
        found.groupBy("event_id")
        .agg(F.min("input_order").alias("first_order"), F.count(F.lit(1)).alias("deliveries"))
        .where("deliveries > 1")
    )
    first = found.join(repeated, on="event_id", how="left").where(
        "first_order is null or first_order = input_order"
    )
    return first.select(*_table_columns())


def rejected_events(numbered: DataFrame, *, max_line_bytes: int) -> DataFrame:
    """Return bronze.rejected without lineage: one row per line or event rejected."""
    return numbered.where("reason is not null").select(
        "source_file",
        F.col("source_line").alias("position"),
        "batch_index",
        "line_sha256",
        "line_bytes",
        "reason",
        _detail(max_line_bytes).alias("detail"),
    )


def numbered_events(parsed: DataFrame) -> DataFrame:
    """Return parsed rows with `source_line` and an `input_order` that tells all events apart."""
    numbered = number_lines(parsed)
    place = F.col("input_order") * _BATCH_PLACES + F.coalesce("batch_index", F.lit(0))
    return numbered.withColumn("input_order", place)


def ledger(numbered: DataFrame, kept: DataFrame, files: DataFrame) -> DataFrame:
    """Return bronze.ingested_files without lineage: one row per file, empty ones among them.

    Args:
        numbered: Rows of `numbered_events`.
        kept: `kept_events` as written.
        files: The files read (`engagement.bronze.lines.list_files`).
    """
    found = numbered.groupBy("source_file").agg(
        F.count_if("is_first").alias("lines"),
        F.count_if("is_event").alias("events"),
        F.count_if(F.col("reason").isNotNull()).alias("rejected"),
    )
    written = kept.groupBy("source_file").agg(F.count(F.lit(1)).alias("kept"))
    counted = files.join(found, on="source_file", how="left").join(written, on="source_file", how="left")
    counts = {name: F.coalesce(name, F.lit(0)) for name in ("lines", "events", "kept", "rejected")}
    return counted.select(
        "source_file",
        F.lit("telemetry").alias("kind"),
        "bytes",
        "modified_at",
        counts["lines"].alias("lines"),
        counts["events"].alias("events"),
        counts["kept"].alias("kept"),
        (counts["events"] - counts["kept"] - counts["rejected"]).alias("duplicates"),
        counts["rejected"].alias("rejected"),
    )


def _event_columns(event: Column) -> dict[str, Column]:
    ets, cdata, pdata = F.col("ets_milliseconds"), F.col("cdata"), F.col("pdata")
    context, edata = event["context"], event["edata"]
    at = F.timestamp_millis(ets)
    return {
        "event_id": F.when(F.col("reason").isNull(), event_id(event, ets)),
        "eid": event["eid"],
        "event_at": at,
        "event_date": F.to_date(at),
        "ets_milliseconds": ets,
        "mid": event["mid"],
        "channel": context["channel"],
        "pdata_id": pdata["id"],
        "pdata_pid": pdata["pid"],
        "env": context["env"],
        **raw_ids(event, cdata),
        "class_id": of_type(cdata, "class_studying_id"),
        "language": F.lower(of_type(cdata, "language")),
        "object_id": event["object"]["id"],
        "object_type": event["object"]["type"],
        "edata_type": edata["type"],
        "pageid": edata["pageid"],
        **_of_responses(event),
        "set_result": logged_set_result(event),
    }


def _of_responses(event: Column) -> dict[str, Column]:
    is_response = event["eid"] == "RESPONSE"
    columns = answer_columns(event["edata"], F.col("answer"))
    return {name: F.when(is_response, column) for name, column in columns.items()}


def _milliseconds(ets: Column) -> Column:
    """Client time, also where it is written 1.566242942375E12; null where it is no number."""
    return ets.try_cast("decimal(38,3)").try_cast("bigint")


def _reason(event: Column, earliest: datetime, latest: datetime) -> Column:
    ets = F.col("ets_milliseconds")
    low, high = int(earliest.timestamp() * 1000), int(latest.timestamp() * 1000)
    return F.when(F.col("is_event"), F.coalesce(
        "reason",
        F.when(F.coalesce(F.trim(event["eid"]), F.lit("")) == "", Reject.NO_EID.value)
        .when(ets.isNull(), Reject.NO_ETS.value)
        .when(event["edata"].isNull(), Reject.NO_EDATA.value)
        .when(~ets.between(low, high), Reject.CLOCK.value),
    ))


def _detail(max_line_bytes: int) -> Column:
    words = {
        Reject.EMPTY_LINE: "the line is blank",
        Reject.LINE_TOO_LONG: f"the line is longer than {max_line_bytes} bytes",
        Reject.NOT_UTF8: "the line is not UTF-8",
        Reject.NOT_JSON: "the line is cut off, or no JSON",
        Reject.SEVERAL_VALUES: "something stands behind the line's first object",
        Reject.NOT_AN_OBJECT: "it is JSON, but no object",
        Reject.NO_EID: "eid is missing or empty",
        Reject.NO_ETS: "ets is missing or no number",
        Reject.NO_EDATA: "edata is missing or no object",
        Reject.CLOCK: "ets lies outside of the times configured",
    }
    detail = F.lit(None).cast("string")
    for reason, text in words.items():
        detail = F.when(F.col("reason") == reason.value, text).otherwise(detail)
    return detail


def _table_columns() -> list[str]:
    lineage = {column.name for column in LINEAGE}
    return [name for name in EVENTS.column_names if name not in lineage]
