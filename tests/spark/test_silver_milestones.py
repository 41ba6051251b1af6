"""Level and phase intervals: one learner a case, all in one DataFrame."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.schemas.bronze import EVENTS, MILESTONE_RECORDS
from engagement.schemas.silver import MILESTONES
from engagement.schemas.table import LINEAGE
from engagement.silver.milestones import find_milestones
from tests.rows import frame

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
Row = dict[str, Any]
Interval = tuple[Any, ...]


def at(minute: float) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def answers(
    learner: str, *minutes: float, session: str = "s", language: str | None = "en", **told: Any
) -> list[Row]:
    """A RESPONSE of `learner` at each of the minutes."""
    return [
        {
            "event_id": f"{learner}-{minute:07.2f}",
            "eid": "RESPONSE",
            "ets_milliseconds": round(at(minute).timestamp() * 1000),
            "actor_learner_id": learner,
            "content_session_id": session,
            "language": language,
            **told,
        }
        for minute in minutes
    ]


def record(learner: str | None, minute: float, source: str, **told: Any) -> Row:
    """A milestone record in English from ContentSession `s`, unless told otherwise."""
    named = {"learner_id": learner, "recorded_at": at(minute), "source": source, "content_session_id": "s"}
    return {"record_id": f"{learner}-{source}-{minute:07.2f}", "language": "en", **named, **told}


def log(learner: str, minute: float, phase: str, result: str, level: str | None, **told: Any) -> Row:
    return record(learner, minute, "log", phase=phase, result=result, level=level, **told)


def lesson(learner: str, minute: float, phase: str, level: str, step: int) -> Row:
    return record(learner, minute, "lesson_tracking", phase=phase, level=level, lesson=step)


def intervals(milestones: DataFrame) -> dict[tuple[str, str, str], list[Interval]]:
    """Per learner, kind and language: level, phase, lesson, first and last minute, result, source."""
    found: dict[tuple[str, str, str], list[Interval]] = {}
    for one in milestones.orderBy("started_at").collect():
        started, ended = (
            None if told is None else round((told.replace(tzinfo=UTC) - BEGIN).total_seconds() / 60, 2)
            for told in (one.started_at, one.ended_at)
        )
        what = (one.level, one.phase, one.lesson) if one.kind == "phase" else (one.level,)
        group = (one.learner_id, one.kind, one.language)
        found.setdefault(group, []).append((*what, started, ended, one.result, one.source))
    return found


# Per learner: what is sent, and the phases to be found; `und` and `ta` where the key names the language.
RESPONSES = [
    *answers("by_log", 0, 5, 10, 14, 40, 44, 50),
    *answers("told_twice", 0, 5, 10),
    *answers("by_lessons", 0, 5, 10, 21, 24, 30),
    *answers("contradicted", 1, 29),
    *answers("corrected", 1, 29),
    *answers("unknown", 3, 9, language=None),
    *answers("named_level", 3),
    *answers("named_level", 4, 6, response_level="m4"),
    *answers("midway", 0, 1, 30, 40),  # ten minutes are no long pause yet
    *answers("rediscovers", 0, 4, 9),
    *answers("discovers_twice", 0, 4, 6),
    *answers("signs_in_again", 0, 2, session="r"),
    *answers("signs_in_again", 3, 5),
    *answers("two_languages", 0, 10),
    *answers("two_languages", 2, 12, language="ta"),
    *answers("export_ended", 0, 4300, 4305),
    *answers("clocks_apart", 0, 5),
]
RECORDS = [
    log("by_log", 6, "discovery", "pass", "m1", previous_level="m0"),
    log("by_log", 45, "practice", "pass", "m2", previous_level="m1"),
    log("told_twice", 6, "discovery", "pass", "m2"),
    record("told_twice", 7, "set_result", language=None, result="pass", level="m2"),
    record("told_twice", 6.5, "learner_progress", level="m2"),
    lesson("by_lessons", 1, "discovery", "m0", 0),
    lesson("by_lessons", 6, "practice", "m1", 0),
    lesson("by_lessons", 12, "practice", "m1", 1),
    lesson("by_lessons", 20, "practice", "m1", 4),
    log("by_lessons", 25, "practice", "fail", "m1", previous_level="m1"),
    lesson("by_lessons", 25.01, "practice", "m1", 5),
    lesson("contradicted", 0, "practice", "m3", 2),
    log("contradicted", 30, "practice", "pass", "m6", previous_level="m5"),
    log("corrected", 30, "practice", "pass", "m6", previous_level="m5"),
    lesson("corrected", 30.02, "practice", "m5", 5),
    log("midway", 42, "practice", "fail", "m5", previous_level="m5"),
    log("rediscovers", 3, "discovery", "fail", "m0"),
    log("rediscovers", 8, "discovery", "pass", "m2"),
    log("discovers_twice", 3, "discovery", "pass", "m0"),
    log("discovers_twice", 5, "discovery", "pass", "m3"),
    lesson("discovers_twice", 5.02, "practice", "m3", 0),
    log("signs_in_again", 6, "practice", "no_result", "m7", previous_level="m7"),
    record("two_languages", 3, "set_result", language=None, result="pass", level="m1"),
    record("export_only", 3, "set_result", language=None, result="pass", level="m9", previous_level="m8"),
    lesson("export_ended", 1, "practice", "m1", 2),
    log("export_ended", 4306, "practice", "pass", "m4", previous_level="m3"),
    lesson("clocks_apart", 0, "showcase", "m1", 9),
    lesson("clocks_apart", 5.5, "practice", "m2", 0),
    log("clocks_apart", 6, "practice", "pass", "m2", previous_level="m1"),
    log(None, 6, "practice", "pass", "m2"),  # type: ignore[arg-type]
]
PHASES = {
    ("by_log", "en"): [
        ("m0", "discovery", None, 0, 6, "pass", "log"),
        ("m1", "practice", None, 6, 40, None, "log"),
        ("m1", "showcase", None, 40, 45, "pass", "inferred"),
        ("m2", "practice", None, 45, None, None, "log"),
    ],
    ("told_twice", "en"): [
        ("m0", "discovery", None, 0, 6, "pass", "export"),
        ("m2", "practice", None, 6, None, None, "export"),
    ],
    ("by_lessons", "en"): [
        ("m0", "discovery", 0, 0, 6, None, "export"),
        ("m1", "practice", 0, 6, 20, None, "export"),
        ("m1", "showcase", 4, 20, 25, "fail", "export"),
        ("m1", "practice", 5, 25, None, None, "export"),
    ],
    ("contradicted", "en"): [("m3", "practice", 2, 0, None, None, "export")],
    # The set that ended was on m5, as told; where it led to, the lesson row knows better.
    ("corrected", "en"): [
        ("m5", "practice", None, 1, 29, None, "inferred"),
        ("m5", "showcase", None, 29, 30, "pass", "inferred"),
        ("m5", "practice", 5, 30, None, None, "export"),
    ],
    ("unknown", "und"): [("m0", "discovery", None, 3, None, None, "inferred")],
    ("named_level", "en"): [("m4", "practice", None, 3, None, None, "inferred")],
    ("midway", "en"): [
        ("m5", "practice", None, 0, 30, None, "inferred"),
        ("m5", "showcase", None, 30, 42, "fail", "inferred"),
        ("m5", "practice", None, 42, None, None, "log"),
    ],
    ("rediscovers", "en"): [
        ("m0", "discovery", None, 0, 8, "pass", "log"),
        ("m2", "practice", None, 8, None, None, "log"),
    ],
    # Two sets in five minutes: the lesson row is about the second result, not about the first.
    ("discovers_twice", "en"): [
        ("m0", "discovery", None, 0, 5, "pass", "log"),
        ("m3", "practice", 0, 5, None, None, "export"),
    ],
    ("signs_in_again", "en"): [
        ("m7", "practice", None, 0, 3, None, "inferred"),
        ("m7", "showcase", None, 3, 6, "no_result", "inferred"),
        ("m7", "practice", None, 6, None, None, "log"),
    ],
    ("two_languages", "en"): [("m0", "discovery", None, 0, None, None, "inferred")],
    ("two_languages", "ta"): [
        ("m0", "discovery", None, 2, 3, "pass", "export"),
        ("m1", "practice", None, 3, None, None, "export"),
    ],
    ("export_only", "und"): [("m9", "practice", None, 3, None, None, "export")],
    # The last lesson row is three days old: no more is known of the set than its result.
    ("export_ended", "en"): [
        ("m1", "practice", 2, 0, 4300, None, "export"),
        ("m3", "showcase", None, 4300, 4306, "pass", "inferred"),
        ("m4", "practice", None, 4306, None, None, "log"),
    ],
    ("clocks_apart", "en"): [
        ("m1", "showcase", 9, 0, 5.5, "pass", "export"),
        ("m2", "practice", 0, 5.5, None, None, "export"),
    ],
}


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> DataFrame:
    events = frame(spark, EVENTS, RESPONSES).withColumn("learner_id", F.col("actor_learner_id"))
    records = frame(spark, MILESTONE_RECORDS, RECORDS)
    return find_milestones(records, events, set_pause_seconds=600).cache()


def test_find_milestones__phases(found: DataFrame) -> None:
    phases = {(one[0], one[2]): told for one, told in intervals(found).items() if one[1] == "phase"}

    assert phases.keys() == PHASES.keys()
    for case, expected in PHASES.items():
        assert phases[case] == expected, case


def test_find_milestones__levels(found: DataFrame) -> None:
    got = intervals(found)

    assert got["by_log", "level", "en"] == [
        ("m0", 0, 6, "pass", "log"),
        ("m1", 6, 45, "pass", "log"),
        ("m2", 45, None, None, "log"),
    ]
    assert got["by_lessons", "level", "en"] == [("m0", 0, 6, None, "export"), ("m1", 6, None, None, "export")]
    assert len({one.milestone_id for one in found.select("milestone_id").collect()}) == found.count()
    assert found.columns == MILESTONES.column_names[: -len(LINEAGE)]


def test_find_milestones__other_partitions_give_the_same(spark: SparkSession, found: DataFrame) -> None:
    events = frame(spark, EVENTS, RESPONSES).withColumn("learner_id", F.col("actor_learner_id"))
    records = frame(spark, MILESTONE_RECORDS, RECORDS)

    again = find_milestones(records.repartition(5), events.repartition(7), set_pause_seconds=600)

    assert sorted(again.collect()) == sorted(found.collect())
