"""What became of every line, event and export row: first deliveries, rejects, and the ledger of files.

All of it works on numbered rows, of telemetry or of exports: their place (source_file, source_line,
batch_index, input_order), is_first (of its line's rows), is_event, reason (null: taken), line_sha256 and
line_bytes.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, functions as F

from engagement.bronze.lines import number_lines
from engagement.schemas.enums import Reject

# Events of one line keep their order within 2^24: a line of 10 MB holds fewer.
_BATCH_PLACES = 1 << 24
_PLACE_AND_FATE = (
    *("source_file", "block_start", "row_id", "batch_index", "is_first", "is_event"),
    *("reason", "line_sha256", "line_bytes"),
)
_DETAILS = {
    Reject.EMPTY_LINE: "the line is blank",
    Reject.LINE_TOO_LONG: "the line or row is longer than the configured ingest.max_line_bytes",
    Reject.NOT_UTF8: "the line is not UTF-8",
    Reject.NOT_JSON: "the line is cut off, or no JSON",
    Reject.SEVERAL_VALUES: "something stands behind the line's first object",
    Reject.NOT_AN_OBJECT: "it is JSON, but no object",
    Reject.NO_EID: "eid is missing or empty",
    Reject.NO_ETS: "ets is missing or no number",
    Reject.NO_EDATA: "edata is missing or no object",
    Reject.CLOCK: "its time lies outside of the times configured",
    Reject.FORGOTTEN: "its learner is to be forgotten (ops.tombstones)",
    Reject.EXPORT_UNREADABLE: "the row is cut off, no object, or tells no level, phase or result",
    Reject.EXPORT_KIND_UNKNOWN: "the row has none of the fields milestone, sessionResult and milestoneLevel",
    Reject.EXPORT_NO_LEARNER: "userId is missing or empty",
    Reject.EXPORT_NO_TIME: "createdAt is missing or no time",
}


def packed(parsed: DataFrame, *, key: str) -> DataFrame:
    """Return parsed rows with all in one column, `content`, that the row's place and fate do not need.

    Most readers of the persisted rows want place and fate alone, and persisting one wide column takes about a
    third of the time that fifty take.
    """
    narrow = [name for name in (*_PLACE_AND_FATE, "event_date", key) if name in parsed.columns]
    content = F.struct(*(name for name in parsed.columns if name not in narrow))
    return parsed.select(*narrow, content.alias("content"))


def unpacked(rows: DataFrame) -> DataFrame:
    """Return rows of `packed` with a column for each field of `content` again."""
    return rows.select(*(name for name in rows.columns if name != "content"), "content.*")


def numbered_rows(parsed: DataFrame) -> DataFrame:
    """Return parsed rows with `source_line` and an `input_order` that tells all of them apart.

    Args:
        parsed: Rows of `parse_events` or `parse_export_rows`, persisted: they are read twice.
    """
    numbered = number_lines(parsed)
    place = F.col("input_order") * _BATCH_PLACES + F.coalesce("batch_index", F.lit(0))
    return numbered.withColumn("input_order", place)


def survey(numbered: DataFrame) -> tuple[list[date], dict[str, int]]:
    """Return the days of the events taken (none where rows have no day), and counts of events and rejects.

    Args:
        numbered: Rows of `numbered_rows`; this reads all of them.
    """
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
    return sorted(days), counts


def first_deliveries(numbered: DataFrame, known: DataFrame, *, key: str) -> DataFrame:
    """Return the rows taken that are new, each content once: where it stands first.

    Args:
        numbered: Rows of `numbered_rows`.
        known: What former runs wrote, unique by `key`; its event_date, where it has one, is compared as well.
        key: Column that is equal for equal content.
    """
    same = [name for name in ("event_date", key) if name in known.columns]
    taken = numbered.where("is_event and reason is null")
    found = taken.join(known.select(same), on=same, how="left_anti")
    # Keys and places are shuffled, not rows: most contents come once, and the few others fit a broadcast.
    repeated = (
        found.groupBy(key)
        .agg(F.min("input_order").alias("first_order"), F.count(F.lit(1)).alias("deliveries"))
        .where("deliveries > 1")
        .drop("deliveries")
    )
    delivered = found.join(repeated, on=key, how="left")
    return delivered.where("first_order is null or first_order = input_order").drop("first_order")


def rejected_rows(numbered: DataFrame) -> DataFrame:
    """Return bronze.rejected without lineage: one row per line, event or export row rejected."""
    return numbered.where("reason is not null").select(
        "source_file",
        F.col("source_line").alias("position"),
        "batch_index",
        "line_sha256",
        "line_bytes",
        "reason",
        _detail().alias("detail"),
    )


def ledger(numbered: DataFrame, kept: DataFrame, files: DataFrame, *, kind: str) -> DataFrame:
    """Return bronze.ingested_files without lineage: one row per file, empty ones among them.

    Args:
        numbered: Rows of `numbered_rows`.
        kept: The rows written, with their source_file.
        files: The files read (`engagement.bronze.files.list_files`).
        kind: telemetry or export.
    """
    found = numbered.groupBy("source_file").agg(
        F.count_if("is_first").alias("lines"),
        F.count_if("is_event").alias("events"),
        F.count_if(F.col("reason").isNotNull()).alias("rejected"),
    )
    written = kept.groupBy("source_file").agg(F.count(F.lit(1)).alias("kept"))
    counted = files.join(found, on="source_file", how="left").join(written, on="source_file", how="left")
    count = {name: F.coalesce(name, F.lit(0)) for name in ("lines", "events", "kept", "rejected")}
    return counted.select(
        "source_file",
        F.lit(kind).alias("kind"),
        "bytes",
        "modified_at",
        count["lines"].alias("lines"),
        count["events"].alias("events"),
        count["kept"].alias("kept"),
        (count["events"] - count["kept"] - count["rejected"]).alias("duplicates"),
        count["rejected"].alias("rejected"),
    )


def _detail() -> Column:
    detail = F.lit(None).cast("string")
    for reason, words in _DETAILS.items():
        detail = F.when(F.col("reason") == reason.value, words).otherwise(detail)
    return detail
