"""Figures of trust out of observations and tables written by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.gold.jackknife import BUCKETS
from engagement.gold.resampling import kept_groups
from engagement.gold.validation import validation_figures
from engagement.gold.validation_units import (
    half_observations,
    learner_attributes,
    phase_observations,
    scored_answers,
)
from engagement.gold.validation_weeks import week_observations
from engagement.schemas import MILESTONES, PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT, RESPONSES
from engagement.settings import ScoreSettings, ValidationSettings
from tests.rows import frame

Rows = Sequence[Mapping[str, Any]]
MONDAY = datetime(2025, 1, 6, 9)
STAGE = {"language": "en", "level": "m1", "phase": "practice"}
_COLUMNS = "learner_id string, language string, school_id string, level string, identity string, "
_COLUMNS += "figure string, x double, y double, z double"


def _told(figures: DataFrame) -> dict[tuple[str, str], Any]:
    return {(row["figure"], row["subgroup"]): row for row in figures.collect()}


def _answers(spark: SparkSession, rows: Rows) -> DataFrame:
    complete = [{"response_id": f"r{number:03}", **STAGE, **row} for number, row in enumerate(rows)]
    scores = [{name: value for name, value in row.items() if name != "accuracy"} for row in complete]
    told = [
        {"response_id": row["response_id"], "accuracy": row.get("accuracy"), "identity": "user"}
        for row in complete
    ]
    return scored_answers(frame(spark, RESPONSE_ENGAGEMENT, scores), frame(spark, RESPONSES, told))


def test_validation_figures__every_kind_by_hand(spark: SparkSession) -> None:
    # x = y + z holds exactly; school b lies 4 points above what that leads one to expect.
    grid = [
        (f"{school}{y}{z}", school, float(y), float(z)) for school in "ab" for y in (0, 1) for z in (0, 9)
    ]
    rows: list[tuple[Any, ...]] = []
    for learner, school, y, z in grid:
        whose = (learner, "en" if y else "ta", school, "m1", "user")
        lifted = y + z + (4.0 if school == "b" else 0.0)
        rows += [
            (*whose, "score_residual", lifted, y, z),
            (*whose, "return_next_week", y + z, y, z),
            (*whose, "stayed_against_stopped", 3 * y, y, None),
            (*whose, "split_half_reliability", y + z, y + z + (1.0 if school == "b" else 0.0), None),
            (*whose, "voice_shift", 2.0 if school == "a" else -5.0, None, None),
            (*whose, "skill", 50.0, y, None),
            (*whose, "skill", 50.0, None, None),  # lacks what a correlation takes
        ]
    rows.append(("c", "en", "c", "m1", None, "voice_shift", 9.0, None, None))
    settings = ValidationSettings(fewest_learners=4, largest_gap_points=3.0)
    told = _told(validation_figures(spark.createDataFrame(rows, _COLUMNS), settings))
    value = {key: row["value"] for key, row in told.items()}
    assert value["return_next_week", "all"] == pytest.approx(1.0)
    assert value["stayed_against_stopped", "school=a"] == pytest.approx(3.0)
    # r of x and y: cov 20.25 + 0.25 = 20.5 of variances 20.5 and 20.5 + 0.25; halves lengthened.
    halves = 20.5 / (20.5 * 20.75) ** 0.5
    assert value["split_half_reliability", "all"] == pytest.approx(2 * halves / (1 + halves))
    assert value["score_residual", "school=a"] == pytest.approx(-2.0)
    assert value["score_residual", "school=b"] == pytest.approx(2.0)
    # The languages differ in y alone, which explains all of it.
    assert value["score_residual", "language=en"] == pytest.approx(0.0, abs=1e-6)
    assert ("score_residual", "all") not in told
    assert (told["voice_shift", "school=a"]["is_flagged"], told["voice_shift", "school=b"]["is_flagged"]) == (
        False,
        True,
    )
    assert (told["voice_shift", "school=b"]["n"], told["voice_shift", "school=b"]["learners"]) == (4, 4)
    few = told["voice_shift", "school=c"]
    assert (few["value"], few["is_flagged"], few["reason"], few["learners"]) == (
        None,
        None,
        "too_few_learners",
        1,
    )
    assert told["skill", "all"]["reason"] == "no_variation"
    assert told["skill", "all"]["n"] == 8
    assert told["group_kept", "all"]["reason"] == "nothing_observed"
    assert told["group_kept", "all"]["n"] == 0


def test_validation_figures__interval_is_the_jackknifes(spark: SparkSession) -> None:
    rows = [(f"l{n}", "en", None, None, None, "voice_change", float(n % 7), None, None) for n in range(200)]
    observations = spark.createDataFrame(rows, _COLUMNS)
    told = _told(validation_figures(observations, ValidationSettings()))["voice_change", "all"]
    mean = sum(row[6] for row in rows) / 200
    usual = 1.729 * (sum((row[6] - mean) ** 2 for row in rows) / 200 / 199) ** 0.5
    assert told["value"] == pytest.approx(mean)
    assert (told["high"] - told["low"]) / 2 == pytest.approx(usual, rel=0.35)
    assert told["high"] - told["value"] == pytest.approx(told["value"] - told["low"])
    again = _told(validation_figures(observations.repartition(BUCKETS), ValidationSettings()))
    assert again["voice_change", "all"] == told


def test_half_observations__by_responses_and_by_visits(spark: SparkSession) -> None:
    scores = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0]
    rows = [
        {"learner_id": "ann", "session_id": f"s{n // 4}", "engagement": score}
        | {"responded_at": MONDAY + timedelta(minutes=n)}
        for n, score in enumerate(scores)
    ]
    rows += [{**row, "learner_id": "ben"} for row in rows[:6]]
    halves = half_observations(_answers(spark, rows), ScoreSettings(minimum_responses=4))
    told = {(row["learner_id"], row["figure"]): (row["x"], row["y"]) for row in halves.collect()}
    assert told == {
        ("ann", "split_half_reliability"): (40.0, 50.0),
        ("ann", "split_half_reliability_visits"): (25.0, 65.0),
        ("ben", "split_half_reliability_visits"): (25.0, None),  # his second visit is too short
    }


def test_phase_observations__what_voice_adds_and_what_it_leaves(spark: SparkSession) -> None:
    phase = {**STAGE, "engagement": 58.0, "cognitive": 60.0, "emotional": 54.0, "vocal": 40.0}
    rows = [
        {**phase, "learner_id": "ann", "voiced_share": 0.5, "result": "pass"},
        {**phase, "learner_id": "ben", "voiced_share": 0.0, "result": "no_result", "emotional": None},
        {**phase, "learner_id": "cem", "voiced_share": 1.0, "engagement": None},
    ]
    weights = {"behavioural": 0.6, "cognitive": 0.8, "emotional": 0.0, "vocal": 0.0}
    settings = ScoreSettings(dimension_weights={**dict.fromkeys(weights, 0.25)})
    whose = learner_attributes(
        _answers(spark, [{"learner_id": "ann", "engagement": 50.0, "responded_at": MONDAY}])
    )
    observed = phase_observations(frame(spark, PHASE_ENGAGEMENT, rows), whose, settings).collect()
    told = {(row["learner_id"], row["figure"]): (row["x"], row["y"], row["identity"]) for row in observed}
    # Four equal weights count half each: voice adds 0.5 · 4 + 0.5 · (-10).
    assert told == {
        ("ann", "voice_shift"): (-3.0, None, "user"),
        ("ann", "voice_change"): (3.0, None, "user"),
        ("ann", "voice_agreement"): (58.0, 61.0, "user"),
        ("ann", "passed_against_failed"): (53.0, 1.0, "user"),
        ("ben", "passed_against_failed"): (53.0, None, None),
    }


def test_week_observations__what_the_next_week_brought(spark: SparkSession) -> None:
    def week(learner: str, number: int, score: float, **values: Any) -> Rows:
        return [
            {"learner_id": learner, "responded_at": MONDAY + timedelta(weeks=number, hours=hour)}
            | {"engagement": score, "behavioural": score, "session_id": "s", **values}
            for hour in range(5)
        ]

    rows = [
        *week("ann", 0, 60.0, accuracy=40.0),
        *week("ann", 1, 50.0, accuracy=80.0, level="m2"),
        *week("ben", 0, 40.0),
        *week("ben", 3, 45.0),
        *week("cem", 0, 55.0)[:4],
    ]
    ended = {"learner_id": "ann", "language": "en", "kind": "phase", "phase": "showcase"}
    milestones = [
        {**ended, "ended_at": MONDAY + timedelta(weeks=1), "result": "pass"},
        {**ended, "ended_at": MONDAY + timedelta(weeks=1), "result": None},
    ]
    observed = week_observations(
        _answers(spark, rows),
        frame(spark, MILESTONES, milestones),
        ScoreSettings(silent_days=14),
        as_of=MONDAY + timedelta(days=27),
    ).collect()
    told = {(row["figure"], row["learner_id"], row["x"]): (row["y"], row["z"]) for row in observed}
    assert told["return_next_week", "ann", 60.0] == (1.0, 40.0)
    assert told["return_next_week", "ann", 50.0] == (0.0, 60.0)  # skill so far
    assert told["return_next_week", "ben", 45.0] == (None, None)  # the data ends before it is known
    assert told["stayed_against_stopped", "ben", 40.0] == (0.0, None)  # back after three weeks only
    assert told["sets_finished_next_week", "ann", 60.0][0] == pytest.approx(0.6931, abs=1e-4)  # ln(1 + 1)
    assert told["sets_finished_next_week", "ann", 50.0][0] is None  # who does not return finishes none
    assert told["level_passed_next_week", "ann", 60.0] == (1.0, 40.0)
    weight = 0.5 / (0.5**2 + 0.2**2 + 0.12**2 + 0.18**2) ** 0.5
    assert told["behavioural_adds", "ann", 60.0] == (1.0, pytest.approx(60.0 - 10 * weight))
    assert not any(learner == "cem" for _, learner, _ in told)  # four responses make no week


def test_kept_groups__the_same_draws_wherever_the_rows_lie(spark: SparkSession) -> None:
    def learner(name: str, scores: Sequence[float], accuracy: float) -> Rows:
        return [
            {"learner_id": name, "responded_at": MONDAY + timedelta(days=n), "accuracy": accuracy}
            | {"engagement": 50 + score, "behavioural": 50 + score, "session_id": f"{name}{n}"}
            for n, score in enumerate(scores)
        ]

    rows = [
        *learner("high", [30.0] * 30, 90.0),
        *learner("low", [-30.0] * 30, 10.0),
        *learner("wavering", [35.0, -34.0] * 15, 50.0),
        *learner("between", [0.0] * 30, 50.0),
    ]
    as_of = MONDAY + timedelta(days=30)
    answers = _answers(spark, rows)

    def kept(rows: DataFrame) -> list[Any]:
        draws = kept_groups(rows, ScoreSettings(), ValidationSettings(resamples=4), as_of=as_of)
        return sorted((row["learner_id"], row["group"], row["x"]) for row in draws.collect())

    told = kept(answers)
    assert len(told) == 16
    assert {(name, group, x) for name, group, x in told if name == "high"} == {("high", "thriving", 1.0)}
    assert {(name, group, x) for name, group, x in told if name == "low"} == {("low", "struggling", 1.0)}
    assert any(x == 0.0 for name, _, x in told if name in ("wavering", "between"))
    assert kept(answers.repartition(7)) == told
