"""The class's happenings as the app tells them: Sunbird telemetry v3, oddities of the app included."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engagement.demo.diary import Answer, AppEnd, AppStart, Happening, SetResult
from engagement.demo.schedule import Visit
from engagement.demo.setfigures import set_figures
from engagement.demo.sittings import milliseconds

Event = dict[str, Any]

PRODUCT = {"id": "demo.learnall.app", "ver": "3.4.1", "pid": "learnall-web"}
# The version of the minority of tablets whose events name the learner.
OLDER_PRODUCT = {"id": "demo.learnall.app", "ver": "2.9.0", "pid": "learnall-web"}


def events_of(happenings: Iterable[Happening]) -> list[Event]:
    """Return the app's events; a lesson row is none: the app tells it to a server instead."""
    events = []
    for happening in happenings:
        told = _edata_of(happening)
        if told is not None:
            eid, edata = told
            events.append(app_event(eid, happening.visit, happening.at, edata))
    return events


def app_event(eid: str, visit: Visit, at: datetime, edata: dict[str, Any]) -> Event:
    """Return one event of the app with its envelope."""
    tablet, learner = visit.tablet, visit.learner
    return with_message_id(
        {
            "eid": eid,
            "ets": milliseconds(at),
            "ver": "3.0",
            "mid": "",
            "actor": {"id": learner.raw_id if tablet.fills_ids else tablet.device_id, "type": "User"},
            "context": {
                "channel": tablet.school.channel,
                "pdata": OLDER_PRODUCT if tablet.fills_ids else PRODUCT,
                "env": "learnall",
                "sid": visit.play_session,
                "did": tablet.device_id,
                "cdata": _correlated(visit),
                "rollup": {},
            },
            "object": {},
            "tags": [],
            "edata": edata,
        }
    )


def with_message_id(event: Event) -> Event:
    """Return the event with the id that Sunbird's client makes: its kind and a digest of its content."""
    digest = hashlib.md5(json.dumps(event, sort_keys=True).encode(), usedforsecurity=False)
    return {**event, "mid": f"{event['eid']}:{digest.hexdigest()}"}


def _edata_of(happening: Happening) -> tuple[str, dict[str, Any]] | None:
    if isinstance(happening, Answer):
        return "RESPONSE", {
            "target": happening.audio_key,
            "type": happening.kind,
            "values": _values(happening),
        }
    if isinstance(happening, SetResult):
        # A showcase's result is told under the page `practice` as well.
        pageid = "discovery" if happening.position.phase == "discovery" else "practice"
        message = json.dumps(set_figures(happening), separators=(",", ":"))
        return "LOG", {"type": "api_call", "level": "TRACE", "message": message, "pageid": pageid}
    if isinstance(happening, AppStart):
        return "START", {
            "type": _app_kind(happening.visit),
            "mode": "play",
            "stageid": "home",
            "duration": 0.0,
        }
    if isinstance(happening, AppEnd):
        duration = f"{happening.open_seconds:.2f}"
        kind = _app_kind(happening.visit)
        return "END", {"type": kind, "mode": "play", "pageid": "home", "summary": {}, "duration": duration}
    return None


def _app_kind(visit: Visit) -> str:
    return "content" if visit.tablet.school.embedded else "app"


def _values(answer: Answer) -> list[dict[str, Any]]:
    """Return a list of single-key maps; after profanity only the text comes with it."""
    if answer.is_profane:
        return [{"profanity": "true"}, {"original_text": answer.text}]
    asked, said = answer.text.split(), answer.heard.split()
    right = [word for word in said if word in asked]
    wrong = [word for word in said if word not in asked]
    return [
        {"original_text": answer.text},
        {"response_text": answer.heard},
        {"response_correct_words_array": right},
        {"response_incorrect_words_array": wrong},
        {"response_word_array_result": [{"word": word, "isCorrect": word in said} for word in asked]},
        {"response_word_result": "correct" if answer.accuracy == 100 else "incorrect"},
        {"accuracy_percentage": answer.accuracy},
        {"duration": answer.duration_seconds},
    ]


def _correlated(visit: Visit) -> list[dict[str, Any]]:
    """Return cdata: ids are no ids in the present version, and a school may come without its name."""
    learner, school = visit.learner, visit.tablet.school
    kind, user = "User", "anonymous" if school.embedded else ""
    virtual_id = None if school.embedded else ""
    if visit.tablet.fills_ids:
        user, virtual_id = learner.raw_id, learner.raw_id
        if visit.buddy is not None:
            kind, user, virtual_id = "Buddy User", f"{learner.raw_id}/{visit.buddy.raw_id}", ""
    school_name = {"id": school.name, "type": "school_name"} if school.sends_name else {"type": "school_name"}
    return [
        {"id": visit.content_session, "type": "ContentSession"},
        {"id": visit.play_session, "type": "PlaySession"},
        {"id": user, "type": kind},
        {"id": learner.language, "type": "language"},
        school_name,
        {"id": learner.class_id, "type": "class_studying_id"},
        {"id": school.udise_code, "type": "udise_code"},
        {"id": virtual_id, "type": "virtualId"},
        {"id": "Tablet", "type": "Device"},
        {"id": "Android", "type": "Platform"},
    ]
