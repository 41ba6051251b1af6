"""The formula by hand: response, phase and session scores, their intervals, drivers, windows and trend."""

from datetime import datetime, timedelta
from math import sqrt
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.gold.engagement import response_engagement, score_phases, score_responses, score_sessions
from engagement.gold.phases import windows_by_time
from engagement.schemas import MILESTONES, RESPONSE_ENGAGEMENT
from engagement.settings import ScoreSettings
from tests.rows import frame
from tests.spark.gold_rows import START, evidence_frame, references_frame

Units = dict[str, dict[str, Any]]
SETTINGS = ScoreSettings()
# 10 points per deviation of √(0.75² + 0.25²); the level has half of the one indicator at hand.
COGNITIVE_LEVEL = 10 / sqrt(0.625) * 0.5
COGNITIVE_WEIGHT = 0.20 / sqrt(0.50**2 + 0.20**2 + 0.12**2 + 0.18**2)
TRUST_OF_FIVE = 5 / (5 + 40)
# What five alike responses lead to expect of one another: the earlier ones of each, shrunk with n/(n+16).
EARLIER_OF_FIVE = sum(before / (before + 16) for before in range(5)) / 5 * COGNITIVE_LEVEL
SCORE_OF_FIVE = TRUST_OF_FIVE * COGNITIVE_LEVEL + (1 - TRUST_OF_FIVE) * EARLIER_OF_FIVE


@pytest.fixture(scope="module")
def references(spark: SparkSession) -> DataFrame:
    return references_frame(
        spark, accuracy_gain=(0.0, 10.0), arousal=(0.5, 0.1), boredom=(0.4, 0.1), answered=(1.0, None)
    )


@pytest.fixture(scope="module")
def scored(spark: SparkSession, references: DataFrame) -> DataFrame:
    """The scored responses of all tests on phases; each test has learners of its own."""
    return score_responses(
        evidence_frame(spark, [*FEW, *VISITED, *WEEKLY]), references, SETTINGS
    ).localCheckpoint()


@pytest.fixture(scope="module")
def phases(spark: SparkSession, scored: DataFrame) -> Units:
    return _of_learner(score_phases(scored, frame(spark, MILESTONES, SETS), SETTINGS))


def _of_learner(units: DataFrame) -> Units:
    return {row["learner_id"]: row.asDict(recursive=True) for row in units.collect()}


def test_score_responses__weighs_level_and_change(spark: SparkSession, references: DataFrame) -> None:
    rows: list[dict[str, Any]] = [
        {"accuracy_gain": 10.0},
        {"accuracy_gain": -10.0},
        {"accuracy_gain": 1000.0},
        {"learner_id": "bob", "boredom": 0.3, "phase": "discovery"},
        {"learner_id": "bob", "boredom": 0.3, "answered": 1.0},
        {"learner_id": "eve", "language": "ta", "accuracy_gain": 10.0},
    ]
    evidence = evidence_frame(spark, rows)
    scored = response_engagement(score_responses(evidence, references, SETTINGS)).orderBy("response_id")
    first, second, third, discovery, practice, elsewhere = scored.collect()
    assert first["cognitive"] == pytest.approx(50 + COGNITIVE_LEVEL)
    assert first["engagement"] == pytest.approx(50 + COGNITIVE_WEIGHT * COGNITIVE_LEVEL)
    # Change: one earlier response, at 10: 1/(1+16) · (-10 - 10)/10, of the level's weight.
    assert second["cognitive"] == pytest.approx(50 - COGNITIVE_LEVEL * (1 + 2 / 17))
    # Level and change end at three deviations; two earlier responses.
    assert third["cognitive"] == pytest.approx(50 + COGNITIVE_LEVEL * 3 * (1 + 2 / 18))
    assert discovery["engagement"] is None  # boredom says nothing there, and nothing else was seen
    assert practice["emotional"] > 50
    assert practice["behavioural"] is None  # the reference has no spread
    assert elsewhere["engagement"] is None  # a language without references


