"""The score against the truth: learners simulated with an engagement that shows in what they do."""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random
from statistics import mean
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.config import VoiceSettings
from engagement.gold.engagement import response_engagement, score_phases, score_responses, score_sessions
from engagement.gold.evidence import respond_evidence
from engagement.gold.references import build_references
from engagement.inference.calibration_udf import calibrate_voice
from engagement.schemas import MILESTONES, RESPONSES, VOICE_SCORES
from engagement.settings import ScoreSettings
from tests.rows import frame

LEARNERS, DAYS = 24, 56
PHASE = ["learner_id", "language", "level", "phase"]
SETTINGS = ScoreSettings()
Rows = list[dict[str, Any]]
Truth = dict[tuple[str, ...], list[float]]


@pytest.fixture(scope="module")
def simulated() -> tuple[Rows, Rows, Truth]:
    """Responses, voice scores and the true engagement (0–1) of every learner's phase."""
    responses: Rows = []
    voice_scores: Rows = []
    truth: Truth = defaultdict(list)
    for number in range(LEARNERS):
        _live_through(number, responses, voice_scores, truth)
    return responses, voice_scores, truth


@pytest.fixture(scope="module")
def scores(spark: SparkSession, simulated: tuple[Rows, Rows, Truth]) -> dict[str, pd.DataFrame]:
    return _scores(spark, simulated[0], simulated[1], partitions=1)


def test_scores__go_with_the_true_engagement_and_not_with_skill(
    scores: dict[str, pd.DataFrame], simulated: tuple[Rows, Rows, Truth]
) -> None:
    truth = {phase: mean(moments) for phase, moments in simulated[2].items()}
    phases = scores["phases"].dropna(subset="engagement")
    true_engagement = pd.Series([truth[tuple(row)] for row in phases[PHASE].to_numpy()], index=phases.index)
    assert len(phases) > 60
    assert phases["engagement"].corr(true_engagement, method="spearman") > 0.6
    assert abs(phases["engagement"].corr(phases["mean_accuracy"], method="spearman")) < 0.6
    sums = [50 + sum(driver["contribution"] for driver in drivers) for drivers in phases["drivers"]]
    assert sums == pytest.approx(phases["engagement"].tolist(), abs=1e-9)
    assert (phases["engagement_low"] < phases["engagement"]).all()


def test_scores__are_equal_for_any_partitioning_and_hold_still(
    spark: SparkSession, scores: dict[str, pd.DataFrame], simulated: tuple[Rows, Rows, Truth]
) -> None:
    responses, voice_scores, _ = simulated
    # One more response of one learner, in the period that is still open; the rest dealt out otherwise.
    newest = max(responses, key=lambda response: response["responded_at"])
    one_more = {**newest, "response_id": "one more", "session_id": "new", "accuracy": 1.0}
    again = _scores(spark, [one_more, *reversed(responses)], voice_scores, partitions=8)
    for name, table in scores.items():
        others = table["learner_id"] != newest["learner_id"]
        same = again[name]["learner_id"] != newest["learner_id"]
        pd.testing.assert_frame_equal(
            table[others].reset_index(drop=True), again[name][same].reset_index(drop=True), check_exact=True
        )


def _scores(
    spark: SparkSession, responses: Rows, voice_scores: Rows, *, partitions: int
) -> dict[str, pd.DataFrame]:
    answered = frame(spark, RESPONSES, responses).repartition(partitions, "response_id")
    milestones = frame(spark, MILESTONES, [])
    voices = frame(spark, VOICE_SCORES, voice_scores)
    calibrated = calibrate_voice(voices, answered, VoiceSettings())
    evidence = respond_evidence(answered, voices, calibrated, milestones, SETTINGS).localCheckpoint()
    scored = score_responses(evidence, build_references(evidence, SETTINGS), SETTINGS).localCheckpoint()
    return {
        "responses": _sorted(response_engagement(scored), "response_id"),
        "phases": _sorted(score_phases(scored, milestones, SETTINGS), *PHASE),
        "sessions": _sorted(score_sessions(scored, SETTINGS), "learner_id", "session_id", "language"),
    }


def _sorted(rows: DataFrame, *by: str) -> pd.DataFrame:
    return rows.toPandas().sort_values(list(by)).reset_index(drop=True)


def _live_through(number: int, responses: Rows, voice_scores: Rows, truth: Truth) -> None:
    """Add one learner's weeks: engagement moves from one value to another, apart from skill."""
    draw = Random(number)
    first, last, skill = draw.uniform(0.15, 0.9), draw.uniform(0.15, 0.9), draw.uniform(0.2, 0.95)
    learner = {
        "learner_id": f"l{number}",
        "language": "en" if number % 2 else "ta",
        "device_id": f"d{number % 6}",
    }
    day = draw.uniform(0, 3)
    while day < DAYS:
        usual = first + (last - first) * day / DAYS + draw.gauss(0, 0.08)
        stage = {
            "level": "m1" if day < DAYS / 2 else "m2",
            "phase": "showcase" if day % 9 > 6 else "practice",
        }
        moment = datetime(2025, 1, 6, 9) + timedelta(days=day)
        for _ in range(max(1, round(draw.gauss(1 + 9 * usual, 1.5)))):
            engagement = min(max(usual + draw.gauss(0, 0.05), 0.02), 0.98)
            answer = _answer(f"{number}-{len(responses)}", engagement, skill, draw)
            context = {"session_id": f"{number}-{day}", "responded_at": moment, "identity": "user"}
            responses.append({**learner, **stage, **context, **answer})
            if answer["audio_key"] and number % 3:
                voice_scores.append(_voice(answer["response_id"], engagement, draw))
            truth[learner["learner_id"], learner["language"], stage["level"], stage["phase"]].append(
                engagement
            )
            moment += timedelta(seconds=answer["duration_seconds"] + 5)
        day += draw.expovariate(1 / (5 - 4 * min(usual, 0.98))) + 0.5


def _answer(response_id: str, engagement: float, skill: float, draw: Random) -> dict[str, Any]:
    text = draw.randrange(20)
    is_blank = draw.random() < 0.2 * (1 - engagement)
    accuracy = 40 + 50 * skill + 10 * engagement - text % 5 * 5 + draw.gauss(0, 6)
    return {
        "response_id": response_id,
        "response_type": "SPEAK",
        "original_text": f"text {text}",
        "text_words": 4,
        "response_words": 0 if is_blank else 4,
        "accuracy": 0.0 if is_blank else min(max(accuracy, 5.0), 100.0),
        "duration_seconds": float(max(1, round(6 * (1.7 - 0.9 * engagement) * draw.lognormvariate(0, 0.25)))),
        "audio_key": None if draw.random() < 0.25 * (1 - engagement) else response_id,
    }


def _voice(response_id: str, engagement: float, draw: Random) -> dict[str, Any]:
    key = {"response_id": response_id, "audio_key": response_id}
    if draw.random() < 0.1:
        return {**key, "status": "not_found"}
    return {
        **key,
        "status": "ok",
        "arousal": 0.3 + 0.3 * engagement + draw.gauss(0, 0.1),
        "emotion_boredom": 0.5 - 0.3 * engagement + draw.gauss(0, 0.1),
        "tone_prosody": 4 + 3 * engagement + draw.gauss(0, 1),
        "speech_seconds": 2.0,
        "pause_seconds": max(0.0, 0.8 - 0.6 * engagement + draw.gauss(0, 0.2)),
    }
