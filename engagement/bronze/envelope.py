"""Lines → candidate events: each line parsed once, and nothing behind its one JSON object overlooked."""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.bronze.texts import is_valid_utf8
from engagement.schemas.enums import Reject

# Parts whose shape varies stay text or maps of text: an odd type then loses itself, never the event.
EVENT_SHAPE = (
    "eid STRING, ets STRING, mid STRING, tags STRING, actor MAP<STRING,STRING>, context MAP<STRING,STRING>, "
    "object MAP<STRING,STRING>, edata MAP<STRING,STRING>"
)
JSON_OPTIONS = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
_SENTINEL = "~end of line~"
_TEXTS = "ARRAY<STRING>"
_PLACE = ("source_file", "block_start", "row_id", "line_bytes")


def find_candidates(lines: DataFrame, *, max_line_bytes: int) -> DataFrame:
    """Return what may be events.

    Args:
        lines: Rows of `read_lines`.
        max_line_bytes: Longer lines are rejected unread.

    Returns:
        One row per event, or per line that is none: source_file, block_start, row_id, line_bytes, batch_index
        (null outside of a batch), is_first (of its line's rows), is_event (false for an empty batch only),
        event (null where `fault` says why there is none) and line_sha256 (where it may be asked for).
    """
    is_long = F.octet_length("value") > max_line_bytes
    # What is too long goes no further than here: every later step would copy it.
    bounded = lines.select(
        F.when(~is_long, F.col("value")).alias("value"),
        *_PLACE[:-1],
        F.octet_length("value").cast("bigint").alias("line_bytes"),
        F.when(is_long, _sha256("value")).alias("long_sha256"),
    )
    fault = _unread(max_line_bytes)
    read = bounded.select(
        *bounded.columns, _parse_one(F.when(fault.isNull(), F.col("value"))).alias("read")
    ).select(*bounded.columns, _the_one(F.col("read")).alias("line"))
    # The generator also keeps Spark from pushing a condition, and with it a second parse, below the first.
    found = read.select(
        *_PLACE,
        _is_batch().alias("is_batch"),
        # A batch's line does not go along with each of its events: that would grow with its square.
        F.when(~_is_batch(), F.col("value")).alias("value"),
        F.when(_is_batch(), _sha256("value")).otherwise(F.col("long_sha256")).alias("known_sha256"),
        F.when(~_is_batch(), F.col("line")).alias("line"),
        F.posexplode_outer("line.events").alias("batch_index", "element"),
    )
    # A column of its own: `_the_one` asks three times, and would have every element parsed as often.
    parsed = found.select("*", _parse_one(F.col("element")).alias("element_read"))
    event = F.when(F.col("batch_index").isNull(), F.col("line")).otherwise(_the_one(F.col("element_read")))
    return parsed.select("*", event.alias("event")).select(
        *_PLACE,
        "batch_index",
        (F.coalesce("batch_index", F.lit(0)) == 0).alias("is_first"),
        (~F.col("is_batch") | F.col("batch_index").isNotNull()).alias("is_event"),
        F.when(F.col("event").isNull(), _fault(fault)).alias("fault"),
        "value",
        "known_sha256",
        "event",
    )


def line_sha256() -> Column:
    """SHA-256 of a candidate's whole line, hex."""
    return F.coalesce("known_sha256", _sha256("value"))


def _unread(max_line_bytes: int) -> Column:
    """Why a line is not even parsed."""
    return F.when(F.col("line_bytes") > max_line_bytes, Reject.LINE_TOO_LONG.value).when(
        ~is_valid_utf8(F.col("value")), Reject.NOT_UTF8.value
    )


def _parse_one(text: Column) -> Column:
    """Parse a text as the first element of an array whose last element is ours.

    Spark's JSON readers keep the first of two objects run together and say nothing. So the text holds one
    value exactly if the array has two elements and the last is ours.
    """
    wrapped = F.concat(F.lit("["), text, F.lit(f',{{"eid":"{_SENTINEL}"}}]'))
    return F.from_json(wrapped, f"ARRAY<STRUCT<{EVENT_SHAPE}, events {_TEXTS}>>", JSON_OPTIONS)


def _the_one(read: Column) -> Column:
    is_one = (F.size(read) == 2) & (F.get(read, F.lit(1))["eid"] == _SENTINEL)
    return F.when(is_one, F.get(read, F.lit(0)))


def _is_batch() -> Column:
    return F.col("line.events").isNotNull() & F.col("line.eid").isNull()


def _sha256(name: str) -> Column:
    return F.sha2(F.col(name).cast("binary"), 256)


def _fault(unread: Column) -> Column:
    """Why a candidate has no event; costly, so evaluated for those only."""
    return F.when(~F.col("is_batch"), F.coalesce(unread, _why_not_one_object())).when(
        F.col("batch_index").isNotNull(), Reject.NOT_AN_OBJECT.value
    )


def _why_not_one_object() -> Column:
    """Tell the ways apart in which a line is not one object."""
    values = F.from_json(F.concat(F.lit("["), "value", F.lit(f',"{_SENTINEL}"]')), _TEXTS, JSON_OPTIONS)
    is_json = F.get(values, F.size(values) - 1) == _SENTINEL
    first_object = F.from_json("value", "MAP<STRING,STRING>", JSON_OPTIONS)
    return (
        F.when(F.col("value").rlike(r"^\s*$"), Reject.EMPTY_LINE.value)
        .when(is_json & (F.size(values) == 2), Reject.NOT_AN_OBJECT.value)
        .when(is_json | first_object.isNotNull(), Reject.SEVERAL_VALUES.value)
        .otherwise(Reject.NOT_JSON.value)
    )
