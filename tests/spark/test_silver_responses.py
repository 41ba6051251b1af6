"""Who the learner is, and one row per response with what is known about it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pyspark.sql import SparkSession

from engagement.schemas.bronze import EVENTS, MILESTONE_RECORDS
from engagement.schemas.silver import MILESTONES, RESPONSES
from engagement.schemas.table import LINEAGE
from engagement.silver.learners import assign_learners, assign_record_learners, content_session_learners
from engagement.silver.responses import find_responses
from engagement.silver.sessions import assign_sessions
from tests.rows import frame

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
Row = dict[str, Any]


def event(name: str, seconds: float, learner: str | None = "a", **told: Any) -> Row:
    """A RESPONSE in English of `learner` on tablet `t`, unless told otherwise."""
    moment = BEGIN + timedelta(seconds=seconds)
    usual = {"eid": "RESPONSE", "device_id": "t", "user_learner_id": learner, "language": "en"}
    when = {
        "event_at": moment,
        "event_date": moment.date(),
        "ets_milliseconds": round(moment.timestamp() * 1000),
    }
    return {**usual, **when, "event_id": name, **told}


def interval(*told: str, minute: int = 0, kind: str = "phase") -> Row:
    """An interval of learner, language, level, phase and source."""
    named = dict(zip(("learner_id", "language", "level", "phase", "source"), told, strict=True))
    return {**named, "kind": kind, "started_at": BEGIN + timedelta(minutes=minute)}


def export(name: str, hour: int, learner: str | None, session: str | None, **told: Any) -> Row:
    usual = {"source": "set_result", "recorded_at": BEGIN + timedelta(hours=hour)}
    return {**usual, "record_id": name, "learner_id": learner, "content_session_id": session, **told}


def test_assign_learners__the_best_id_and_how_it_is_known(spark: SparkSession) -> None:
    records = [
        export("1", 0, "old", "told"),
        export("2", 5, "new", "told"),
        export("3", 5, "newest", "told"),  # the same time: the greater id
        export("4", 9, "other", None),
        export("5", 9, None, "log", source="log"),
    ]
    device = {"device_learner_id": "tablet"}
    session = {**device, "content_session_id": "told"}
    actor = {**device, "content_session_id": "untold", "actor_learner_id": "actor"}
    events = [
        event("virtual", 0, "user", virtual_learner_id="virtual", **session),
        event("user", 1, "user", **session),
        event("export", 2, None, **{**actor, **session}),
        event("actor", 3, None, **actor),
        event("session", 4, None, content_session_id="untold", **device),
        event("device", 5, None, **device),
        event("alone", 6, None, content_session_id="log"),
        event("nobody", 7, None),
    ]
    told, sent = frame(spark, MILESTONE_RECORDS, records), frame(spark, EVENTS, events)
    owners = content_session_learners(told)

    got = {
        fallback: {
            one.event_id: (one.learner_id, one.identity)
            for one in assign_learners(sent, owners, fallback=fallback).collect()
        }
        for fallback in ("device", "content_session")
    }

    by_device = {
        "virtual": ("virtual", "virtual_id"),
        "user": ("user", "user"),
        "export": ("newest", "export"),
        "actor": ("actor", "actor"),
        "session": ("tablet", "device"),
        "device": ("tablet", "device"),
        "alone": ("log", "content_session"),
        "nobody": (None, None),
    }
    assert got["device"] == by_device
    assert got["content_session"] == {**by_device, "session": ("untold", "content_session")}


def test_assign_record_learners__exports_name_theirs_and_logs_are_like_events(spark: SparkSession) -> None:
    records = frame(
        spark,
        MILESTONE_RECORDS,
        [
            export("named", 0, "a", "told"),
            export("log", 1, None, "told", source="log", device_learner_id="tablet"),
            export("log_of_device", 1, None, None, source="log", device_learner_id="tablet"),
        ],
    )

    known = assign_record_learners(records, content_session_learners(records), fallback="device")

    got = {one.record_id: one.learner_id for one in known.collect()}
    assert got == {"named": "a", "log": "a", "log_of_device": "tablet"}
    assert known.columns == records.columns


def test_find_responses__session_milestone_active_time_and_words(spark: SparkSession) -> None:
    milestones = [
        interval("a", "en", "m0", "discovery", "log"),
        interval("a", "en", "m1", "practice", "export", minute=10),
        interval("a", "ta", "m4", "showcase", "inferred"),
        interval("a", "en", "m9", "practice", "log", kind="level"),
        interval("b", "und", "m0", "discovery", "inferred"),
    ]
    events = [
        event("1", 0, eid="START", edata_type="app"),
        event("2", 10.004, original_text=" two  words\u00a0more ", word_result="Correct", target_id="c"),
        event("3", 11, "b", language=None, original_text="  ", is_correct=False, word_result="correct"),
        event("4", 20.005, language="ta", original_text="ஒரு சொல்", object_id="o", target_id="c"),
        event("5", 20.005, eid="LOG"),
        event("6", 600, accuracy=40.0),  # the very moment at which practice starts
        event("7", 1200.001),  # 600.001 s later: idle
        event("8", 1800.001, "b", language=None),
        event("9", 1801, None),
    ]
    sent = assign_sessions(
        assign_learners(
            frame(spark, EVENTS, events),
            content_session_learners(frame(spark, MILESTONE_RECORDS, [])),
            fallback="device",
        )
    )

    responses = find_responses(sent, frame(spark, MILESTONES, milestones))
    found = {one.response_id: one for one in responses.collect()}

    places = {name: (one.language, one.level, one.phase, one.phase_source) for name, one in found.items()}
    assert places == {
        "2": ("en", "m0", "discovery", "log"),
        "3": ("und", "m0", "discovery", "inferred"),
        "4": ("ta", "m4", "showcase", "inferred"),
        "6": ("en", "m1", "practice", "export"),
        "7": ("en", "m1", "practice", "export"),
        "8": ("und", "m0", "discovery", "inferred"),
    }
    active = {name: one.active_seconds for name, one in found.items()}
    assert active == {"2": 10.004, "3": 0.0, "4": 10.001, "6": 579.995, "7": 0.0, "8": 0.0}
    assert [found[name].text_words for name in "2346"] == [3, 0, 2, None]
    assert [found[name].is_correct for name in "2346"] == [True, False, None, None]
    assert [found[name].content_id for name in "246"] == ["c", "o", None]
    assert len({one.session_id for one in found.values()}) == 1
    assert (found["6"].identity, found["6"].response_date) == ("user", date(2026, 3, 2))
    assert responses.columns == RESPONSES.column_names[: -len(LINEAGE)]
