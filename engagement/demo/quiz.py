"""A second, small product on the side: quizzes at home, with interactions and object-shaped answers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from engagement.demo.schedule import Visit
from engagement.demo.sittings import milliseconds
from engagement.demo.telemetry import Event

PRODUCT = {"id": "demo.quiz.portal", "ver": "1.2", "pid": "quiz"}
SAME_MESSAGE_ID = "quiz"  # the product's client gives every event this one id
EVERY_NTH_LEARNER = 5
HOME_TIME = timedelta(hours=8)  # after the learner's turn at school


def quiz_events(visits: Iterable[Visit], *, of_days: int, seed: int) -> list[Event]:
    """Return the quizzes that some of the learners play on the evening of some of their school days."""
    events: list[Event] = []
    for visit in visits:
        draw = Random(f"{seed}:quiz:{visit.play_session}")
        engagement = visit.learner.engagement_on(visit.day, of_days=of_days, phase="practice")
        if visit.learner.number % EVERY_NTH_LEARNER == 0 and draw.random() < 0.2 + 0.5 * engagement:
            events += _quiz(visit, engagement, draw=draw)
    return events


def _quiz(visit: Visit, engagement: float, *, draw: Random) -> list[Event]:
    now = visit.started_at + HOME_TIME
    events = [_event("START", visit, now, {"type": "app", "mode": "play", "pageid": "home"})]
    for _ in range(1 + round(3 * engagement)):
        now += timedelta(seconds=round(draw.uniform(4, 20), 3))
        events.append(_event("IMPRESSION", visit, now, {"type": "view", "pageid": "question", "uri": "/q"}))
        for _ in range(1 + round(4 * engagement)):
            now += timedelta(seconds=round(draw.uniform(2, 9), 3))
            tap = {"type": draw.choice(("TOUCH", "CHOOSE", "OTHER")), "id": "option", "pageid": "question"}
            events.append(_event("INTERACT", visit, now, tap))
        now += timedelta(seconds=round(draw.uniform(1, 4), 3))
        events.append(_event("RESPONSE", visit, now, _choice(visit, draw=draw)))
    now += timedelta(seconds=round(draw.uniform(2, 8), 3))
    return [*events, _event("END", visit, now, {"type": "app", "mode": "play", "pageid": "home"})]


def _choice(visit: Visit, *, draw: Random) -> dict[str, Any]:
    """Return an answer whose target and values are objects, unlike the app's."""
    right = draw.random() < visit.learner.skill
    return {
        "type": "CHOOSE",
        "target": {"id": f"question-{draw.randrange(400)}", "ver": "1", "type": "AssessmentItem"},
        "values": {
            "original_text": "Which one is it?",
            "response_text": "this one",
            "isCorrect": right,
            "accuracy_percentage": 100 if right else 0,
            "duration": draw.randrange(2, 12),
        },
    }


def _event(eid: str, visit: Visit, at: datetime, edata: dict[str, Any]) -> Event:
    """Return one event: the learner is the actor, the device is not told."""
    learner, school = visit.learner, visit.tablet.school
    return {
        "eid": eid,
        "ets": milliseconds(at),
        "ver": "3.1",
        "mid": SAME_MESSAGE_ID,
        "actor": {"id": learner.raw_id, "type": "User"},
        "context": {
            "channel": school.channel,
            "pdata": PRODUCT,
            "env": "quiz",
            "sid": f"quiz-{visit.play_session[:20]}",
            "did": "",
            "cdata": [
                {"id": learner.language, "type": "language"},
                {"id": school.udise_code, "type": "udise_code"},
            ],
            "rollup": {},
        },
        "object": {"id": "quiz-home", "type": "Content", "ver": "1"},
        "tags": [],
        "edata": edata,
    }
