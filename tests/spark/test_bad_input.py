"""Input that is broken as a whole: it costs the file or the line that it is, and is told."""

import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.config import Ingest
from engagement.errors import InputError
from engagement.ingestion import take_exports, take_telemetry
from engagement.intake import Intake
from engagement.schemas import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED, SESSIONS
from engagement.session_building import build
from engagement.session_renewal import Silver
from engagement.tables import Warehouse, read
from tests.spark.bronze_rows import ETS, SECRET, event, line

RUN_AT = datetime(2024, 5, 20, tzinfo=UTC)


@pytest.fixture
def intake(spark: SparkSession, tmp_path: Path) -> Intake:
    (tmp_path / "in").mkdir()
    limits = Ingest(earliest=date(2015, 1, 1), max_rejected_share=1)
    return Intake(spark, Warehouse(str(tmp_path / "warehouse"), "run", RUN_AT), limits, SECRET)


def _lines(count: int, first: int = 0) -> str:
    return "".join(line(mid=str(first + number), ets=ETS + number) + "\n" for number in range(count))


def _rejects(intake: Intake) -> list[tuple[str, str]]:
    rows = read(intake.spark, intake.warehouse, REJECTED).collect()
    return sorted((row["source_file"].rsplit("/", 1)[-1], row["reason"]) for row in rows)


def _balanced(intake: Intake, names: Sequence[str]) -> bool:
    rows = {
        row["source_file"].rsplit("/", 1)[-1]: row
        for row in read(intake.spark, intake.warehouse, INGESTED_FILES).collect()
    }
    sums = [row["events"] == row["kept"] + row["duplicates"] + row["rejected"] for row in rows.values()]
    return sorted(rows) == sorted(names) and all(sums)