VOICED = {"voice_status": "ok", "tone_model": "t", "arousal": 0.5}
FEW: list[dict[str, Any]] = [
    *({"learner_id": "ann", "accuracy_gain": 10.0, "accuracy": 80.0} for _ in range(5)),
    *({"learner_id": "bob", "accuracy_gain": 10.0, **VOICED} for _ in range(5)),
    *({"learner_id": "cat", "accuracy_gain": 10.0, "voice_status": "not_found"} for _ in range(5)),
    *({"learner_id": "hal", **VOICED, "arousal": 0.6} for _ in range(5)),
    *({"learner_id": "dan", "accuracy_gain": 10.0} for _ in range(4)),
    *({"learner_id": "eve", "language": "ta", "accuracy_gain": 10.0} for _ in range(5)),
    *({"learner_id": "fay", "accuracy_gain": 10.0 * step, "arousal": 0.1 * step} for step in range(-4, 5)),
]


def test_score_phases__shrinks_and_decomposes_exactly(phases: Units) -> None:
    ann, bob = phases["ann"], phases["bob"]

    assert ann["cognitive"] == pytest.approx(50 + SCORE_OF_FIVE, abs=1e-6)
    assert ann["engagement"] == pytest.approx(50 + COGNITIVE_WEIGHT * SCORE_OF_FIVE, abs=1e-6)
    assert (ann["responses"], ann["sessions"], ann["mean_accuracy"]) == (5, 1, 80.0)
    by_name = {driver["driver"]: driver for driver in ann["drivers"]}
    assert by_name["accuracy_gain"]["contribution"] == pytest.approx(COGNITIVE_WEIGHT * COGNITIVE_LEVEL)
    assert (by_name["accuracy_gain"]["value"], by_name["accuracy_gain"]["reference"]) == (10.0, 0.0)
    taken_back = (1 - TRUST_OF_FIVE) * COGNITIVE_WEIGHT
    assert by_name["shrinkage"]["contribution"] == pytest.approx(-taken_back * COGNITIVE_LEVEL)
    assert by_name["earlier"]["contribution"] == pytest.approx(taken_back * EARLIER_OF_FIVE, abs=1e-6)
    expected = 50 + COGNITIVE_WEIGHT * EARLIER_OF_FIVE
    assert (by_name["earlier"]["value"], by_name["earlier"]["reference"]) == (pytest.approx(expected), 50.0)
    for learner in ("ann", "bob", "fay"):
        contributions = [driver["contribution"] for driver in phases[learner]["drivers"]]
        assert 50 + sum(contributions) == pytest.approx(phases[learner]["engagement"], abs=1e-9)
        assert contributions == sorted(contributions, key=abs, reverse=True)

    # An average voice, a lost one and none at all: one score; only the voice that was heard narrows it.
    assert phases["cat"]["engagement"] == ann["engagement"]
    assert bob["engagement"] == pytest.approx(ann["engagement"])
    assert phases["cat"]["engagement_low"] == ann["engagement_low"] < bob["engagement_low"]
    assert (bob["voiced_share"], phases["cat"]["voiced_share"]) == (1.0, 0.0)
    assert (bob["tone_model"], ann["tone_model"]) == ("t", None)
    assert (ann["emotional"], bob["emotional"]) == (None, 50.0)
    # Nothing is carried of voice, and its k is the plain one; of arousal's deviation the level has .3.
    assert phases["hal"]["emotional"] == pytest.approx(50 + 5 / (5 + 16) * 10 / sqrt(0.34) * 0.3)

    assert (phases["dan"]["engagement"], phases["dan"]["reason"]) == (None, "too_few_responses")
    assert (phases["dan"]["cognitive"], phases["dan"]["drivers"]) == (None, [])
    assert (phases["eve"]["engagement"], phases["eve"]["reason"]) == (None, "no_reference")


def _visits(learner: str, gains: list[float]) -> list[dict[str, Any]]:
    return [
        {"learner_id": learner, "session_id": f"{learner}{number // 4}", "accuracy_gain": gain}
        for number, gain in enumerate(gains)
    ]


VISITED = [*_visits("mixed", [10.0, -10.0] * 8), *_visits("alike", [10.0] * 4 + [-10.0] * 8 + [10.0] * 4)]


def test_score_phases__is_less_sure_where_answers_are_alike_within_visits(phases: Units) -> None:
    widths = {
        name: row["engagement_high"] - row["engagement_low"]
        for name, row in phases.items()
        if row["engagement"]
    }
    assert widths["alike"] > widths["mixed"] + 0.02
    assert widths["mixed"] < widths["ann"]  # sixteen responses to five


