"""Sessions against the rules: hand-made cases, a second implementation over random events, real files."""

import json
import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession, functions as F

from engagement.schemas.bronze import EVENTS
from engagement.schemas.silver import SESSIONS
from engagement.schemas.table import LINEAGE
from engagement.silver.sessions import INTERACT_TYPES, assign_sessions, summarise_sessions
from tests.rows import frame

START = 1_700_000_000_000
Event = dict[str, Any]


def event(device: str | None, place: int, seconds: float, eid: str, kind: str | None = None) -> Event:
    """An event of `device`; `place` orders events of the same time."""
    milliseconds = START + round(seconds * 1000)
    return {
        "event_id": f"{device}-{place:03d}",
        "eid": eid,
        "edata_type": kind,
        "ets_milliseconds": milliseconds,
        "event_at": datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds),
        "device_id": device,
        "channel": "c",
        "pdata_id": "p",
    }


def case(device: str, *told: tuple[float, str] | tuple[float, str, str]) -> list[Event]:
    return [event(device, place, *one) for place, one in enumerate(told)]


def figures(spark: SparkSession, events: list[Event]) -> dict[tuple[str, ...], list[tuple[Any, ...]]]:
    """Per group: events, time_diff, time_spent, interactions, per minute of its sessions, sorted."""
    known = frame(spark, EVENTS, events).withColumn("learner_id", F.lit("l"))
    found: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for one in summarise_sessions(assign_sessions(known)).collect():
        got = (
            one.events,
            one.time_diff_seconds,
            one.time_spent_seconds,
            one.interactions,
            one.interactions_per_minute,
        )
        found.setdefault((one.device_id, one.channel, one.pdata_id), []).append(got)
    return {group: sorted(sessions) for group, sessions in found.items()}


def by_hand(events: list[Event]) -> list[tuple[Any, ...]]:
    """The rules of one group as a plain state machine, written apart from the code under test."""
    sessions: list[list[Event]] = []
    is_open = False
    for one in sorted(events, key=lambda e: (e["ets_milliseconds"], e["event_id"])):
        if one["eid"] in ("LOG", "AUDIT", "SEARCH"):
            continue
        app = (one["edata_type"] or "").lower() == "app"
        pause = one["ets_milliseconds"] - sessions[-1][-1]["ets_milliseconds"] if is_open else 0
        if one["eid"] == "END" and not is_open:
            continue
        if not is_open or (one["eid"] == "START" and app) or (pause > 1_800_000 and not app):
            sessions.append([])
        sessions[-1].append(one)
        is_open = not (one["eid"] == "END" and app)
    return sorted(measured(session) for session in sessions)


