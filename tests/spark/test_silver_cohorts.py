"""Which responses a run scores."""

from datetime import date
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.schemas.silver import RESPONSES
from engagement.silver.cohorts import select_cohort, what_exists
from tests.rows import frame


@pytest.fixture(scope="module")
def responses(spark: SparkSession) -> DataFrame:
    columns = ("response_id", "learner_id", "level", "language", "school_id", "channel", "response_date")
    rows = [
        ("1", "a", "m1", "en", "s1", "c1", date(2026, 3, 1)),
        ("2", "a", "m2", "en", "s1", "c1", date(2026, 3, 2)),
        ("3", "b", "m1", "ta", "s2", "c1", date(2026, 3, 3)),
        ("4", "c", None, "en", None, "c2", date(2026, 3, 3)),
    ]
    return frame(spark, RESPONSES, [dict(zip(columns, row, strict=True)) for row in rows]).cache()


def test_select_cohort__each_way_of_choosing_narrows(spark: SparkSession, responses: DataFrame) -> None:
    learners = spark.createDataFrame([("a",), ("a",), ("c",), ("unknown",)], "learner_id string")
    choices: list[tuple[dict[str, Any], str]] = [
        ({}, "1234"),
        ({"levels": ["m1", "m3"]}, "13"),
        ({"languages": ["en"]}, "124"),
        ({"school_ids": ["s1", "s2"]}, "123"),
        ({"channels": ["c2"]}, "4"),
        ({"learners": learners}, "124"),
        ({"start_date": date(2026, 3, 2), "end_date": date(2026, 3, 2)}, "2"),
        ({"levels": ["m1"], "languages": ["en"], "learners": learners}, "1"),
        ({"levels": ["m9"]}, ""),
    ]
    tagged = [
        select_cohort(responses, **choice).selectExpr(f"{number} AS choice", "response_id")
        for number, (choice, _) in enumerate(choices)
    ]
    together = tagged[0]
    for one in tagged[1:]:
        together = together.union(one)

    found = [(one.choice, one.response_id) for one in together.collect()]

    for number, (choice, expected) in enumerate(choices):
        assert "".join(sorted(name for which, name in found if which == number)) == expected, choice
    assert select_cohort(responses, learners=learners).columns == responses.columns


def test_what_exists__counts_the_most_frequent_values(responses: DataFrame) -> None:
    got = [tuple(one) for one in what_exists(responses, most=1).collect()]

    assert got == [
        ("channel", "c1", 2, 3),
        ("language", "en", 2, 3),
        ("level", "m1", 2, 2),
        ("school", "s1", 1, 2),
    ]
