"""`forget` leaves nothing of a learner in any file of the warehouse, keeps him out, and spares the others."""

import shutil
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import Row, functions as F

from engagement import forgetting
from engagement.errors import ConfigurationError
from engagement.schemas import (
    EVENTS,
    INGESTED_FILES,
    MILESTONE_RECORDS,
    MILESTONES,
    REJECTED,
    RESPONSES,
    SESSIONS,
    TOMBSTONES,
)
from engagement.step import Run
from engagement.tables import Warehouse
from jobs.all import PIPELINE
from jobs.forget import forget
from tests.e2e.conftest import Scored
from tests.e2e.id_search import places_of
from tests.equal import table_difference

_REBUILT = (EVENTS, MILESTONE_RECORDS, SESSIONS, MILESTONES, RESPONSES)


class _KilledError(Exception):
    pass


def _options(*learners: str, recordings: bool = False) -> Namespace:
    return Namespace(learner=list(learners), learners_file=None, recordings=recordings)


def _traces(scored: Scored, learner_id: str) -> list[str]:
    """Return what only the learner's own rows hold: his id, his sign-ins, his events and his recordings."""
    rows: list[Row] = scored.table(RESPONSES).where(F.col("learner_id") == learner_id).collect()
    names = ("learner_id", "content_session_id", "response_id", "audio_key")
    return sorted({row[name] for row in rows for name in names if row[name]})


def _known_by_exports_alone(scored: Scored) -> str:
    """Return the learner_id with most recordings that no event names: only exports tell which are his.

    He learns at a shared device, so that his events look like those of others.
    """
    shared = (
        scored.table(RESPONSES)
        .groupBy("device_id")
        .agg(F.count_distinct("learner_id").alias("learners"))
        .where("learners > 1")
    )
    recorded = scored.table(RESPONSES).where("identity = 'export' and audio_key is not null")
    at_shared = recorded.join(shared, on="device_id", how="left_semi")
    chosen = at_shared.groupBy("learner_id").count().orderBy(F.desc("count"), "learner_id").first()
    assert chosen is not None
    return str(chosen["learner_id"])


def test_forget__leaves_no_trace_keeps_out_and_spares_the_others(
    scored_class: Scored, beside: Callable[[], Scored], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = beside()
    shutil.copytree(scored_class.root, left.root)
    audio = tmp_path / "audio"
    shutil.copytree(scored_class.source / "audio", audio)
    learner_id = _known_by_exports_alone(scored_class)
    raw = {pseudonym: raw for raw, pseudonym in scored_class.raw_learners()}[learner_id]
    traces = _traces(scored_class, learner_id)
    keys = [text for text in traces if (audio / text).is_file()]
    others = {file for file in audio.rglob("*") if file.is_file()} - {audio / key for key in keys}
    assert keys
    seen = " ".join(places_of(left.root, [learner_id]))
    assert all(place in seen for place in ("bronze/events", "gold/insights", "(values of", "(footer)"))

    run = Run(
        left.spark,
        left.settings([f"paths.audio={audio}"]),
        Warehouse(str(left.root), "forget", datetime(2026, 1, 1, tzinfo=UTC)),
        _options(raw, recordings=True),
    )
    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "replace_rows", _killed)
        with pytest.raises(_KilledError):
            forget(run)
    counts = forget(run).detail

    assert {place.partition("/part-")[0] for place in places_of(left.root, [raw, *traces])} == {
        "ops/tombstones"
    }
    assert [key for key in keys if (audio / key).exists()] == []
    assert {file for file in audio.rglob("*") if file.is_file()} == others
    gone = scored_class.table(EVENTS).count() - left.table(EVENTS).count()
    assert counts["bronze.events"] == gone > len(keys)
    mine = scored_class.table(RESPONSES).where(F.col("learner_id") != learner_id)
    assert left.table(RESPONSES).count() == mine.count()
    assert left.table(TOMBSTONES).where("removed_at is null").isEmpty()

    # Silver goes on from there: nothing is new, and the versions that it had read are gone.
    steps = {"build_sessions": PIPELINE["build_sessions"]}
    assert left.run(steps=steps)["build_sessions"].rows_in == 0
    again = Scored(left.spark, left.source, tmp_path / "again")
    shutil.copytree(left.root, again.root)
    steps = {name: PIPELINE[name] for name in ("ingest_events", "build_sessions")}
    rejected = again.run(steps=steps, full_refresh=True)["ingest_events"].detail["rejected_forgotten"]
    for table in _REBUILT:
        assert table_difference(table, left.table(table), again.table(table)) == "", table.name
    assert rejected == again.table(REJECTED).where("reason = 'forgotten'").count() >= gone
    unbalanced = again.table(INGESTED_FILES).where("events <> kept + duplicates + rejected")
    assert unbalanced.isEmpty()


def test_forget__nobody_named_is_one_sentence(scored_class: Scored) -> None:
    run = Run(scored_class.spark, scored_class.settings([]), scored_class.warehouse, _options())
    with pytest.raises(ConfigurationError, match="Nobody to forget"):
        forget(run)


def _killed(*_: object) -> int:
    raise _KilledError
