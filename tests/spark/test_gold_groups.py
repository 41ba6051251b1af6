"""Groups and insights out of phase rows written by hand."""

from datetime import datetime, timedelta
from math import sqrt
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.gold.groups import group_learners
from engagement.gold.insights import tell_insights
from engagement.gold.texts import insight_texts
from engagement.gold.trends import add_trend
from engagement.schemas import PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT
from engagement.settings import ScoreSettings
from tests.rows import frame

Rows = list[dict[str, Any]]
START = datetime(2025, 1, 6, 9)
END = START + timedelta(weeks=8)
STAGE = {"language": "en", "level": "m1", "phase": "practice"}


def _phase(
    learner: str, engagement: float | None, accuracy: float | None = None, **values: Any
) -> dict[str, Any]:
    usual = {"responses": 20, "started_at": START, "ended_at": END, "windows": [], "drivers": []}
    return {
        "learner_id": learner,
        "engagement": engagement,
        "mean_accuracy": accuracy,
        **STAGE,
        **usual,
        **values,
    }


def _answers(learner: str, *scores: float) -> Rows:
    """Return two answers a week, around a mean score."""
    return [
        {
            "learner_id": learner,
            "language": "en",
            "responded_at": START + timedelta(weeks=week, minutes=minute),
            "engagement": score + 2.0 * minute - 1,
        }
        for week, score in enumerate(scores)
        for minute in range(2)
    ]


def test_group_learners__places_everybody_with_a_reason(spark: SparkSession) -> None:
    rows = [
        _phase("thriving", 58.0, 90.0, school_id="old", ended_at=END - timedelta(days=9)),
        _phase("thriving", 61.0, 90.0, school_id="new", level="m2", responses=40),
        _phase("trying", 56.0, 20.0),
        _phase("steady", 50.5, 50.0),
        _phase("fading", 52.0, 60.0),
        _phase("coasting", 44.0, 80.0),
        _phase("struggling", 43.0, 10.0),
        _phase("silent", 55.0, 70.0, ended_at=END - timedelta(days=15)),
        _phase("just in time", 51.0, 55.0, ended_at=END - timedelta(days=14)),
        _phase("unscored", None, responses=3),
        _phase("alone", 70.0, 95.0, language="ta"),
        _phase("tied", 57.0, language="hi", level=None),
        _phase("tied too", 57.0, language="hi", level=None),
    ]
    answers = [
        *_answers("steady", 50, 51, 50, 51, 50, 51, 50, 51),
        *_answers("fading", 58, 57, 55, 54, 52, 51, 49, 48),
    ]
    groups = group_learners(
        frame(spark, PHASE_ENGAGEMENT, rows),
        frame(spark, RESPONSE_ENGAGEMENT, answers),
        ScoreSettings(),
        as_of=END,
    )
    told = {row["learner_id"]: row for row in groups.collect()}
    assert {name: row["group_name"] for name, row in told.items()} == {
        "thriving": "thriving",
        "trying": "trying_hard",
        "steady": "steady",
        "fading": "fading",
        "coasting": "coasting",
        "struggling": "struggling",
        "silent": "silent",
        "just in time": "steady",
        "unscored": "too_little_evidence",
        "alone": "steady",  # nobody to compare with
        "tied": "steady",
        "tied too": "steady",
    }
    thriving = told["thriving"]
    assert thriving["engagement"] == pytest.approx((58 * 20 + 61 * 40) / 60)
    assert (thriving["school_id"], thriving["responses"]) == ("new", 60)
    # Best of eight by accuracy: (7 + 1/2) / 8; alone on level m2 of nine: (8 + 1/2) / 9.
    assert thriving["achievement"] == pytest.approx(50 * (7.5 / 8 + 8.5 / 9))
    assert (told["alone"]["achievement"], told["tied"]["achievement"]) == (50, None)
    assert told["fading"]["trend"] == pytest.approx(-1.48, abs=0.03)
    assert told["fading"]["reason"].startswith("Engagement is falling: −1.5 points a week (90 % interval −1.")
    assert told["silent"]["reason"] == (
        "No response for 15 days, since 16 Feb 2025; more than 14 count as silence."
    )
    assert told["unscored"]["reason"] == "3 responses, and no phase with 5 that can be compared."
    assert told["unscored"]["engagement"] is None
    # Second lowest of eight: (1 + 1/2) / 8.
    assert told["coasting"]["reason"].startswith(
        "Engagement 44: above that of 19 % of the language's learners"
    )
    assert "achievement not told. Too few weeks" in told["tied"]["reason"]
    assert told["thriving"]["reason"].endswith("achievement at percentile 94.")


