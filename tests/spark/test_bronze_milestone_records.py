"""Exports and LOG results to milestone records."""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from engagement.bronze.exports import read_export_rows
from engagement.bronze.files import list_files
from engagement.bronze.ledger import first_deliveries, ledger, numbered_rows, rejected_rows
from engagement.bronze.milestone_records import export_records, log_records, parse_export_rows
from engagement.pseudonyms import RECORD_PSEUDONYMS, pseudonym, with_pseudonyms
from engagement.schemas import EVENTS, MILESTONE_RECORDS
from engagement.schemas.table import LINEAGE
from tests.rows import frame
from tests.spark.bronze_rows import CLOCK, SECRET

MAY_1 = datetime(2024, 5, 1, 10)
TABLE_COLUMNS = [column.name for column in MILESTONE_RECORDS.columns if column not in LINEAGE]

MAX_LINE_BYTES = 2_000


def lesson(**fields: Any) -> dict[str, Any]:
    base = {
        "_id": {"$oid": "65f"},
        "userId": "u1",
        "sessionId": "s1",
        "milestone": "practice",
        "milestoneLevel": "m3",
        "language": "EN",
        "lesson": "3",
        "progress": 40,
        "createdAt": {"$date": "2024-05-01T10:00:00Z"},
    }
    return {name: value for name, value in {**base, **fields}.items() if value is not None}


def numbered(spark: SparkSession, folder: Path) -> tuple[DataFrame, DataFrame]:
    files = list_files(spark, str(folder))
    parsed = parse_export_rows(read_export_rows(spark, files, max_line_bytes=MAX_LINE_BYTES), **CLOCK)
    return numbered_rows(with_pseudonyms(parsed, SECRET, RECORD_PSEUDONYMS).persist()), files


def test_parse_export_rows__three_kinds_in_three_forms(spark: SparkSession, tmp_path: Path) -> None:
    lessons = [
        lesson(milestone="discover", milestoneLevel="m0", lesson=0, progress={"$numberInt": "10"}),
        lesson(lesson={"$numberLong": "4"}, createdAt={"$date": {"$numberLong": "1714557600000"}}),
        lesson(lesson="3", createdAt=1_714_557_600_000),
    ]
    (tmp_path / "b [1]").mkdir()
    (tmp_path / "b [1]" / "a.json").write_text("\n".join(map(json.dumps, lessons)))
    results = {
        **{"userId": "u2", "sessionId": "s2", "subSessionId": "set", "sessionResult": "No Result"},
        **{
            "currentLevel": "M3",
            "previousLevel": "m2",
            "fluency": 0.5,
            "createdAt": "2024-05-01T15:30:00+05:30",
        },
    }
    (tmp_path / "whole.json").write_text(json.dumps([results], indent=2))
    with gzip.open(tmp_path / "progress", "wt", newline="") as rows:
        rows.write(
            'createdAt,milestoneLevel,"userId",language,sessionId\r\n2024-05-01 10:00:00,m5,"u,""3",ta,s3\r\n'
        )
        rows.write("2024-05-01T10:00:00.000Z,m5,u3,,\r\n")
    (tmp_path / "progress").rename(tmp_path / "progress.csv.gz")
    rows, files = numbered(spark, tmp_path)
    records = export_records(first_deliveries(rows, frame(spark, MILESTONE_RECORDS, []), key="record_id"))
    assert records.columns == TABLE_COLUMNS
    names = (
        *("source", "learner_id", "language", "level", "previous_level", "phase", "lesson", "progress"),
        *("result", "fluency", "recorded_at"),
    )
    found = {tuple(row[name] for name in names) for row in records.collect()}
    u1, u2, u3, odd = (pseudonym(SECRET, "learner", raw) for raw in ("u1", "u2", "u3", 'u,"3'))
    assert found == {
        ("lesson_tracking", u1, "en", "m0", None, "discovery", 0, 10.0, None, None, MAY_1),
        ("lesson_tracking", u1, "en", "m3", None, "showcase", 4, 40.0, None, None, MAY_1),
        ("lesson_tracking", u1, "en", "m3", None, "practice", 3, 40.0, None, None, MAY_1),
        ("set_result", u2, None, "m3", "m2", None, None, None, "no_result", 0.5, MAY_1),
        ("learner_progress", odd, "ta", "m5", None, None, None, None, None, None, MAY_1),
        ("learner_progress", u3, None, "m5", None, None, None, None, None, None, MAY_1),
    }
    counts = {
        row["source_file"].rsplit("/", 1)[1]: row["lines"]
        for row in ledger(rows, records, files, kind="export").collect()
    }
    assert counts == {"a.json": 3, "whole.json": 1, "progress.csv.gz": 2}


