"""The shapes in which the simulated class is told: telemetry, set results, export rows."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engagement.demo.curriculum import Position
from engagement.demo.diary import Answer, AppStart, Happening, LessonRow, SetResult
from engagement.demo.generators import Generator
from engagement.demo.learners import Learner, Profile
from engagement.demo.oddities import with_server_fields
from engagement.demo.schedule import Visit
from engagement.demo.schools import SCHOOLS, Tablet
from engagement.demo.telemetry import events_of

NINE_THIRTY = datetime(2025, 1, 6, 4, 0, tzinfo=UTC)
NINE_THIRTY_MILLISECONDS = 1_736_136_000_000


def a_visit(*, school: int = 1, fills_ids: bool = False, buddy: bool = False) -> Visit:
    tablet = Tablet("tablet-1", SCHOOLS[school], fills_ids, 0.0)
    learner = Learner(
        "7001", 0, "en", tablet, "3", Profile.STEADY, 0.5, 0.6, 0.6, 0.0, 0.0, None, Generator()
    )
    other = replace(learner, raw_id="7002") if buddy else None
    return Visit(learner, tablet, 0, NINE_THIRTY, "session-1", "play-1", other)


def an_answer(**changes: Any) -> Answer:
    answer = Answer(
        visit=a_visit(),
        at=NINE_THIRTY,
        position=Position(1, 0),
        engagement=0.5,
        text="small rabbit",
        heard="small goat",
        accuracy=50,
        duration_seconds=4,
        content_id="c1",
        audio_key="learnall-coast/session-1-1736135999800-c1.wav",
    )
    return replace(answer, **changes)


def event_of(happening: Happening) -> dict[str, Any]:
    (event,) = events_of([happening])
    return event


def cdata_of(event: dict[str, Any]) -> dict[str, Any]:
    return {entry["type"]: entry.get("id", "no id") for entry in event["context"]["cdata"]}


def test_events_of__a_response_has_a_string_target_and_single_key_maps() -> None:
    event = event_of(an_answer())
    assert (event["eid"], event["ets"]) == ("RESPONSE", NINE_THIRTY_MILLISECONDS)
    assert event["edata"]["target"] == "learnall-coast/session-1-1736135999800-c1.wav"
    assert event["edata"]["values"] == [
        {"original_text": "small rabbit"},
        {"response_text": "small goat"},
        {"response_correct_words_array": ["small"]},
        {"response_incorrect_words_array": ["goat"]},
        {
            "response_word_array_result": [
                {"word": "small", "isCorrect": True},
                {"word": "rabbit", "isCorrect": False},
            ]
        },
        {"response_word_result": "incorrect"},
        {"accuracy_percentage": 50},
        {"duration": 4},
    ]


def test_events_of__profanity_comes_with_the_text_alone() -> None:
    event = event_of(an_answer(is_profane=True))
    assert event["edata"]["values"] == [{"profanity": "true"}, {"original_text": "small rabbit"}]


def test_events_of__the_present_version_leaves_the_learner_empty() -> None:
    event = event_of(an_answer())
    cdata = cdata_of(event)
    assert event["actor"]["id"] == event["context"]["did"] == "tablet-1"
    assert (cdata["User"], cdata["virtualId"], cdata["ContentSession"]) == ("", "", "session-1")
    assert (cdata["school_name"], cdata["udise_code"]) == ("no id", "33010100202")


def test_events_of__an_embedded_app_is_anonymous_and_starts_as_content() -> None:
    answer = event_of(an_answer(visit=a_visit(school=2)))
    start = event_of(AppStart(a_visit(school=2), NINE_THIRTY))
    assert (cdata_of(answer)["User"], cdata_of(answer)["virtualId"]) == ("anonymous", None)
    assert (start["eid"], start["edata"]["type"]) == ("START", "content")
    assert event_of(AppStart(a_visit(), NINE_THIRTY))["edata"]["type"] == "app"


def test_events_of__the_older_version_names_the_learner_or_the_pair() -> None:
    alone = event_of(an_answer(visit=a_visit(fills_ids=True)))
    pair = event_of(an_answer(visit=a_visit(fills_ids=True, buddy=True)))
    assert (alone["actor"]["id"], cdata_of(alone)["User"], cdata_of(alone)["virtualId"]) == ("7001",) * 3
    assert cdata_of(pair)["Buddy User"] == "7001/7002"


def test_events_of__a_showcase_result_is_logged_as_practice() -> None:
    result = SetResult(
        a_visit(), NINE_THIRTY, Position(2, 4), Position(3, 0), "set-1", True, 80.0, words_missed=2, words=10
    )
    edata = event_of(result)["edata"]
    message = json.loads(edata["message"])
    assert (edata["type"], edata["level"], edata["pageid"]) == ("api_call", "TRACE", "practice")
    assert (message["sessionResult"], message["previous_level"], message["currentLevel"]) == (
        "pass",
        "m2",
        "m3",
    )
    assert (message["totalTargets"], message["totalSyllables"], message["targetsPercentage"]) == (4, 20, 20)


def test_events_of__a_lesson_row_is_no_event() -> None:
    assert events_of([LessonRow(a_visit(), NINE_THIRTY, "practice", Position(1, 1), 10)]) == []


def test_with_server_fields__ets_becomes_a_float_of_the_same_value() -> None:
    line = with_server_fields({"eid": "START", "ets": 1_736_136_000_518, "edata": {}})
    assert b'"ets":1.736136000518E12' in line
    again = json.loads(line)
    assert again["ets"] == 1_736_136_000_518
    assert {"syncts", "@timestamp", "flags"} < set(again)
