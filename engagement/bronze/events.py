"""Lines → typed events, or the reason why a line or event is none.

The way: `parse_events` (one parse of each line) → pseudonyms, persisted by the job → numbered rows, and of
those first deliveries, rejects and the ledger (`engagement.bronze.ledger`).
"""

from datetime import datetime

from pyspark.sql import Column, DataFrame, functions as F

from engagement.bronze.answers import answer_columns, filled_entries, listed_objects, told_in
from engagement.bronze.content import event_id
from engagement.bronze.envelope import find_candidates, line_sha256
from engagement.bronze.learners import CDATA_SHAPE, filled_cdata, of_type, raw_ids
from engagement.bronze.set_results import logged_message, logged_set_result
from engagement.bronze.texts import try_cast
from engagement.schemas import EVENTS
from engagement.schemas.enums import Reject
from engagement.schemas.table import LINEAGE

_POSITION = ("source_file", "block_start", "row_id", "batch_index", "is_first", "is_event", "line_bytes")


def parse_events(lines: DataFrame, *, max_line_bytes: int, earliest: datetime, latest: datetime) -> DataFrame:
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
            "objects": listed_objects(event["edata"]),
            "message": logged_message(event),
        }
    )
    # What is asked for more than once stands in a column, or it would be worked out as often.
    judged = with_time.withColumns(
        {
            "reason": _reason(event, earliest, latest),
            "filled": filled_cdata(F.col("cdata")),
            "cdata_text": F.to_json("cdata"),
            "entries": F.when(event["eid"] == "RESPONSE", filled_entries(F.col("objects"))),
        }
    ).withColumn("told", told_in(F.col("entries")))
    return judged.select(
        *_POSITION,
        "reason",
        F.when(F.col("reason").isNotNull(), line_sha256()).alias("line_sha256"),
        *(column.alias(name) for name, column in _event_columns(event).items()),
    )


def typed_events(first: DataFrame) -> DataFrame:
    """Return bronze.events without lineage: one row per event.

    Args:
        first: Rows of `parse_events`, numbered and with pseudonyms, the event's first delivery only.
    """
    return first.select([column.name for column in EVENTS.columns if column not in LINEAGE])


def _event_columns(event: Column) -> dict[str, Column]:
    ets, pdata, filled = F.col("ets_milliseconds"), F.col("pdata"), F.col("filled")
    context, edata = event["context"], event["edata"]
    at = F.timestamp_millis(ets)
    return {
        "event_id": F.when(
            F.col("reason").isNull(), event_id(event, ets, pdata, F.col("cdata_text"), F.col("objects"))
        ),
        "eid": event["eid"],
        "event_at": at,
        "event_date": F.to_date(at),
        "ets_milliseconds": ets,
        "mid": event["mid"],
        "channel": context["channel"],
        "pdata_id": pdata["id"],
        "pdata_pid": pdata["pid"],
        "env": context["env"],
        **raw_ids(event, filled),
        "class_id": of_type(filled, "class_studying_id"),
        "language": F.lower(of_type(filled, "language")),
        "object_id": event["object"]["id"],
        "object_type": event["object"]["type"],
        "edata_type": edata["type"],
        "pageid": edata["pageid"],
        **_of_responses(event),
        "set_result": logged_set_result(F.col("message")),
    }


def _of_responses(event: Column) -> dict[str, Column]:
    is_response = event["eid"] == "RESPONSE"
    columns = answer_columns(event["edata"], F.col("told"))
    return {name: F.when(is_response, column) for name, column in columns.items()}


def _milliseconds(ets: Column) -> Column:
    """Client time, also where it is written 1.566242942375E12; null where it is no number."""
    return try_cast(try_cast(ets, "decimal(38,3)"), "bigint")


def _reason(event: Column, earliest: datetime, latest: datetime) -> Column:
    ets = F.col("ets_milliseconds")
    low, high = int(earliest.timestamp() * 1000), int(latest.timestamp() * 1000)
    return F.when(
        F.col("is_event"),
        F.coalesce(
            "fault",
            F.when(F.coalesce(F.trim(event["eid"]), F.lit("")) == "", Reject.NO_EID.value)
            .when(ets.isNull(), Reject.NO_ETS.value)
            .when(event["edata"].isNull(), Reject.NO_EDATA.value)
            .when(~ets.between(low, high), Reject.CLOCK.value),
        ),
    )
