"""Lines → candidate events: each line parsed once, and nothing behind its one JSON object overlooked."""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.schemas.enums import Reject

# Parts whose shape varies stay text or maps of text: an odd type then loses itself, never the event.
EVENT_SHAPE = (
    "eid STRING, ets STRING, mid STRING, tags STRING, actor MAP<STRING,STRING>, context MAP<STRING,STRING>, "
    "object MAP<STRING,STRING>, edata MAP<STRING,STRING>"
)
JSON_OPTIONS = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
_MAPS = ("actor", "context", "object", "edata")
_SENTINEL = "~end of line~"
_TEXTS = "ARRAY<STRING>"


def find_candidates(lines: DataFrame, *, max_line_bytes: int) -> DataFrame:
    """Return what may be events.

    Spark's JSON readers keep the first of two objects run together and say nothing. So the line is read as
    the first element of an array whose last element is ours: it holds one object exactly if the array has
    two elements and the last is ours.

    Args:
        lines: Rows of `read_lines`.
        max_line_bytes: Longer lines are rejected unread.

    Returns:
        One row per event, or per line that is none: the columns of `lines`, batch_index (null outside of a
        batch), is_first (of its line's rows), event (null where rejected, or where a batch is empty),
        is_event (false for an empty batch only) and reason.
    """
    shape = f"ARRAY<STRUCT<{EVENT_SHAPE}, events {_TEXTS}>>"
    fault = _unread(max_line_bytes)
    wrapped = F.concat(F.lit("["), "value", F.lit(f',{{"eid":"{_SENTINEL}"}}]'))
    parsed = F.from_json(F.when(fault.isNull(), wrapped), shape, JSON_OPTIONS)
    read = lines.withColumns({"fault": fault, "read": parsed})
    # The generator also keeps Spark from pushing a condition, and with it a second parse, below the first.
    return read.select(
        "value",
        "source_file",
        "block_start",
        "row_id",
        F.posexplode_outer(_candidates()).alias("place", "found"),
    ).select(
        "value",
        "source_file",
        "block_start",
        "row_id",
        F.col("found.batch_index").alias("batch_index"),
        (F.coalesce("place", F.lit(0)) == 0).alias("is_first"),
        F.col("found").isNotNull().alias("is_event"),
        F.col("found.event").alias("event"),
        F.col("found.reason").alias("reason"),
    )


def _unread(max_line_bytes: int) -> Column:
    """Why a line is not even parsed."""
    return F.when(F.octet_length("value") > max_line_bytes, Reject.LINE_TOO_LONG.value).when(
        ~F.is_valid_utf8("value"), Reject.NOT_UTF8.value
    )


def _candidates() -> Column:
    """One struct for each event of the line, or one with the reason why there is none."""
    first = F.get("read", F.lit(0))
    is_one_object = (F.size("read") == 2) & (F.get("read", F.lit(1))["eid"] == _SENTINEL) & first.isNotNull()
    own = F.struct(*(first[name].alias(name) for name in ("eid", "ets", "mid", "tags", *_MAPS)))
    is_batch = first["eid"].isNull() & first["events"].isNotNull()
    return (
        F.when(F.col("fault").isNotNull(), _found(reason=F.col("fault")))
        .when(is_one_object & is_batch, F.transform(first["events"], _element))
        .when(is_one_object, _found(event=own))
        .otherwise(_found(reason=_why_not_one_object()))
    )


def _element(text: Column, index: Column) -> Column:
    """One event of a batch; the parse is left to the events that are there."""
    is_object = text.startswith("{")
    return F.struct(
        index.alias("batch_index"),
        F.when(is_object, F.from_json(text, EVENT_SHAPE, JSON_OPTIONS)).alias("event"),
        F.when(~F.coalesce(is_object, F.lit(False)), Reject.NOT_AN_OBJECT.value).alias("reason"),
    )


def _found(*, event: Column | None = None, reason: Column | None = None) -> Column:
    missing_event = F.lit(None).cast(
        f"STRUCT<{EVENT_SHAPE.replace(' STRING', ':STRING').replace(' MAP', ':MAP')}>"
    )
    return F.array(
        F.struct(
            F.lit(None).cast("int").alias("batch_index"),
            (missing_event if event is None else event).alias("event"),
            (F.lit(None).cast("string") if reason is None else reason).alias("reason"),
        )
    )


def _why_not_one_object() -> Column:
    """Tell the ways apart in which a line is not one object; evaluated for such lines only."""
    values = F.from_json(F.concat(F.lit("["), "value", F.lit(f',"{_SENTINEL}"]')), _TEXTS, JSON_OPTIONS)
    is_json = F.get(values, F.size(values) - 1) == _SENTINEL
    first_object = F.from_json("value", "MAP<STRING,STRING>", JSON_OPTIONS)
    return (
        F.when(F.col("value").rlike(r"^\s*$"), Reject.EMPTY_LINE.value)
        .when(is_json & (F.size(values) == 2), Reject.NOT_AN_OBJECT.value)
        .when(is_json | first_object.isNotNull(), Reject.SEVERAL_VALUES.value)
        .otherwise(Reject.NOT_JSON.value)
    )