def measured(session: list[Event]) -> tuple[Any, ...]:
    times = [one["ets_milliseconds"] for one in session]
    gaps = [after - before for before, after in pairwise(times)]
    spent = sum((gap + 5) // 10 for gap in gaps if gap <= 600_000)
    count = sum(
        one["eid"] == "INTERACT" and (one["edata_type"] or "").lower() in INTERACT_TYPES for one in session
    )
    rate = float(count) if spent < 6000 else (2 * count * 600_000 + spent) // (2 * spent) / 100
    return len(session), (times[-1] - times[0] + 5) // 10 / 100, spent / 100, count, rate


def test_summarise_sessions__hand_made_cases(spark: SparkSession) -> None:
    cases = {
        "idle_limit": [(0, "IMPRESSION"), (600, "IMPRESSION"), (1200.001, "IMPRESSION")],
        "break_limit": [(0, "IMPRESSION"), (1800, "IMPRESSION"), (3600.001, "IMPRESSION")],
        "rounding": [(0, "IMPRESSION"), (0.005, "IMPRESSION"), (0.009, "IMPRESSION")],
        "end_first": [(0, "END", "app"), (5, "END"), (10, "IMPRESSION"), (12, "END", "app")],
        "two_ends": [(0, "START", "app"), (3, "END", "app"), (4, "END", "app"), (9, "RESPONSE")],
        "other_end": [(0, "START", "app"), (3, "END", "player"), (9, "RESPONSE")],
        "start_inside": [(0, "IMPRESSION"), (4, "START", "App"), (9, "RESPONSE"), (10, "START", "editor")],
        "app_after_gap": [(0, "IMPRESSION"), (5000, "INTERACT", "app"), (5001, "IMPRESSION")],
        "end_app_after_gap": [(0, "IMPRESSION"), (5000, "END", "app"), (5001, "END")],
        "end_after_gap": [(0, "IMPRESSION"), (5000, "END"), (5001, "IMPRESSION")],
        "uncounted": [
            (0, "IMPRESSION"),
            (1500, "LOG"),
            (2000, "IMPRESSION"),
            (2001, "SEARCH"),
            (2002, "AUDIT"),
        ],
        "interactions": [
            (0, "INTERACT", "TOUCH"),
            (0, "INTERACT", "other"),
            (0, "INTERACT"),
            (64, "INTERACT", "end"),
        ],
        "brief": [(0, "INTERACT", "click"), (59.99, "INTERACT", "click")],
        "alone": [(7, "RESPONSE")],
    }
    expected = {
        "idle_limit": [(3, 1200.0, 600.0, 0, 0.0)],
        "break_limit": [(2, 1800.0, 0.0, 0, 0.0), (1, 0.0, 0.0, 0, 0.0)],
        "rounding": [(3, 0.01, 0.01, 0, 0.0)],
        "end_first": [(2, 2.0, 2.0, 0, 0.0)],
        "two_ends": [(2, 3.0, 3.0, 0, 0.0), (1, 0.0, 0.0, 0, 0.0)],
        "other_end": [(3, 9.0, 9.0, 0, 0.0)],
        "start_inside": [(1, 0.0, 0.0, 0, 0.0), (3, 6.0, 6.0, 0, 0.0)],
        "app_after_gap": [(3, 5001.0, 1.0, 0, 0.0)],
        "end_app_after_gap": [(2, 5000.0, 0.0, 0, 0.0)],
        "end_after_gap": [(1, 0.0, 0.0, 0, 0.0), (2, 1.0, 1.0, 0, 0.0)],
        "uncounted": [(1, 0.0, 0.0, 0, 0.0), (1, 0.0, 0.0, 0, 0.0)],
        "interactions": [(4, 64.0, 64.0, 2, 1.88)],
        "brief": [(2, 59.99, 59.99, 2, 2.0)],
        "alone": [(1, 0.0, 0.0, 0, 0.0)],
    }

    got = figures(spark, [one for name, told in cases.items() for one in case(name, *told)])

    assert got == {(name, "c", "p"): sorted(sessions) for name, sessions in expected.items()}


def test_summarise_sessions__agrees_with_a_second_implementation(spark: SparkSession) -> None:
    chance = random.Random(20)
    steps = [0, 0, 0.005, 1, 30.004, 599.999, 600, 600.001, 1800, 1800.001, 4000]
    eids = ["START", "START", "END", "END", "IMPRESSION", "INTERACT", "INTERACT", "RESPONSE", "LOG", "SEARCH"]
    kinds = ["app", "app", "App", "editor", "touch", "CLICK", "", None]
    groups: dict[str, list[Event]] = {}
    for number in range(400):
        device, seconds = f"d{number}", 0.0
        for place in chance.sample(range(100), chance.randint(1, 12)):
            seconds += chance.choice(steps)
            one = event(device, place, seconds, chance.choice(eids), chance.choice(kinds))
            groups.setdefault(device, []).append(one)
    expected = {(device, "c", "p"): by_hand(events) for device, events in groups.items()}

    got = figures(spark, [one for events in groups.values() for one in events])

    assert got == {group: sessions for group, sessions in expected.items() if sessions}
    assert sum(map(len, got.values())) > 500


def test_assign_sessions__ids_come_from_the_first_event_whatever_the_partitions(spark: SparkSession) -> None:
    # Two channels on a tablet; two events at the same time; a LOG and an unknown device are in no session.
    told = case("d", (0, "START", "app"), (0, "IMPRESSION"), (1, "LOG"), (2, "RESPONSE"), (4000, "RESPONSE"))
    other = {**event("d", 9, 1, "RESPONSE"), "channel": "other"}
    unknown = event(None, 9, 1, "RESPONSE")
    events = frame(spark, EVENTS, [*told, other, unknown])

    got, again = (
        {one.event_id: one for one in assign_sessions(events.repartition(parts)).collect()}
        for parts in (1, 7)
    )

    first, fifth, third_party = (
        sha256(text.encode()).hexdigest() for text in ("d|c|p|d-000", "d|c|p|d-004", "d|other|p|d-009")
    )
    assert {name: one.session_id for name, one in got.items()} == {
        "d-000": first,
        "d-001": first,
        "d-002": None,
        "d-003": first,
        "d-004": fifth,
        "d-009": third_party,
        "None-009": None,
    }
    assert [got[f"d-{n:03d}"].session_gap_milliseconds for n in range(5)] == [None, 0, None, 2000, None]
    assert got == again


def test_summarise_sessions__counts_responses_and_learners(spark: SparkSession) -> None:
    told = case(
        "d", (0, "RESPONSE"), (1, "RESPONSE"), (2, "RESPONSE"), (3, "IMPRESSION"), (4000, "IMPRESSION")
    )
    learner = F.when(F.col("event_id") == "d-001", "b").when(F.col("event_id") == "d-003", "c").otherwise("a")
    events = assign_sessions(frame(spark, EVENTS, told)).withColumn("learner_id", learner)

    sessions = summarise_sessions(events)
    got = sorted(sessions.collect(), key=lambda one: str(one.started_at))

    assert sessions.columns == [
        name for name in SESSIONS.column_names if name not in {c.name for c in LINEAGE}
    ]
    assert [(one.responses, one.learners, one.is_reported) for one in got] == [(3, 2, True), (0, 0, False)]
    assert str(got[0].session_date) == "2023-11-14"


# Events, time_diff, time_spent, interactions, per minute: added up by hand from the files.
REAL = {
    "1:6q42": (20, 917.0, 917.0, 0, 0.0),  # two LOG left out: 500 s to the END still count
    "1:0313": (1, 0.0, 0.0, 0, 0.0),  # neither did nor sid: the actor
    "1:8q42": (3, 200.0, 200.0, 0, 0.0),
    "1:4q42": (3, 400.0, 400.0, 0, 0.0),
    "2:6q42": (16, 928.0, 228.0, 0, 0.0),  # 700 s between two of them
    "2:8q42": (7, 6.0, 6.0, 0, 0.0),  # INTERACT of type "event" is no interaction
    "3:6q42": (16, 327.0, 327.0, 0, 0.0),  # the AUDIT 140 s before is left out
    "3:8q42": (16, 327.0, 327.0, 0, 0.0),
    "4:8q42": (7, 6.0, 6.0, 0, 0.0),
    "5:17pk": (4, 726.61, 13.61, 0, 0.0),  # 3.612 s + 10 s; 713 s are idle
}


def test_summarise_sessions__real_files_as_added_up_by_hand(spark: SparkSession, corpora: Path) -> None:
    events = [one for number in range(1, 6) for one in real_events(corpora, number)]

    got = figures(spark, events)

    assert got == {(device, "in.ekstep", "dev.ekstep.portal"): [one] for device, one in REAL.items()}


def real_events(corpora: Path, number: int) -> list[Event]:
    """The events of a file, the device marked with its number: the files share their session ids."""
    lines = (corpora / "telemetry" / f"portal_session_{number}.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    return [
        {
            **event(None, place, one["ets"] / 1000 - START / 1000, one["eid"], one["edata"].get("type")),
            "device_id": f"{number}:{(one['context']['sid'] or one['actor']['id'])[:4]}",
            "event_id": sha256(lines[place].encode()).hexdigest(),
            "channel": one["context"]["channel"],
            "pdata_id": one["context"]["pdata"]["id"],
        }
        for place, one in enumerate(told)
    ]