def test_parse_export_rows__rows_over_the_limit_are_not_read(spark: SparkSession, tmp_path: Path) -> None:
    good, long = json.dumps(lesson()), json.dumps(lesson(more="x" * MAX_LINE_BYTES))
    header = "createdAt,milestoneLevel,userId,language,sessionId"
    row = "2024-05-01T10:00:00Z,m5,u3,ta,s3"
    (tmp_path / "lines.json").write_text(f"{long}\n{good}\n")
    # One line, longer than any row may be: what counts is each of its rows.
    many = [json.dumps(lesson(lesson=str(number % 10), progress=number)) for number in range(20)]
    (tmp_path / "array.json").write_text(f"[{', '.join([*many, long])}]")
    (tmp_path / "rows.csv").write_text(f"{header}\n{row}\n{row},{'x' * MAX_LINE_BYTES}\n")
    rows, _ = numbered(spark, tmp_path)
    rejected = {
        (row["source_file"].rsplit("/", 1)[1], row["position"], row["reason"])
        for row in rejected_rows(rows).collect()
    }
    assert rejected == {
        ("lines.json", 1, "line_too_long"),
        ("array.json", 21, "line_too_long"),
        ("rows.csv", 3, "line_too_long"),
    }
    kept = first_deliveries(rows, frame(spark, MILESTONE_RECORDS, []), key="record_id")
    assert kept.count() == 1 + len(many) + 1


def test_parse_export_rows__bad_rows_cost_themselves(spark: SparkSession, tmp_path: Path) -> None:
    good = json.dumps(lesson())
    lines = {
        good: None,
        good + " ": "duplicate",
        json.dumps(lesson(userId=None)): "export_no_learner",
        json.dumps(lesson(userId="anonymous")): "export_no_learner",
        json.dumps(lesson(createdAt=None)): "export_no_time",
        json.dumps(lesson(createdAt="soon")): "export_no_time",
        json.dumps(lesson(createdAt=5)): "clock",
        json.dumps(lesson(milestone=None, milestoneLevel=None)): "export_kind_unknown",
        json.dumps(lesson(milestone="lost", milestoneLevel="m99")): "export_unreadable",
        good[:60]: "export_unreadable",
        good + good: "export_unreadable",
        "[1]": "export_unreadable",
        "": "export_unreadable",
    }
    (tmp_path / "lessons.json").write_text("\n".join(lines) + "\n")
    (tmp_path / "array.json").write_text(f"[{good},\n 7, {json.dumps(lesson(lesson='5'))}]")
    (tmp_path / "cut.json").write_text('[{"userId":"u1"},\n{"userI]')
    rows, files = numbered(spark, tmp_path)
    rejected = {
        (row["source_file"].rsplit("/", 1)[1], row["position"]): row["reason"]
        for row in rejected_rows(rows).collect()
    }
    expected = {
        ("lessons.json", number): reason
        for number, reason in enumerate(lines.values(), start=1)
        if reason not in (None, "duplicate")
    }
    assert rejected == {
        **expected,
        ("array.json", 2): "export_unreadable",
        ("cut.json", 1): "export_unreadable",
    }
    kept = first_deliveries(rows, frame(spark, MILESTONE_RECORDS, []), key="record_id")
    told = {
        row["source_file"].rsplit("/", 1)[1]: tuple(
            row[name] for name in ("events", "kept", "duplicates", "rejected")
        )
        for row in ledger(rows, kept, files, kind="export").collect()
    }
    assert told == {"array.json": (3, 2, 0, 1), "cut.json": (1, 0, 0, 1), "lessons.json": (13, 0, 2, 11)}


def test_log_records__one_per_set_result(spark: SparkSession) -> None:
    result = {"session_result": "pass", "current_level": "m2", "previous_level": "m1", "fluency": 1.5}
    events = frame(
        spark,
        EVENTS,
        [
            {
                "event_id": "e1",
                "event_at": MAY_1,
                "pageid": "Practice",
                "language": "ta",
                "device_id": "d",
                "set_result": result,
            },
            {"event_id": "e2", "event_at": MAY_1, "pageid": "practice"},
        ],
    )
    records = log_records(events)
    assert records.columns == TABLE_COLUMNS
    (record,) = records.collect()
    told = (record["source"], record["level"], record["previous_level"], record["phase"], record["result"])
    assert told == ("log", "m2", "m1", "practice", "pass")
    assert (record["learner_id"], record["event_id"], record["fluency"], record["recorded_at"]) == (
        None,
        "e1",
        1.5,
        MAY_1,
    )
