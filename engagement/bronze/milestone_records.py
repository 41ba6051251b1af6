"""LOG set results and export rows → milestone records: what the product noted about a level or phase."""

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import Column, DataFrame, functions as F

from engagement.bronze.answers import level
from engagement.bronze.learners import filled_id
from engagement.bronze.set_results import result_columns
from engagement.bronze.texts import try_cast
from engagement.schemas import MILESTONE_RECORDS
from engagement.schemas.enums import Phase, RecordSource, Reject
from engagement.schemas.table import LINEAGE

# Steps 4 and 9 of a level, from 0, are showcases: their pass moves the level up.
_SHOWCASE_LESSONS = (4, 9)
_FIGURES = (
    *("total_targets", "total_syllables", "fluency", "fluency_result", "prosody_result", "percentage"),
    *("targets_percentage", "total_correctness_score", "comprehension_score"),
)
_CONTENT = (
    *(
        "source",
        "learner_raw",
        "content_session_raw",
        "sub_session_raw",
        "language",
        "level",
        "previous_level",
    ),
    *("phase", "lesson", "progress", "result", *_FIGURES, "recorded_at"),
)


def parse_export_rows(rows: DataFrame, *, earliest: datetime, latest: datetime) -> DataFrame:
    """Return every export row as a milestone record, or the reason why it is none.

    Args:
        rows: Rows of `engagement.bronze.exports.read_export_rows`.
        earliest: First time that is taken for real.
        latest: Last time that is taken for real.

    Returns:
        One row per row, and per CSV header (is_event false): its place, `reason` (null: a record),
        line_bytes, line_sha256 (of rejected rows only) and the columns of bronze.milestone_records, ids of
        persons raw in `*_raw`.
    """
    typed = rows.withColumn("source", _source(F.col("names"))).withColumns(_record_columns(F.col("fields")))
    judged = typed.withColumn("reason", F.when(F.col("is_row"), _reason(earliest, latest)))
    is_record = F.col("is_row") & F.col("reason").isNull()
    return judged.select(
        *("source_file", "block_start", "row_id"),
        F.lit(None).cast("int").alias("batch_index"),
        F.col("is_row").alias("is_first"),
        F.col("is_row").alias("is_event"),
        F.octet_length("value").cast("bigint").alias("line_bytes"),
        "reason",
        F.when(F.col("reason").isNotNull(), F.sha2(F.col("value").cast("binary"), 256)).alias("line_sha256"),
        F.when(is_record, F.sha2(F.to_json(F.struct(*_CONTENT)), 256)).alias("record_id"),
        *_CONTENT,
    )


def export_records(first: DataFrame) -> DataFrame:
    """Return bronze.milestone_records of exports, without lineage: one row per record.

    Args:
        first: Rows of `parse_export_rows` with pseudonyms, the record's first delivery only.
    """
    return first.select(*_table_columns(first, {}))


def log_records(events: DataFrame) -> DataFrame:
    """Return bronze.milestone_records of LOG events, without lineage: one row per event with a set result.

    Args:
        events: bronze.events, unique by event_id.
    """
    told = F.col("set_result")
    columns = {
        "record_id": log_record_id(),
        "source": F.lit(RecordSource.LOG.value),
        "level": told["current_level"],
        "previous_level": told["previous_level"],
        # The page, as logged: a showcase's result comes with "practice" as well.
        "phase": F.lower("pageid"),
        "result": told["session_result"],
        **{name: told[name] for name in _FIGURES},
        "recorded_at": F.col("event_at"),
    }
    return events.where("set_result is not null").select(*_table_columns(events, columns))


def log_record_id() -> Column:
    """Id of the record of a LOG event."""
    return F.sha2(F.concat(F.lit(f"{RecordSource.LOG.value}:"), "event_id"), 256)


def _source(names: Column) -> Column:
    """The kind of an export row, by a field that only this kind has."""
    return (
        F.when(F.array_contains(names, "milestone"), RecordSource.LESSON_TRACKING.value)
        .when(F.array_contains(names, "sessionResult"), RecordSource.SET_RESULT.value)
        .when(F.array_contains(names, "milestoneLevel"), RecordSource.LEARNER_PROGRESS.value)
    )


def _record_columns(fields: Column) -> dict[str, Column]:
    result = result_columns(fields)
    is_set_result = F.col("source") == RecordSource.SET_RESULT.value
    lesson = try_cast(try_cast(fields["lesson"], "double"), "int")
    return {
        "learner_raw": filled_id(fields["userId"]),
        "content_session_raw": filled_id(fields["sessionId"]),
        "sub_session_raw": filled_id(fields["subSessionId"]),
        "language": F.lower(fields["language"]),
        "level": F.when(is_set_result, result["current_level"]).otherwise(level(fields["milestoneLevel"])),
        "previous_level": F.when(is_set_result, result["previous_level"]),
        "phase": _phase(fields["milestone"], lesson),
        "lesson": F.when(lesson.between(0, 9), lesson),
        "progress": try_cast(fields["progress"], "double"),
        "result": F.when(is_set_result, result["session_result"]),
        **{name: F.when(is_set_result, result[name]) for name in _FIGURES},
        "recorded_at": _recorded_at(fields["createdAt"]),
    }


def _phase(milestone: Column, lesson: Column) -> Column:
    told = F.lower(milestone)
    return (
        F.when(told.isin("discover", "discovery"), Phase.DISCOVERY.value)
        .when((told == "practice") & lesson.isin(*_SHOWCASE_LESSONS), Phase.SHOWCASE.value)
        .when(told.isin("practice", "showcase"), told)
    )


def _recorded_at(created_at: Column) -> Column:
    """A time written as ISO 8601 (without a zone: UTC) or as milliseconds since 1970."""
    is_number = created_at.rlike(r"^-?[0-9]+(\.[0-9]+)?([eE]\+?[0-9]+)?$")
    milliseconds = try_cast(try_cast(created_at, "decimal(38,3)"), "bigint")
    # Times beyond those that Spark can hold are no times.
    in_range = milliseconds.between(-(10**14), 10**14)
    return F.when(is_number, F.timestamp_millis(F.when(in_range, milliseconds))).otherwise(
        try_cast(created_at, "timestamp")
    )


def _reason(earliest: datetime, latest: datetime) -> Column:
    says_nothing = F.coalesce("level", "phase", "result").isNull()
    in_time = F.col("recorded_at").between(F.lit(earliest), F.lit(latest))
    return (
        F.when(F.col("is_long"), Reject.LINE_TOO_LONG.value)
        .when(F.col("fields").isNull(), Reject.EXPORT_UNREADABLE.value)
        .when(F.col("source").isNull(), Reject.EXPORT_KIND_UNKNOWN.value)
        .when(F.col("learner_raw").isNull(), Reject.EXPORT_NO_LEARNER.value)
        .when(F.col("recorded_at").isNull(), Reject.EXPORT_NO_TIME.value)
        .when(~in_time, Reject.CLOCK.value)
        .when(says_nothing, Reject.EXPORT_UNREADABLE.value)
    )


def _table_columns(rows: DataFrame, columns: Mapping[str, Column]) -> list[Column]:
    """The table's columns but lineage: those given, else those that `rows` has, else null."""
    found = {name: F.col(name) for name in rows.columns}
    return [
        columns.get(each.name, found.get(each.name, F.lit(None).cast(each.dataType))).alias(each.name)
        for each in MILESTONE_RECORDS.columns
        if each not in LINEAGE
    ]
