"""Forgetting, and what comes later: news of a forgotten learner is taken out as well, whoever brings it."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement import forgetting
from engagement.forgetting import bury_learners, remove_buried
from engagement.pseudonyms import pseudonym
from engagement.schemas import EVENTS, REJECTED, RESPONSES
from engagement.session_renewal import Silver
from engagement.tables import read
from engagement.tombstones import buried, is_removal_due, learners_of
from tests.spark.bronze_rows import ETS, SECRET, event
from tests.spark.runs import Input, Runs


def _silver(runs: Runs) -> Silver:
    return Silver(runs.spark, runs.warehouse, fallback="device", set_pause_seconds=600)


def _forget(runs: Runs, raw: str) -> dict[str, int]:
    bury_learners(_silver(runs), [pseudonym(SECRET, "learner", raw)])
    return remove_buried(_silver(runs), history_days=7)


def _answer(number: int, session: str, *who: tuple[str, str]) -> str:
    cdata = [{"type": kind, "id": value} for kind, value in (*who, ("ContentSession", session))]
    context = {"channel": "tn", "env": "app", "did": "tablet", "pdata": {"id": "ala"}, "cdata": cdata}
    edata = {"type": "SPEAK", "target": f"tn/{session}-{number}.wav", "values": []}
    at = ETS + 60_000 * number
    return json.dumps(
        event(eid="RESPONSE", ets=at, mid=f"R:{number}", edata=edata, context=context, actor={})
    )


def test_forget__an_export_that_tells_of_one_more_sign_in_takes_it_out(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That the history goes is the end-to-end test's to see; it costs seconds for each table.
    monkeypatch.setattr(forgetting, "keep_latest_only", lambda *_: None)
    runs = Runs(spark, tmp_path)
    lines = (
        _answer(1, "c1", ("User", "u1")),
        _answer(2, "c1"),
        _answer(3, "c2", ("User", "u2"), ("Buddy User", "u2/u1")),
        _answer(4, "c9"),
    )
    runs.deliver("a", Input(lines, ()))
    runs.run()
    assert _forget(runs, "u1")["bronze.events"] == 2
    left = {row["mid"]: row for row in read(spark, runs.warehouse, EVENTS).collect()}
    assert sorted(left) == ["R:3", "R:4"]
    assert left["R:3"]["buddy_learner_id"] is None
    row = {"userId": "u1", "sessionId": "c9", "milestoneLevel": "m1", "createdAt": "2024-05-01T10:00:00Z"}
    runs.deliver("b", Input((), (json.dumps(row),)))
    runs.run()
    assert [row["reason"] for row in read(spark, runs.warehouse, REJECTED).collect()] == ["forgotten"]
    assert is_removal_due(spark, runs.warehouse)
    assert remove_buried(_silver(runs), history_days=7)["bronze.events"] == 1
    assert not is_removal_due(spark, runs.warehouse)
    assert [row["mid"] for row in read(spark, runs.warehouse, EVENTS).collect()] == ["R:3"]
    sessions = {pseudonym(SECRET, "learner", session) for session in ("u1", "c1", "c9")}
    assert set(buried(spark, runs.warehouse)) == sessions
    assert read(spark, runs.warehouse, RESPONSES).count() == 1


def test_learners_of__a_raw_id_that_looks_like_a_hash_is_none(spark: SparkSession, tmp_path: Path) -> None:
    runs = Runs(spark, tmp_path)
    looks_like_one, known = "ab" * 16, pseudonym(SECRET, "learner", "u1")
    bury_learners(_silver(runs), [known])
    assert learners_of(spark, runs.warehouse, [looks_like_one, known, "u2"], SECRET) == [
        pseudonym(SECRET, "learner", looks_like_one),
        known,
        pseudonym(SECRET, "learner", "u2"),
    ]
