"""Without consent no recording is fetched, its row says why, and the gates do not take it for a failure."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pyspark.sql import functions as F

from engagement.schemas import RESPONSES, VOICE_SCORES
from jobs.all import PIPELINE
from tests.e2e.conftest import Scored


def test_score_voice__takes_out_whoever_does_not_consent(
    scored_class: Scored, beside: Callable[[], Scored], tmp_path: Path
) -> None:
    asked = beside()
    shutil.copytree(scored_class.root, asked.root)
    ok = scored_class.table(VOICE_SCORES).where("status = 'ok'")
    scored = scored_class.table(RESPONSES).join(ok, on="response_id", how="left_semi")
    scored = scored.where("buddy_learner_id is null")
    chosen = scored.groupBy("learner_id").count().orderBy(F.desc("count"), "learner_id").collect()[0]
    raw = {pseudonym: raw for raw, pseudonym in scored_class.raw_learners()}[chosen["learner_id"]]
    (tmp_path / "consent.csv").write_text(f"{raw},2025-01-01\n")
    steps = {"score_voice": PIPELINE["score_voice"]}
    counts = asked.run([f"consent.file={tmp_path / 'consent.csv'}"], steps=steps)["score_voice"].detail
    assert counts["ok"] == chosen["count"] < ok.count()
    of_others = asked.table(RESPONSES).where(F.col("learner_id") != chosen["learner_id"])
    theirs = asked.table(VOICE_SCORES).join(of_others, on="response_id", how="left_semi")
    assert {row["status"] for row in theirs.select("status").distinct().collect()} == {"no_consent"}
    assert theirs.where(
        "arousal is not null or tone_fluency is not null or clip_seconds is not null"
    ).isEmpty()
    assert counts["no_consent"] >= theirs.count() > 0