WEEKLY = [
    {
        "learner_id": "gil",
        "accuracy_gain": -20.0 + 10.0 * week,
        "responded_at": START + timedelta(days=7 * week, minutes=answer),
        "session_id": f"s{week}",
        "school_id": f"school {week}",
        "active_seconds": 1.5,
    }
    for week in range(3)
    for answer in range(4)
]
PHASE = {"learner_id": "gil", "language": "en", "level": "m1", "phase": "practice", "kind": "phase"}
SETS = [
    {**PHASE, "milestone_id": "1", "result": "fail", "ended_at": START + timedelta(days=8)},
    {**PHASE, "milestone_id": "2", "result": "pass", "ended_at": START + timedelta(days=15)},
    {**PHASE, "milestone_id": "3", "result": None},
]


def test_score_phases__shows_windows_trend_school_and_result(scored: DataFrame, phases: Units) -> None:
    gil = phases["gil"]
    moments = [
        row["engagement"] for row in scored.where("learner_id = 'gil'").orderBy("responded_at").collect()
    ]

    # Twelve responses, ten a window: the first full one, and one that reaches the newest.
    first, last = gil["windows"]
    assert first["engagement"] == pytest.approx(sum(moments[:10]) / 10)
    assert (last["responses"], last["engagement"]) == (10, pytest.approx(sum(moments[2:]) / 10))
    assert last["ended_at"] == gil["ended_at"]
    # Three visits a week apart: the slope of their means is half of last minus first.
    means = [sum(moments[4 * week : 4 * week + 4]) / 4 for week in range(3)]
    assert gil["trend"] == pytest.approx((means[2] - means[0]) / 2, abs=1e-4)
    assert gil["trend_low"] < gil["trend"] < gil["trend_high"]
    assert (gil["school_id"], gil["result"], gil["active_seconds"]) == ("school 2", "pass", 18.0)


def test_windows_by_time__end_with_each_day_and_hold_what_came_before(spark: SparkSession) -> None:
    morning = datetime(2025, 1, 6, 9)
    answers = [
        (morning, 60.0),
        (morning + timedelta(hours=1), 40.0),
        (morning + timedelta(days=1, minutes=30), 50.0),
        (morning + timedelta(days=2), 70.0),  # the first is two days old by now, to the second
        (morning + timedelta(days=2), 30.0),
        (morning + timedelta(days=5), 90.0),
    ]
    phase = {"learner_id": "ann", "language": "en", "level": "m1", "phase": "practice"}
    rows = [
        {"response_id": str(number), "responded_at": at, "engagement": engagement} | phase
        for number, (at, engagement) in enumerate(answers)
    ]
    settings = ScoreSettings(window_days=2, minimum_responses=2)
    (told,) = windows_by_time(frame(spark, RESPONSE_ENGAGEMENT, rows), settings).collect()
    assert [tuple(window) for window in told["windows_by_time"]] == [
        (answers[0][0], answers[1][0], 2, 50.0),
        (answers[0][0], answers[2][0], 3, 50.0),
        (answers[1][0], answers[4][0], 4, 47.5),
        (answers[5][0], answers[5][0], 1, None),  # too few
    ]


def test_score_sessions__has_a_row_per_learner_and_session(
    spark: SparkSession, references: DataFrame
) -> None:
    rows: list[dict[str, Any]] = [
        *({"accuracy_gain": 10.0, "level": f"m{number}"} for number in range(5)),
        *({"accuracy_gain": 10.0, "session_id": None} for _ in range(5)),
        {"learner_id": "bob", "accuracy_gain": 10.0},
    ]
    sessions = _of_learner(
        score_sessions(score_responses(evidence_frame(spark, rows), references, SETTINGS), SETTINGS)
    )
    assert set(sessions) == {"ann", "bob"}
    # The levels together make a session of five.
    earlier = sum(before / (before + 16) for before in range(5)) / 5 * COGNITIVE_LEVEL
    expected = TRUST_OF_FIVE * COGNITIVE_LEVEL + (1 - TRUST_OF_FIVE) * earlier
    assert sessions["ann"]["engagement"] == pytest.approx(50 + COGNITIVE_WEIGHT * expected, abs=1e-6)
    assert sessions["bob"]["reason"] == "too_few_responses"
    assert sessions["bob"]["started_at"] == datetime(2025, 1, 6, 9, 10)