def test_add_trend__few_points_on_a_line_are_taken_to_scatter_as_everybody_does(spark: SparkSession) -> None:
    names = ("points", "scored", "weeks", "score", "weeks_squares", "score_squares", "weeks_score")
    # Of weight 1, a week apart: 4, 2, 0 lie on a line; 0, 2, 2, 0 scatter by 4 about a level one.
    sums = {"exact": (3, 3, 3, 6, 5, 20, 2), "scattered": (4, 4, 6, 4, 14, 8, 6)}
    rows = [
        ("en", learner, START, END, *told[:2], *(1_000_000 * total for total in told[2:]))
        for learner, told in sums.items()
    ]
    schema = "language string, learner_id string, started_at timestamp, ended_at timestamp, " + ", ".join(
        f"{name} bigint" for name in names
    )
    summed = spark.createDataFrame(rows, schema)
    alone, moderated = (
        {row["learner_id"]: row for row in add_trend(summed, prior_freedom=prior).collect()}
        for prior in (0, 16)
    )
    assert (alone["exact"]["trend"], alone["exact"]["trend_high"]) == (-2, -2)
    # Everybody's variance is 4/3, on 1 + 2 degrees of freedom. Student's quantiles are 1.740 and 1.734.
    assert moderated["exact"]["trend_high"] == pytest.approx(
        -2 + 1.740 * sqrt(16 * 4 / 3 / 17 / 2), abs=0.002
    )
    assert moderated["scattered"]["trend_high"] == pytest.approx(
        1.734 * sqrt((4 + 16 * 4 / 3) / 18 / 5), abs=0.002
    )


def _driver(name: str, contribution: float, value: float, reference: float) -> dict[str, Any]:
    dimension = None if name == "shrinkage" else "behavioural"
    return {
        "driver": name,
        "dimension": dimension,
        "contribution": contribution,
        "value": value,
        "reference": reference,
    }


@pytest.fixture(scope="module")
def insights(spark: SparkSession) -> DataFrame:
    ann = [
        _driver("days_away", -3.0, 6.0, 2.0),
        _driver("shrinkage", 2.5, 20.0, 8.0),
        _driver("visit_answers", 2.0, 12.0, 8.0),
        _driver("visit_answers_change", 1.9, 12.0, 7.0),
        _driver("retried_change", -1.0, 0.4, 0.6),
        _driver(
            "answered", -0.9, 0.98, 0.97
        ),  # the mean is above the usual one: the figures would contradict
        _driver("liveliness", 0.8, 6.04, 6.01),  # printed alike
        _driver("prosody", 0.49, 7.0, 5.0),  # too small to tell
    ]
    bob = [_driver("days_away", 1.0, 1.0, 2.0), _driver("retried_change", -1.0, 0.5, 0.7)]
    rows = [
        _phase("ann", 50.0, drivers=ann, responses=10),
        _phase("bob", 50.0, drivers=bob, responses=30),
        _phase("cat", 50.0, drivers=ann, level="m2"),
        _phase("dan", None, drivers=[], responses=2),
    ]
    return tell_insights(frame(spark, PHASE_ENGAGEMENT, rows), insight_texts("en")).cache()


def test_tell_insights__ranks_what_is_worth_telling(insights: DataFrame) -> None:
    ann = insights.where("learner_id = 'ann'").orderBy("rank").collect()
    assert [(row["rank"], row["driver"], row["direction"]) for row in ann] == [
        (1, "days_away", "down"),
        (2, "visit_answers", "up"),  # its change points up as well, less so: told once
        (3, "retried_change", "down"),
    ]
    assert ann[0]["sentence"] == (
        "The learner stays away for long: 6.0 days between visits as a rule, where 2.0 days are usual."
    )
    assert ann[2]["sentence"] == (
        "The learner tries again less often than before after a failure: 40 %, down from 60 %."
    )
    assert ann[0]["next_step"] == insight_texts("en").next_steps["days_away down"]


def test_tell_insights__speaks_of_a_class_of_two_or_more(insights: DataFrame) -> None:
    of_class = insights.where("learner_id is null").orderBy("rank").collect()
    # Weighed by responses, 10 and 30; days_away is (-30 + 30) / 40 = 0; visit_answers 20/40 and 19/40.
    assert [(row["level"], row["driver"], row["contribution"]) for row in of_class] == [
        ("m1", "retried_change", pytest.approx(-1.0)),
        ("m1", "visit_answers", pytest.approx(0.5)),
    ]
    assert of_class[0]["sentence"].startswith("The class tries again less often than before")
    assert "48 %" in of_class[0]["sentence"]  # (10 · 0.4 + 30 · 0.5) / 40 = 0.475


def test_tell_insights__is_silent_without_scores(insights: DataFrame) -> None:
    assert insights.where("learner_id = 'dan'").count() == 0
