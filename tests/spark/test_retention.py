"""Consent and retention: who may be heard, what is taken out of the tables, and when it comes back."""

from argparse import Namespace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from engagement.config import load_settings
from engagement.errors import ConfigurationError
from engagement.pseudonyms import pseudonym
from engagement.retention import bar, voice_rules
from engagement.schemas import RESPONSES, RUNS, VOICE_SCORES
from engagement.step import Counts, Run
from engagement.tables import Warehouse, overwrite, read
from jobs.maintain_tables import maintain_tables
from tests.rows import frame

SECRET = "a secret for tests, long enough"
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_OLD, _NEW = date(2026, 1, 1), date(2026, 2, 20)


def _id(raw: str) -> str:
    return pseudonym(SECRET.encode(), "learner", raw)


@pytest.fixture
def run(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a maker of runs over a warehouse with three scored recordings, the last of two learners."""
    monkeypatch.setenv("ENGAGEMENT_SECRET", SECRET)
    warehouse = Warehouse(str(tmp_path / "warehouse"), "run", _NOW)
    rows = [("a", "asha", None, _NEW), ("b", "babu", None, _OLD), ("c", "asha", "babu", _NEW)]
    overwrite(
        frame(
            spark,
            RESPONSES,
            [
                {"response_id": name, "learner_id": _id(learner), "buddy_learner_id": buddy and _id(buddy)}
                | {"response_date": day, "audio_key": f"{name}.wav"}
                for name, learner, buddy, day in rows
            ],
        ),
        warehouse,
        RESPONSES,
    )
    scored = {"status": "ok", "arousal": 0.5, "functionals": [1.0], "first_tried_at": _NOW}
    overwrite(
        frame(
            spark,
            VOICE_SCORES,
            [
                {"response_id": name, "response_date": day, "audio_key": f"{name}.wav", **scored}
                for name, _, _, day in rows
            ],
        ),
        warehouse,
        VOICE_SCORES,
    )

    def made(*overrides: str) -> Run:
        settings = load_settings("local", [f"paths.warehouse={warehouse.root}", *overrides])
        return Run(spark, settings, warehouse, Namespace())

    return made


def _consents(tmp_path: Path, *raw: str) -> str:
    (tmp_path / "consent.csv").write_text("raw_id,date\n" + "".join(f'"{each}",2026-01-01\n' for each in raw))
    return f"consent.file={tmp_path / 'consent.csv'}"


def _statuses(run: Run) -> dict[str, str]:
    rows = read(run.spark, run.warehouse, VOICE_SCORES).collect()
    assert all(
        (row["arousal"] is None) == (row["functionals"] is None) == (row["status"] != "ok") for row in rows
    )
    return {row["response_id"]: row["status"] for row in rows}


def test_maintain__without_rules_every_score_stays(run: Any) -> None:
    assert maintain_tables(run()).detail.keys() == {"files_before", "files_after"}
    assert _statuses(run()) == dict.fromkeys("abc", "ok")


def test_maintain__a_withdrawn_consent_deletes_the_scores(run: Any, tmp_path: Path) -> None:
    asked = run(_consents(tmp_path, "asha"))
    assert maintain_tables(asked).detail["voice_no_consent"] == 2
    assert _statuses(asked) == {"a": "ok", "b": "no_consent", "c": "no_consent"}
    files = (Path(asked.warehouse.root) / "silver" / "voice_scores").glob("part-*")
    kept = [row for file in files for row in pq.read_table(file).to_pylist()]
    assert {row["response_id"] for row in kept if row["arousal"] is not None} == {"a"}


def test_rules__only_who_consents_is_fetched_and_again_once_he_does(run: Any, tmp_path: Path) -> None:
    asked = run(_consents(tmp_path, "babu"))
    responses = read(asked.spark, asked.warehouse, RESPONSES)
    rules = voice_rules(asked.spark, asked.warehouse, asked.settings)
    assert [row["response_id"] for row in rules.allowed(responses).collect()] == ["b"]
    assert bar(responses, asked.warehouse, rules) == {"no_consent": 2}
    assert bar(responses, asked.warehouse, rules) == {}
    both = run(_consents(tmp_path, "asha", "babu"))
    rules = voice_rules(both.spark, both.warehouse, both.settings)
    assert rules.allowed(responses).count() == 3


def test_maintain__voice_goes_first_and_tables_lose_what_is_too_old(run: Any) -> None:
    kept = run("retention.silver.voice_scores=30")
    assert maintain_tables(kept).detail["voice_expired"] == 1
    assert _statuses(kept) == {"a": "ok", "b": "expired", "c": "ok"}
    assert read(kept.spark, kept.warehouse, RESPONSES).count() == 3
    counts: Counts = maintain_tables(run("retention.silver.responses=59", "retention.ops.runs=1"))
    assert counts.detail["expired_silver.responses"] == 0
    counts = maintain_tables(run("retention.silver.responses=58"))
    assert counts.detail["expired_silver.responses"] == 1
    assert RUNS.name not in counts.detail


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("retention.silver.voices=3", "retention names silver.voices"),
        ("consent.file=/no/such.csv", "consent.file is '/no/such.csv'"),
    ],
)
def test_maintain__what_is_wrong_is_one_sentence(run: Any, override: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        maintain_tables(run(override))


def test_settings__days_are_checked() -> None:
    with pytest.raises(ConfigurationError, match=r"retention\.silver\.voice_scores is 0"):
        load_settings("local", ["retention.silver.voice_scores=0"])
