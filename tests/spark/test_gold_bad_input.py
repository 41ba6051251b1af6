"""Input that no class should give, all the way to the scores: a sound answer, or a null with its reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pyspark.sql import SparkSession

from engagement.config import VoiceSettings
from engagement.gold.engagement import score_phases, score_responses, score_sessions
from engagement.gold.evidence import respond_evidence
from engagement.gold.references import build_references
from engagement.inference.calibration_udf import calibrate_voice
from engagement.schemas import MILESTONES, RESPONSES, VOICE_SCORES
from engagement.settings import ScoreSettings
from tests.rows import frame

SETTINGS = ScoreSettings(minimum_reference_responses=10)
MONDAY = datetime(2025, 1, 6, 9)
Rows = dict[tuple[str, str, str], dict[str, Any]]


def _responses(learner: str, language: str, count: int, **values: Any) -> list[dict[str, Any]]:
    """Return answers a minute apart, with paces, texts and words that differ."""
    return [
        {
            "response_id": f"{language} {learner} {number:02} {values.get('level', '')}",
            "learner_id": learner,
            "language": language,
            "level": "m1",
            "phase": "practice",
            "session_id": f"{language} {learner}",
            "device_id": f"tablet of {learner}",
            "responded_at": MONDAY + timedelta(minutes=number),
            "response_type": "SPEAK",
            "original_text": f"text {number % 3}",
            "text_words": 3,
            "response_words": 3 if number % 4 else 0,
            "accuracy": 50.0 + 10 * (number % 5),
            "duration_seconds": 3.0 + number % 4,
            "active_seconds": 10.0 + number % 6,
            **values,
        }
        for number in range(count)
    ]


LOST = {"audio_key": "k", "accuracy": None}
RESPONSES_OF_ALL = [
    *_responses("only", "one learner", 12),
    *_responses("brief", "one response", 1),
    *(row for learner in "ab" for row in _responses(learner, "nothing heard", 12, **LOST)),
    *(row for learner in "cd" for row in _responses(learner, "levels", 12)),
    *_responses("d", "levels", 12, level="m15"),
    *(row for which in ("first", "second") for row in _responses("both", which, 12, session_id="shared")),
    *(
        {**row, "responded_at": MONDAY, "original_text": "same", "response_words": 3, "accuracy": 80.0}
        | {"duration_seconds": 3.0, "active_seconds": 0.0, "session_id": row["learner_id"]}
        for learner in "ef"
        for row in _responses(learner, "ties", 12)
    ),
]


@pytest.fixture(scope="module")
def units(spark: SparkSession) -> tuple[Rows, list[dict[str, Any]]]:
    """The phases by language, learner and level, and the sessions, of all the inputs at once."""
    responses = frame(spark, RESPONSES, RESPONSES_OF_ALL)
    lost = [
        {"response_id": row["response_id"], "audio_key": "k", "status": "not_found"}
        for row in RESPONSES_OF_ALL
        if row.get("audio_key")
    ]
    voices, milestones = frame(spark, VOICE_SCORES, lost), frame(spark, MILESTONES, [])
    calibrated = calibrate_voice(voices, responses, VoiceSettings())
    evidence = respond_evidence(responses, voices, calibrated, milestones, SETTINGS).localCheckpoint()
    scored = score_responses(evidence, build_references(evidence, SETTINGS), SETTINGS).localCheckpoint()
    phases = {
        (row["language"], row["learner_id"], row["level"]): row.asDict(recursive=True)
        for row in score_phases(scored, milestones, SETTINGS).collect()
    }
    return phases, [row.asDict() for row in score_sessions(scored, SETTINGS).collect()]


def test_score_phases__every_phase_has_a_score_with_its_interval_or_a_reason(
    units: tuple[Rows, list[dict[str, Any]]],
) -> None:
    for row in [*units[0].values(), *units[1]]:
        scores = (row["engagement"], row["engagement_low"], row["engagement_high"])
        if row["reason"]:
            assert scores == (None, None, None)
        else:
            assert 0 <= scores[1] <= scores[0] <= scores[2] <= 100
            total = sum(driver["contribution"] for driver in row["drivers"])
            assert 50 + total == pytest.approx(scores[0], abs=1e-9)


def test_score_phases__a_class_of_one_is_its_own_average(units: tuple[Rows, Any]) -> None:
    # Measured against nobody else, his level is the average's; a change within it may remain.
    assert units[0]["one learner", "only", "m1"]["engagement"] == pytest.approx(50, abs=2)


def test_score_phases__one_response_is_too_few(units: tuple[Rows, Any]) -> None:
    assert units[0]["one response", "brief", "m1"]["reason"] == "too_few_responses"


def test_score_phases__without_accuracy_and_voice_behaviour_is_scored(units: tuple[Rows, Any]) -> None:
    row = units[0]["nothing heard", "a", "m1"]
    assert row["reason"] is None
    assert row["behavioural"] is not None
    assert (row["cognitive"], row["emotional"], row["vocal"], row["voiced_share"]) == (None, None, None, 0.0)


def test_score_phases__a_level_that_nobody_else_has_is_scored(units: tuple[Rows, Any]) -> None:
    assert units[0]["levels", "d", "m15"]["engagement"] is not None


def test_score_phases__ties_everywhere_tell_nothing(units: tuple[Rows, Any]) -> None:
    assert units[0]["ties", "e", "m1"]["reason"] == "no_reference"


def test_score_sessions__two_languages_in_one_session_are_two_rows(
    units: tuple[Rows, list[dict[str, Any]]],
) -> None:
    shared = [row["language"] for row in units[1] if row["session_id"] == "shared"]
    assert sorted(shared) == ["first", "second"]
