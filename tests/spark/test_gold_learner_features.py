"""Learner features, worked out by hand; nothing from the day itself or after it gets in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.gold.learner_features import learner_features
from engagement.schemas import MILESTONES, RESPONSES
from tests.rows import frame

START = datetime(2025, 1, 6, 9)
AS_OF = date(2025, 2, 3)  # 28 days after START
Rows = list[dict[str, Any]]


def _response(number: int, at: datetime, **values: Any) -> dict[str, Any]:
    usual = {
        "response_id": f"r{number:03}",
        "learner_id": "ann",
        "language": "en",
        "level": "m1",
        "phase": "practice",
        "response_type": "SPEAK",
        "original_text": f"text {number}",
        "text_words": 2,
        "response_words": 2,
        "duration_seconds": 3.0,
        "active_seconds": 10.5,
        "accuracy": 80.0,
    }
    return {**usual, "responded_at": at, "response_date": at.date(), **values}


def _milestone(number: int, ended_at: datetime | None, result: str) -> dict[str, Any]:
    return {
        "milestone_id": f"m{number}",
        "learner_id": "ann",
        "language": "en",
        "kind": "phase",
        "level": "m1",
        "phase": "showcase",
        "started_at": START,
        "ended_at": ended_at,
        "result": result,
    }


def _past() -> tuple[Rows, Rows]:
    later = START + timedelta(days=20)
    responses = [
        _response(1, START, accuracy=50.0, original_text="again"),
        _response(2, START + timedelta(minutes=1), accuracy=70.0, original_text="again"),
        _response(3, START + timedelta(days=4), accuracy=90.0, response_words=0),
        _response(4, later, accuracy=40.0, duration_seconds=0.0, level="m2"),
        _response(5, later + timedelta(minutes=1), accuracy=60.0, level="m2", phase="showcase"),
        _response(6, datetime(2025, 2, 2, 23, 59, 59, 999999), accuracy=30.0, level=None),
    ]
    milestones = [
        _milestone(1, datetime(2025, 2, 2, 23, 59), "pass"),
        _milestone(2, datetime(2025, 1, 7, 9), "fail"),
        _milestone(3, None, "pass"),
    ]
    return responses, milestones


def _features(
    spark: SparkSession, responses: Rows, milestones: Rows, dates: Sequence[date] = (AS_OF,)
) -> DataFrame:
    return learner_features(frame(spark, RESPONSES, responses), frame(spark, MILESTONES, milestones), dates)


def test_learner_features__of_one_learner_by_hand(spark: SparkSession) -> None:
    row = _features(spark, *_past()).collect()[0].asDict()
    assert row == {
        "learner_id": "ann",
        "language": "en",
        "as_of": AS_OF,
        "tenure_days": 28,
        "days_since_last": 1,
        "mean_gap_days": pytest.approx(27 / 3),  # four days, from the 6th of January to the 2nd of February
        "active_days_7": 1,
        "active_days_14": 2,
        "active_days_28": 4,
        "active_days": 4,
        "active_days_trend": 0,  # two days in the last 14, two in the 14 before
        "responses_7": 1,
        "responses_14": 3,
        "responses_28": 6,
        "responses": 6,
        "active_seconds_28": 63.0,
        "accuracy_28": pytest.approx((50 + 70 + 90 + 40 + 60 + 30) / 6),
        "accuracy_change": pytest.approx((40 + 60 + 30) / 3 - (50 + 70 + 90) / 3),
        "retried_share_28": pytest.approx(1 / 3),  # of 50, 40 and 30, only 50 was tried again
        "unanswered_share_28": pytest.approx(2 / 6),  # one blank, one in no time
        "sets_passed_28": 1,
        "sets_failed_28": 1,
        "level": None,
        "phase": "practice",
    }


def test_learner_features__window_ends_are_held(spark: SparkSession) -> None:
    dates = (date(2025, 1, 6), date(2025, 1, 7), date(2025, 1, 13), date(2025, 1, 14), date(2025, 2, 4))
    rows = {row["as_of"]: row for row in _features(spark, *_past(), dates).collect()}
    # On his first day nothing is known of him.
    assert sorted(rows) == list(dates[1:])
    assert [rows[day]["responses_7"] for day in dates[1:]] == [2, 3, 1, 1]
    assert [rows[day]["active_days_28"] for day in dates[1:]] == [1, 2, 2, 3]
    assert rows[date(2025, 1, 7)]["mean_gap_days"] is None
    assert rows[date(2025, 1, 7)]["accuracy_change"] is None
    assert (rows[date(2025, 1, 7)]["sets_failed_28"], rows[date(2025, 1, 13)]["sets_failed_28"]) == (0, 1)


def test_learner_features__what_comes_on_the_day_or_later_changes_nothing(spark: SparkSession) -> None:
    responses, milestones = _past()
    midnight = datetime(2025, 2, 3)
    future = [
        # The next try at the last failed text, one microsecond after it: on the day itself.
        _response(7, midnight, accuracy=100.0, original_text="text 6", level="m9"),
        _response(8, midnight + timedelta(days=3), response_words=0),
        _response(9, midnight, learner_id="newcomer"),
    ]
    results = [_milestone(4, midnight, "fail"), _milestone(5, midnight + timedelta(days=1), "pass")]
    before = _features(spark, responses, milestones).collect()
    after = _features(spark, [*responses, *future], [*milestones, *results]).collect()
    assert before == after


def test_learner_features__languages_and_null_figures_stand_apart(spark: SparkSession) -> None:
    bare = dict.fromkeys(("accuracy", "response_words", "duration_seconds", "active_seconds"))
    rows = _features(
        spark,
        [
            _response(1, START),
            _response(2, START, language=None, level=None, **bare),
            _response(3, START, language=None, level=None, response_type=None, **bare),
        ],
        [],
    )
    told = {row["language"]: row for row in rows.collect()}
    assert (told["en"]["responses"], told[None]["responses"]) == (1, 2)
    nothing = ("accuracy_28", "accuracy_change", "retried_share_28", "unanswered_share_28")
    assert [told[None][name] for name in nothing] == [None] * 4
    assert told[None]["active_seconds_28"] == 0
    assert told["en"]["retried_share_28"] is None