def test_take__damaged_archives_cost_themselves_and_are_read_once_mended(
    intake: Intake, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    whole = gzip.compress(_lines(2_000).encode())
    (folder / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "no.jsonl.gz").write_bytes(b"this is no archive at all")
    (folder / "good[1].jsonl").write_text(_lines(3, first=9_000))
    counts = take_telemetry(intake, str(folder))
    assert (counts["kept"], counts["rejected"], counts["rejected_file_unreadable"]) == (3, 2, 2)
    assert _rejects(intake) == [("cut.jsonl.gz", "file_unreadable"), ("no.jsonl.gz", "file_unreadable")]
    assert _balanced(intake, ["cut.jsonl.gz", "good%5B1%5D.jsonl", "no.jsonl.gz"])
    assert take_telemetry(intake, str(folder))["events"] == 0
    (folder / "cut.jsonl.gz").write_bytes(whole)
    assert take_telemetry(intake, str(folder))["kept"] == 2_000


def test_take__a_damaged_export_alone_is_rejected(intake: Intake, tmp_path: Path) -> None:
    (tmp_path / "in" / "progress.csv.gz").write_bytes(gzip.compress(b"userId,milestoneLevel\nu,m1\n")[:-9])
    counts = take_exports(intake, str(tmp_path / "in"))
    assert (counts["events"], counts["rejected"], counts["kept"]) == (1, 1, 0)
    assert _rejects(intake) == [("progress.csv.gz", "file_unreadable")]
    assert _balanced(intake, ["progress.csv.gz"])


def test_take__a_file_that_goes_while_it_is_read_is_told_and_tried_again(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    for name in ("gone", "stays"):
        (folder / f"{name}.jsonl").write_text(_lines(2, first=10 * len(name)))
    from engagement import ingestion  # noqa: PLC0415 - the one place to step in between listing and reading

    def lose(numbered: object) -> object:
        (folder / "gone.jsonl").unlink(missing_ok=True)
        return survey(numbered)

    survey = ingestion.survey
    monkeypatch.setattr(ingestion, "survey", lose)
    counts = take_telemetry(intake, str(folder))
    assert (counts["kept"], counts["rejected_file_unreadable"]) == (2, 1)
    assert _rejects(intake) == [("gone.jsonl", "file_unreadable")]
    assert _balanced(intake, ["stays.jsonl"])
    monkeypatch.undo()
    (folder / "gone.jsonl").write_text(_lines(2, first=40))
    assert take_telemetry(intake, str(folder))["kept"] == 2
    assert _balanced(intake, ["stays.jsonl", "gone.jsonl"])


def test_take__odd_members_of_a_folder(intake: Intake, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "folder.jsonl").mkdir()
    (folder / "folder.jsonl" / "a.jsonl").write_text(_lines(2))
    (folder / "empty.jsonl").write_text("")
    (folder / "loop").symlink_to(folder)
    counts = take_telemetry(intake, str(folder))
    assert counts["kept"] == 2
    assert counts["rejected"] == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_take__files_that_may_not_be_read_stop_a_run_only_where_there_are_no_others(
    intake: Intake, tmp_path: Path
) -> None:
    hidden = tmp_path / "in" / "hidden.jsonl"
    hidden.write_text(_lines(2))
    hidden.chmod(0)
    with pytest.raises(InputError, match="None of 1 input files can be read"):
        take_telemetry(intake, str(tmp_path / "in"))


def test_take__a_folder_of_empty_files_is_no_input(intake: Intake, tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / "in" / f"{number}.jsonl").write_text("")
    assert take_telemetry(intake, str(tmp_path / "in"))["events"] == 0
    assert read(intake.spark, intake.warehouse, EVENTS).isEmpty()
    assert read(intake.spark, intake.warehouse, MILESTONE_RECORDS).isEmpty()


def test_take__clocks_out_of_bounds_are_rejected_and_the_bounds_are_settings(
    intake: Intake, tmp_path: Path
) -> None:
    years = {"1970": 0, "2014": 1_400_000_000_000, "2024": ETS, "2100": 4_102_444_800_000}
    lines = [json.dumps(event(mid=year, ets=ets)) + "\n" for year, ets in years.items()]
    (tmp_path / "in" / "a.jsonl").write_text("".join(lines))
    limits = replace(intake.limits, earliest=date(2014, 1, 1), latest_days_ahead=365 * 80)
    assert take_telemetry(replace(intake, limits=limits), str(tmp_path / "in"))["rejected_clock"] == 1
    kept = read(intake.spark, intake.warehouse, EVENTS).select("mid").collect()
    assert sorted(row["mid"] for row in kept) == ["2014", "2024", "2100"]


def test_take__a_line_over_the_limit_is_rejected_whatever_field_is_long(
    intake: Intake, tmp_path: Path
) -> None:
    # A fifth of what tests.benchmarks.long_line takes in: this session's heap is shared by all tests.
    long = "x" * 40_000_000
    with (tmp_path / "in" / "a.jsonl").open("w") as file:
        file.write(_lines(1))
        file.write(json.dumps({**event(mid="long"), "nobody-reads-it": "@"}).replace("@", long) + "\n")
        file.write(_lines(1, first=5))
    counts = take_telemetry(intake, str(tmp_path / "in"))
    assert (counts["lines"], counts["kept"], counts["rejected_line_too_long"]) == (3, 2, 1)
    told = read(intake.spark, intake.warehouse, REJECTED).collect()[0]
    assert told["position"] == 2
    assert told["line_bytes"] > 40_000_000


def test_take__a_device_whose_clock_jumps_back_a_day_keeps_sound_sessions(
    intake: Intake, tmp_path: Path
) -> None:
    day = 86_400_000
    times = [0, 60_000, 120_000, 180_000 - day, 240_000 - day, 300_000]
    touch = {"eid": "INTERACT", "edata": {"type": "TOUCH"}}
    texts = [line(mid=str(number), ets=ETS + at, **touch) for number, at in enumerate(times)]
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(texts))
    take_telemetry(intake, str(tmp_path / "in"))
    silver = Silver(intake.spark, intake.warehouse, fallback="device", set_pause_seconds=600)
    build(silver, everything=False, history_days=7)
    sessions = read(intake.spark, intake.warehouse, SESSIONS).orderBy("started_at").collect()
    assert [(row["events"], row["time_diff_seconds"], row["time_spent_seconds"]) for row in sessions] == [
        (2, 60.0, 60.0),
        (4, 300.0, 300.0),
    ]
