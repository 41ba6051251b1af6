"""Evidence per response: every indicator by hand, nuisances out where they act."""

from datetime import datetime, timedelta
from math import log, log1p
from typing import Any

import pytest
from pyspark.sql import SparkSession, types as T

from engagement.gold.evidence import respond_evidence
from engagement.schemas import MILESTONES, RESPONSES, VOICE_SCORES
from engagement.schemas.voice import CALIBRATED_VOICE
from engagement.settings import ScoreSettings
from tests.rows import frame

CALIBRATED_SCHEMA = T.StructType([T.StructField("response_id", T.StringType()), *CALIBRATED_VOICE])
Told = dict[str, dict[str, Any]]
MONDAY = datetime(2025, 1, 6, 9)
TWO_DAYS_MINUTES = 2 * 24 * 60


@pytest.fixture(scope="module")
def told(spark: SparkSession) -> Told:
    """The evidence of all tests' responses, by id; a language per test keeps them apart."""
    topics = {
        "visits": VISITS,
        "pace": PACED,
        "spoken": SPOKEN,
        "blank": ANSWERS,
        "texts": TEXTS,
        "tablets": TABLETS,
        "voice": VOICED,
        "own_voice": COMPARED,
        "sets": IN_SETS,
    }
    responses = [{**response, "language": topic} for topic, rows in topics.items() for response in rows]
    evidence = respond_evidence(
        frame(spark, RESPONSES, responses),
        frame(spark, VOICE_SCORES, VOICES),
        spark.createDataFrame(CALIBRATED, CALIBRATED_SCHEMA),
        frame(spark, MILESTONES, SETS),
        ScoreSettings(prior_responses=2),
    )
    return {row["response_id"]: row.asDict() for row in evidence.collect()}


def _response(response_id: str, minutes: float, **values: Any) -> dict[str, Any]:
    usual = {
        "learner_id": "ann",
        "level": "m1",
        "phase": "practice",
        "session_id": "s1",
        "device_id": "tablet",
        "responded_at": MONDAY + timedelta(minutes=minutes),
        "response_type": "SPEAK",
        "original_text": "a cat",
        "text_words": 2,
        "response_words": 2,
        "audio_key": "k",
    }
    return {"response_id": response_id, **usual, **values}


VISITS = [
    _response("a1", 0, accuracy=40.0),
    _response("a2", 1, accuracy=80.0),
    _response("a3", 2, accuracy=59.9, audio_key=None),
    _response("b1", TWO_DAYS_MINUTES + 2, session_id="s2", audio_key=None, is_correct=False, accuracy=99.0),
    _response("b2", TWO_DAYS_MINUTES + 3, session_id="s2", audio_key=None, original_text="a dog"),
    _response("c1", 5, learner_id="bob", response_type="CHOOSE", session_id=None, audio_key=None),
    _response(
        "c2", TWO_DAYS_MINUTES, learner_id="bob", response_type="CHOOSE", session_id=None, audio_key=None
    ),
]


def test_respond_evidence__tells_visits_retries_and_microphone(told: Told) -> None:
    assert told["a1"]["days_away"] is None  # nothing before the first visit
    assert told["b2"]["days_away"] == pytest.approx(log1p(2))  # the gap before the visit, for all of it
    assert told["c2"]["days_away"] == pytest.approx(
        log1p((TWO_DAYS_MINUTES - 5) / (24 * 60))
    )  # days are visits
    assert [told[name]["visit_answers"] for name in ("a1", "b1")] == pytest.approx([log(4), log(3)])
    assert told["a1"]["retried"] == 1  # failed, and the same text again
    assert told["a2"]["retried"] is None  # nothing failed
    assert told["a3"]["retried"] == 0  # the visit ends with the failure
    assert told["b1"]["retried"] == 0  # told to be wrong whatever the percentage; another text follows
    assert [told[name]["microphone_used"] for name in ("a2", "a3")] == [1, 0]
    assert told["b1"]["microphone_used"] is None  # no recording in the visit: it may be off
    assert told["c1"]["microphone_used"] is None  # the same


PACED = [
    _response("p1", 0, level="m3", phase="showcase", duration_seconds=2.0, active_seconds=9.0),
    _response("p2", 1, level="m3", phase="showcase", duration_seconds=8.0, active_seconds=60.0),
    _response(
        "p3",
        12,
        level="m3",
        phase="showcase",
        duration_seconds=0.0,
        active_seconds=0.0,
        original_text="a dog",
    ),
    _response("p4", 3000, level="m3", phase="showcase", session_id="s2", original_text="a cow"),
    _response("p5", 6000, level="m3", phase="practice", session_id="s3", original_text="a cow"),
]


