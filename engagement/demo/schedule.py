"""Who sits at which tablet when: school days, half-hour turns, and a learner who comes or does not."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from engagement.demo.generators import Channel
from engagement.demo.learners import FIRST_DAYS, Learner
from engagement.demo.schools import Tablet

FIRST_DAY = datetime(2025, 1, 6, tzinfo=UTC)  # a Monday
SCHOOL_STARTS = timedelta(hours=4)  # 09:30 in India
TURN = timedelta(minutes=35)
DAYS_PER_WEEK = 7
SCHOOL_DAYS_PER_WEEK = 5


@dataclass(frozen=True)
class Visit:
    """One turn of a learner at a tablet, from opening the app to leaving it.

    `content_session` lasts from sign-in to sign-out: a learner who comes back to a tablet that
    nobody else has used can still be signed in.
    """

    learner: Learner
    tablet: Tablet
    day: int
    started_at: datetime
    content_session: str
    play_session: str
    buddy: Learner | None = None


def visits(learners: list[Learner], *, weeks: int, seed: int) -> list[Visit]:
    """Return every visit of the simulation in time order; each learner comes on at least one day."""
    draw = Random(f"{seed}:schedule")
    days = weeks * DAYS_PER_WEEK
    first_days = [draw.randrange(FIRST_DAYS) for _ in learners]
    planned: list[Visit] = []
    signed_in: dict[str, tuple[str, str]] = {}
    for day in range(days):
        if day % DAYS_PER_WEEK >= SCHOOL_DAYS_PER_WEEK:
            continue
        for tablet, owners in _by_tablet(learners).items():
            coming = [
                learner
                for learner in owners
                if _comes(learner, day, days=days, first_day=first_days[learner.number], draw=draw)
            ]
            draw.shuffle(coming)
            for turn, learner in enumerate(coming):
                start = FIRST_DAY + timedelta(days=day) + SCHOOL_STARTS + turn * TURN
                start += timedelta(milliseconds=draw.randrange(240_000))
                session = _content_session(signed_in, tablet, learner, start, draw=draw)
                buddy = _buddy(tablet, owners, learner, draw=draw)
                play = _identifier(f"play:{learner.raw_id}:{start.isoformat()}")
                planned.append(Visit(learner, tablet, day, start, session, play, buddy))
    return sorted(planned, key=lambda visit: visit.started_at)


def _comes(learner: Learner, day: int, *, days: int, first_day: int, draw: Random) -> bool:
    chance = draw.random()
    if day < first_day or (learner.stops_on_day is not None and day >= learner.stops_on_day):
        return False
    engagement = learner.engagement_on(day, of_days=days, phase="practice")
    shown = learner.shown(Channel.RETURNS, engagement)
    return day == first_day or chance < 0.03 + 0.42 * shown**1.5


def _by_tablet(learners: Iterable[Learner]) -> dict[Tablet, list[Learner]]:
    owners: dict[Tablet, list[Learner]] = defaultdict(list)
    for learner in learners:
        owners[learner.tablet].append(learner)
    return owners


def _content_session(
    signed_in: dict[str, tuple[str, str]], tablet: Tablet, learner: Learner, start: datetime, *, draw: Random
) -> str:
    last_learner, session = signed_in.get(tablet.device_id, ("", ""))
    stays = draw.random() < 0.4
    if last_learner != learner.raw_id or not stays:
        session = _identifier(f"session:{learner.raw_id}:{start.isoformat()}")
    signed_in[tablet.device_id] = (learner.raw_id, session)
    return session


def _buddy(tablet: Tablet, owners: list[Learner], learner: Learner, *, draw: Random) -> Learner | None:
    """Return a second learner at the device, at times; only one version of the app says so."""
    with_buddy = draw.random() < 0.1
    others = [other for other in owners if other is not learner]
    return draw.choice(others) if tablet.fills_ids and with_buddy and others else None


def _identifier(content: str) -> str:
    return hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
