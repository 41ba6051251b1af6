"""Whose an event is when someone is to be forgotten: his rows go, and others' rows only lose his name."""

from typing import Any

import pytest
from pyspark.sql import SparkSession

from engagement.bronze.forgotten import (
    export_without_forgotten,
    nameless,
    own_content_sessions,
    without_forgotten,
)
from engagement.schemas import EVENTS, MILESTONE_RECORDS
from tests.rows import frame

_GONE = ("gone", "gone-session")
_NAMES = {
    "virtual": "virtual_learner_id",
    "user": "user_learner_id",
    "buddy": "buddy_learner_id",
    "actor": "actor_learner_id",
    "session": "content_session_id",
    "device": "device_learner_id",
}


def _row(**names: str | None) -> dict[str, Any]:
    return {_NAMES[name]: value for name, value in names.items()}


def _judge(spark: SparkSession, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    given = [{"event_id": str(number), **row} for number, row in enumerate(rows)]
    parsed = frame(spark, EVENTS, given).selectExpr("*", "true as is_event", "cast(null as string) as reason")
    judged = without_forgotten(parsed, _GONE).orderBy("event_id").collect()
    return [row.asDict() for row in judged]


def test_without_forgotten__rejects_what_is_his(spark: SparkSession) -> None:
    rows = (
        _row(virtual="gone", device="tablet"),
        _row(user="gone", session="s", device="tablet"),
        _row(session="gone-session", actor="somebody", device="tablet"),
        _row(actor="gone", device="tablet"),
        _row(device="gone"),
    )
    judged = _judge(spark, *rows)
    assert [row["reason"] for row in judged] == ["forgotten"] * 5
    assert judged[1]["content_session_id"] == "s"


def test_without_forgotten__keeps_what_is_anothers_without_his_name(spark: SparkSession) -> None:
    rows = (
        _row(virtual="other", user="gone", device="tablet"),
        _row(user="other", buddy="gone", device="tablet"),
        _row(user="other", session="gone-session", device="gone"),
        _row(session="untold", device="gone"),
        _row(session="s", device="tablet"),
    )
    judged = _judge(spark, *rows)
    assert [row["reason"] for row in judged] == [None] * 5
    left = [{name: row[column] for name, column in _NAMES.items() if row[column]} for row in judged]
    assert left == [
        {"virtual": "other", "device": "tablet"},
        {"user": "other", "device": "tablet"},
        {"user": "other"},
        {"session": "untold"},
        {"session": "s", "device": "tablet"},
    ]


def test_without_forgotten__a_rejected_line_stays_what_it_was(spark: SparkSession) -> None:
    parsed = frame(spark, EVENTS, [_row(user="gone"), _row()]).selectExpr(
        "*", "user_learner_id is null as is_event", "'clock' as reason"
    )
    assert {row["reason"] for row in without_forgotten(parsed, _GONE).collect()} == {"clock"}


def test_export_without_forgotten__goes_by_the_learner_it_names(spark: SparkSession) -> None:
    rows = [
        {"record_id": "1", "learner_id": "gone", "content_session_id": "new"},
        {"record_id": "2", "learner_id": "other", "content_session_id": "gone-session"},
    ]
    parsed = frame(spark, MILESTONE_RECORDS, rows).selectExpr(
        "*", "true as is_event", "cast(null as string) as reason"
    )
    his, others = export_without_forgotten(parsed, _GONE).orderBy("record_id").collect()
    assert (his["reason"], his["content_session_id"]) == ("forgotten", "new")
    assert (others["reason"], others["content_session_id"]) == (None, None)


@pytest.mark.parametrize(
    ("events", "exported", "owned"),
    [
        ([("u", "user"), ("tablet", "device")], None, ["s"]),
        ([("u", "user"), ("v", "user")], None, []),
        ([("u", "device"), ("v", "device")], None, []),
        ([("u", "device")], None, ["s"]),
        ([("v", "user")], "u", ["s"]),
        ([("v", "user")], "v", []),
    ],
)
def test_own_content_sessions__are_his_alone_or_told_by_exports(
    spark: SparkSession, events: list[tuple[str, str]], exported: str | None, owned: list[str]
) -> None:
    known = spark.createDataFrame(
        [("s", *event) for event in events], "content_session_id string, learner_id string, identity string"
    )
    owners = spark.createDataFrame(
        [("s", exported)] if exported else [], "content_session_id string, export_learner_id string"
    )
    found = own_content_sessions(known, owners, ["u"])
    assert [row["content_session_id"] for row in found.collect()] == owned


def test_nameless__leaves_no_candidate_that_is_forgotten(spark: SparkSession) -> None:
    row = nameless(frame(spark, EVENTS, [_row(**dict.fromkeys(_NAMES, "gone"))]), _GONE).collect()[0]
    assert [row[column] for column in _NAMES.values()] == [None] * len(_NAMES)