def test_respond_evidence__tells_idle_time_haste_uneven_pace_and_sets_left(told: Told) -> None:
    assert told["p1"]["idling"] is None  # nothing before it in the visit
    assert told["p2"]["idling"] == pytest.approx(log1p(60 - 8))
    assert told["p3"]["idling"] is None  # more than ten minutes: away
    # The cat's pace: 0 and ln 3; with the dog's ln 1/3 the level has 0, so the cat 2/(2+2) · 1/2 ln 3, the
    # dog 1/(1+2) · ln 1/3. Slowness: -1/4, 3/4 and -2/3 ln 3; there is one tablet.
    assert told["p1"]["uneven_pace"] is None
    assert told["p2"]["uneven_pace"] == pytest.approx(log(3), abs=1e-6)
    assert told["p3"]["uneven_pace"] == pytest.approx((2 / 3 + 1 / 4) * log(3), abs=1e-6)
    assert [told[name]["hasty"] for name in ("p1", "p2", "p3", "p4")] == [0, 0, 1, None]
    assert [told[name]["dawdling"] for name in ("p3", "p4")] == [0, None]  # an untold time tells nothing
    # The first visit ends in the showcase that the second goes on with; after the second it is done.
    assert [told[name]["set_left"] for name in ("p2", "p3", "p4", "p5")] == [None, 1, 0, None]


SPOKEN = [
    *(_response(f"others {number}", number, learner_id="bob", audio_key="k") for number in range(4)),
    _response("skipped", 0, response_type="CHOOSE", audio_key=None),
    _response("first try", 1, accuracy=20.0),
    _response("last try", 2, accuracy=60.0),
]


def test_respond_evidence__sees_a_microphone_skipped_where_others_speak(told: Told) -> None:
    assert told["skipped"]["microphone_used"] == 0
    assert told["first try"]["accuracy_gain"] is None  # tried again: what came of it counts
    assert told["last try"]["accuracy_gain"] == pytest.approx(20)


ANSWERS = [
    _response("good", 0, duration_seconds=2.0),
    _response("blank", 1, duration_seconds=2.0, response_words=0),
    _response("quick", 2, duration_seconds=1.0, text_words=6, response_words=None),
    _response("edge", 3, duration_seconds=1.0, text_words=5),
    _response("untold", 4, response_words=None),
    _response("chosen", 5, response_type="CHOOSE", duration_seconds=0.0),
]


def test_respond_evidence__takes_blank_and_impossibly_quick_answers_for_none(told: Told) -> None:
    answered = {row["response_id"]: told[row["response_id"]]["answered"] for row in ANSWERS}
    assert answered == {"good": 1, "blank": 0, "quick": 0, "edge": 1, "untold": None, "chosen": None}


TEXTS = [
    _response("h1", 0, original_text="hard", accuracy=20.0),
    _response("h2", 1, original_text="hard", accuracy=40.0, session_id="s2"),
    _response("e1", 2, original_text="easy", accuracy=90.0),
    _response("other", 3, original_text="hard", level="m2", accuracy=70.0),
    _response("none", 4, original_text="hard", session_id="s3"),
]


def test_respond_evidence__takes_the_texts_difficulty_out_of_accuracy(told: Told) -> None:
    # Level m1: mean 50. Hard: 50 + 2/(2+2) · (30 - 50) = 40; easy: 50 + 1/(1+2) · (90 - 50) = 63.33.
    assert told["h1"]["accuracy_gain"] == pytest.approx(-20)
    assert told["h2"]["accuracy_gain"] == pytest.approx(0)
    assert told["e1"]["accuracy_gain"] == pytest.approx(90 - 50 - 40 / 3)
    assert told["other"]["accuracy_gain"] == pytest.approx(0)  # alone on its level: its own expectation
    assert told["none"]["accuracy_gain"] is None


TABLETS = [
    _response("f1", 0, duration_seconds=2.0, device_id="fast", learner_id="f"),
    _response("s1", 1, duration_seconds=8.0, device_id="slow", learner_id="s"),
    _response("s2", 2, duration_seconds=8.0, device_id="slow", learner_id="s"),
]


