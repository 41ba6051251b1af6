"""Closed periods and references: what a score is measured against, and that it holds still."""

from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.gold.periods import closed_sums, period_start
from engagement.gold.references import build_references
from engagement.settings import ScoreSettings
from tests.spark.gold_rows import evidence_frame

JANUARY, FEBRUARY, MARCH = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)


def test_period_start__counts_whole_months_from_1970(spark: SparkSession) -> None:
    moments = spark.createDataFrame([(datetime(2025, 5, 31, 23),)], "moment timestamp")
    row = moments.select(
        period_start(F.col("moment"), period_months=1), period_start(F.col("moment"), period_months=3)
    ).first()
    assert row is not None
    assert list(row) == [date(2025, 5, 1), date(2025, 4, 1)]


def test_closed_sums__measures_a_period_against_all_before_it_and_the_first_against_a_base(
    spark: SparkSession,
) -> None:
    counted = spark.createDataFrame(
        [
            ("a", JANUARY, MARCH, 2, 10),
            ("a", FEBRUARY, MARCH, 5, 50),
            ("a", MARCH, MARCH, 1, 100),
            ("b", MARCH, MARCH, 4, 40),
        ],
        "key string, period date, latest_period date, n bigint, total bigint",
    )

    def sums(minimum: int) -> dict[tuple[str, date], tuple[int, int]]:
        closed = closed_sums(counted, keys=["key"], measures={"n": ["total"]}, minimum=minimum)
        return {(row["key"], row["period"]): (row["n"], row["total"]) for row in closed.collect()}

    # January alone is enough: it measures itself and February; March, still open, counts for nobody but b.
    assert sums(1) == {
        ("a", JANUARY): (2, 10),
        ("a", FEBRUARY): (2, 10),
        ("a", MARCH): (7, 60),
        ("b", MARCH): (4, 40),
    }
    # With three wanted, the base lasts until the end of February.
    assert {sums(3)["a", period] for period in (JANUARY, FEBRUARY, MARCH)} == {(7, 60)}
    # No closed period has eight: everything there is serves.
    assert sums(8)["a", JANUARY] == (8, 160)


def test_build_references__counts_everybody_before_the_period(spark: SparkSession) -> None:
    rows = [
        {"learner_id": "a", "responded_at": datetime(2025, 1, 2), "accuracy_gain": 10.0},
        {"learner_id": "a", "responded_at": datetime(2025, 1, 3), "accuracy_gain": 20.0},
        {"learner_id": "b", "responded_at": datetime(2025, 1, 4), "accuracy_gain": 30.0, "level": "m9"},
        {"learner_id": "b", "responded_at": datetime(2025, 2, 4), "accuracy_gain": 60.0, "answered": 1.0},
        {"learner_id": "b", "responded_at": datetime(2025, 2, 5), "accuracy_gain": None, "answered": 1.0},
    ]
    settings = ScoreSettings(minimum_reference_responses=3)
    told = _references(build_references(evidence_frame(spark, rows), settings))
    # (10 + 20 + 30) / 3; variance (100 + 0 + 100) / 2. February is measured against January alone.
    assert told["accuracy_gain", JANUARY] == (20.0, 10.0, 3, 2)
    assert told["accuracy_gain", FEBRUARY] == (20.0, 10.0, 3, 2)
    # A constant has no spread: nothing can be above or below it. One learner, in the open period.
    assert told["answered", FEBRUARY] == (1.0, None, 2, 1)

    late = {"learner_id": "c", "responded_at": datetime(2025, 2, 9), "accuracy_gain": -90.0}
    with_one_more = _references(build_references(evidence_frame(spark, [*rows, late]), settings))
    assert with_one_more["accuracy_gain", JANUARY] == told["accuracy_gain", JANUARY]
    assert with_one_more["accuracy_gain", FEBRUARY] == told["accuracy_gain", FEBRUARY]


def _references(references: DataFrame) -> dict[tuple[str, date], tuple[Any, ...]]:
    return {
        (row["indicator"], row["period"]): (row["mean"], row["spread"], row["responses"], row["learners"])
        for row in references.collect()
    }
