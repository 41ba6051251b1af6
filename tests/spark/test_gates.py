"""Gates: what stops a run, what lets it pass, and that a run started again is judged as before."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.config import Ingest, Settings, VoiceSettings, load_settings
from engagement.errors import GateError
from engagement.gates import let_pass, too_many_failures, unjudged, volume_fall
from engagement.schemas import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED, RUNS, VOICE_SCORES
from engagement.step import Counts, Run, _timed
from engagement.tables import Warehouse, exists, read
from jobs.ingest_events import ingest_events
from tests.rows import frame
from tests.spark.bronze_rows import ETS, event

NIGHT = 86_400
BEGAN = 1_767_225_600  # 2026-01-01T00:00:00Z
NIGHTS = [(BEGAN + number * NIGHT, 1_000 + number) for number in range(8)]
LIMITS = Ingest(max_volume_fall=0.9, volume_runs=7)


def _at(nights: float) -> datetime:
    return datetime.fromtimestamp(BEGAN + nights * NIGHT, UTC)


def test_volume_fall__stops_below_the_limit_only() -> None:
    assert volume_fall(101, NIGHTS, LIMITS, at=_at(8)) == []
    (found,) = volume_fall(50, NIGHTS, LIMITS, at=_at(8))
    assert (found.gate, found.percent) == ("volume_fall", 95)
    assert "50 new events against 1,004 in the median of the last 8 runs" in found.told
    assert volume_fall(0, NIGHTS, LIMITS, at=_at(8))[0].percent == 100


def test_volume_fall__is_not_asked_of_a_second_run_of_the_night_or_of_young_tables() -> None:
    assert volume_fall(0, NIGHTS, LIMITS, at=_at(7.4)) == []
    assert volume_fall(0, NIGHTS[:6], LIMITS, at=_at(8)) == []
    assert volume_fall(0, [(BEGAN, 1_000)] * 8, LIMITS, at=_at(8)) == []
    assert volume_fall(0, NIGHTS, replace(LIMITS, max_volume_fall=1.0), at=_at(8)) == []


def test_too_many_failures__silence_and_missing_recordings_are_none() -> None:
    limits = VoiceSettings(max_failed_share=0.5, max_missing_share=0.9, fewest_judged=20)
    assert too_many_failures({"ok": 10, "no_speech": 10, "not_found": 100, "truncated": 20}, limits) == []
    (failed,) = too_many_failures({"ok": 9, "no_speech": 10, "forbidden": 21}, limits)
    assert (failed.gate, failed.percent) == ("failed_share", 52)
    (missing,) = too_many_failures({"ok": 5, "not_found": 95}, limits)
    assert "95 of 100 recordings are not there (95%); voice.max_missing_share is 90%" in missing.told
    assert too_many_failures({"forbidden": 19}, limits) == []


def test_unjudged__rows_first_tried_by_runs_that_passed_are_left_out(spark: SparkSession) -> None:
    first, second, third = (datetime(2026, 1, day) for day in (1, 2, 3))
    scores = frame(
        spark,
        VOICE_SCORES,
        [
            {"response_id": name, "first_tried_at": at}
            for name, at in zip("abc", (first, second, third), strict=True)
        ],
    )
    runs = frame(
        spark,
        RUNS,
        [
            {"step": "score_voice", "status": "accepted", "run_started_at": first},
            {"step": "score_voice", "status": "stopped", "run_started_at": second},
            {"step": "build_sessions", "status": "done", "run_started_at": third},
        ],
    )
    assert sorted(row["response_id"] for row in unjudged(scores, runs).collect()) == ["b", "c"]


def test_let_pass__says_what_was_accepted() -> None:
    found = too_many_failures({"forbidden": 30}, VoiceSettings())
    assert let_pass(found, {}, accept=True) == {"accepted_failed_share": 100}
    with pytest.raises(GateError, match=r"30 of 30 recordings failed .* --accept lets it pass"):
        let_pass(found, {}, accept=False)
    assert let_pass([], {}, accept=False) == {}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ENGAGEMENT_SECRET", "a secret for tests, long enough")
    (tmp_path / "telemetry").mkdir()
    paths = {"telemetry": tmp_path / "telemetry", "warehouse": tmp_path / "warehouse"}
    return load_settings("local", [f"paths.{name}={path}" for name, path in paths.items()])


def _step(spark: SparkSession, settings: Settings, at: datetime, *, accept: bool = False) -> str:
    """Run ingest_events as the command line does; return the status that ops.runs got."""
    warehouse = Warehouse(settings.paths.warehouse, at.isoformat(), at)
    run = Run(spark, settings, warehouse, Namespace(accept=accept))
    try:
        _timed(run, "ingest_events", ingest_events)
    except GateError as error:
        assert error.exit_status == 3
    rows = read(spark, warehouse, RUNS).where(f"run_id = '{warehouse.run_id}'").collect()
    return str(rows[0]["status"])


def _deliver(settings: Settings, name: str, lines: Sequence[str]) -> None:
    (Path(settings.paths.telemetry) / name).write_text("".join(f"{line}\n" for line in lines))


def _events(count: int, first: int = 0) -> list[str]:
    return [json.dumps(event(mid=str(number), ets=ETS + number)) for number in range(first, first + count)]


def test_ingest__stopped_by_rejects_publishes_nothing_until_accepted(
    spark: SparkSession, settings: Settings
) -> None:
    _deliver(settings, "a.jsonl", [*_events(2), "{", "{", "[]"])
    warehouse = Warehouse(settings.paths.warehouse)
    for attempt in (1, 2):
        assert _step(spark, settings, _at(attempt)) == "stopped"
        assert not exists(spark, warehouse, EVENTS)
        assert not exists(spark, warehouse, INGESTED_FILES)
        assert read(spark, warehouse, REJECTED).count() == 3
    assert _step(spark, settings, _at(3), accept=True) == "accepted"
    assert read(spark, warehouse, EVENTS).count() == 2
    assert read(spark, warehouse, MILESTONE_RECORDS).count() == 0
    told = {row["status"]: row for row in read(spark, warehouse, RUNS).collect()}
    assert told["accepted"]["detail"]["accepted_rejected_share"] == 60
    assert told["stopped"]["rejected"] == 3
    reasons = {name: count for name, count in told["stopped"]["detail"].items() if "rejected_" in name}
    assert reasons == {"rejected_not_json": 2, "rejected_not_an_object": 1}
    assert (told["accepted"]["rows_in"], told["accepted"]["rows_out"]) == (5, 2)
    assert told["accepted"]["version"]
    assert len(told["accepted"]["settings_sha256"]) == 64


def test_ingest__stopped_by_a_fall_in_volume_stops_again(spark: SparkSession, settings: Settings) -> None:
    fewer = replace(settings, ingest=Ingest(max_volume_fall=0.5, volume_runs=2))
    for night in (0, 1):
        _deliver(settings, f"{night}.jsonl", _events(10, first=10 * night))
        assert _step(spark, fewer, _at(night)) == "done"
    assert _step(spark, fewer, _at(2)) == "stopped"
    _deliver(settings, "2.jsonl", _events(4, first=20))
    assert _step(spark, fewer, _at(2.1)) == "stopped"
    assert read(spark, Warehouse(settings.paths.warehouse), EVENTS).count() == 20


def test_timed__a_step_that_fails_leaves_its_row(spark: SparkSession, settings: Settings) -> None:
    def fail(_: Run) -> Counts:
        raise RuntimeError("out of luck")

    run = Run(spark, settings, Warehouse(settings.paths.warehouse, "r", _at(0)), Namespace())
    with pytest.raises(RuntimeError):
        _timed(run, "fail", fail)
    row = read(spark, run.warehouse, RUNS).collect()[0]
    assert (row["status"], row["step"], row["run_id"]) == ("failed", "fail", "r")
    assert timedelta(0) <= timedelta(seconds=row["seconds"]) < timedelta(seconds=60)