def test_respond_evidence__takes_the_slow_tablet_out_of_pace(told: Told) -> None:
    # pace = ln((seconds + 1) / (words + 1)): 0, ln 3, ln 3; the text leads one to expect 2/3 ln 3.
    # The slow tablet's effect: 2/(2+2) · 1/3 ln 3, so that 1/6 ln 3 of slowness is the learner's.
    assert told["s1"]["dawdling"] == pytest.approx(log(3) / 6, abs=1e-6)
    assert told["f1"]["dawdling"] == 0  # hurry earns nothing


OK = {"audio_key": "k", "status": "ok", "speech_seconds": 3.0, "pause_seconds": 1.0}
VOICED = [
    _response("good1", 0, device_id="good"),
    _response("bad1", 1, device_id="bad"),
    _response("bad2", 2, device_id="bad"),
    _response("lost", 3),
    _response("without", 4, audio_key=None),
]
VOICES = [
    {"response_id": "good1", **OK, "arousal": 0.9, "tone_model": "t"},
    {"response_id": "bad1", **OK, "arousal": 0.2},
    {"response_id": "bad2", **OK, "arousal": 0.4, "tone_prosody": float("nan")},
    {"response_id": "lost", "audio_key": "k", "status": "not_found", "arousal": 0.5},
    {"response_id": "four", **OK, "arousal": 0.2, "emotion_boredom": 0.3, "valence": 0.4},
    {"response_id": "five", **OK, "arousal": 0.2, "emotion_boredom": 0.3, "valence": 0.4},
]


def test_respond_evidence__takes_the_microphone_out_of_the_voice_and_keeps_failures(told: Told) -> None:
    # Mean 0.5; the bad tablet's effect 2/(2+2) · (0.3 - 0.5) = -0.1, the good one's 1/3 · 0.4.
    assert told["bad1"]["arousal"] == pytest.approx(0.3)
    assert told["good1"]["arousal"] == pytest.approx(0.9 - 0.4 / 3)
    assert told["bad1"]["hesitation"] == pytest.approx(0.25)
    assert told["bad2"]["prosody"] is None  # not a number is no evidence
    assert (told["lost"]["voice_status"], told["lost"]["arousal"]) == ("not_found", None)
    assert told["without"]["voice_status"] is None
    assert told["good1"]["tone_model"] == "t"


# One tablet, which so has no effect against the language's mean: indicators come out as they went in.
COMPARED = [_response("four", 0), _response("five", 1)]
AGAINST_OWN_VOICE = {
    "arousal_calibrated": 0.7,
    "emotion_calibrated_boredom": 0.6,
    "valence_calibrated": 0.8,
    "calibrated_model": "c",
}
CALIBRATED = [
    {
        **dict.fromkeys(CALIBRATED_SCHEMA.names),
        **AGAINST_OWN_VOICE,
        "response_id": name,
        "baseline_clips": clips,
    }
    for name, clips in (("four", 4), ("five", 5))
]


def test_respond_evidence__takes_emotions_against_the_own_voice_from_five_clips_on(told: Told) -> None:
    emotional = ("arousal", "boredom", "positive_affect")
    assert [told["four"][name] for name in emotional] == pytest.approx([0.2, 0.3, 0.4])
    assert [told["five"][name] for name in emotional] == pytest.approx([0.7, 0.6, 0.8])
    assert (told["four"]["arousal_calibrated"], told["four"]["baseline_clips"]) == (0.7, 4)
    assert (told["good1"]["arousal_calibrated"], told["good1"]["baseline_clips"]) == (None, None)


PHASE = {"learner_id": "ann", "language": "sets", "level": "m1", "phase": "practice", "kind": "phase"}
IN_SETS = [_response("a", 0), _response("elsewhere", 1, level="m2"), _response("unknown", 2, level=None)]
SETS = [
    {**PHASE, "milestone_id": "1", "result": "pass"},
    {**PHASE, "milestone_id": "2", "result": "fail"},
    {**PHASE, "milestone_id": "3", "result": "no_result"},
    {**PHASE, "milestone_id": "4", "level": None, "result": "pass"},
]


def test_respond_evidence__knows_the_share_of_sets_passed_in_the_phase(told: Told) -> None:
    assert {row["response_id"]: told[row["response_id"]]["sets_passed"] for row in IN_SETS} == {
        "a": 0.5,
        "elsewhere": None,
        "unknown": 1.0,
    }
