"""The simulated class: who the learners are, and how engaged each of them truly is, day by day."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from engagement.demo.generators import USUAL_ENGAGEMENT, Channel, Generator
from engagement.demo.schools import SCHOOLS, Tablet, tablets_for

FIRST_DAYS = 5  # every learner has come at least once by then
LANGUAGES = ("en", "ta")


class Profile(StrEnum):
    """The course that a learner's engagement takes over the weeks."""

    THRIVING = "thriving"
    STEADY = "steady"
    FADING = "fading"
    STOPPING = "stopping"
    WEAK_BUT_PERSISTENT = "weak_but_persistent"
    STRONG_BUT_BORED = "strong_but_bored"
    GUESSING = "guessing"


# One turn of this list is enrolled after the other, so that a class of any size is mixed.
PROFILES = (
    Profile.THRIVING,
    Profile.FADING,
    Profile.STEADY,
    Profile.STOPPING,
    Profile.WEAK_BUT_PERSISTENT,
    Profile.STEADY,
    Profile.STRONG_BUT_BORED,
    Profile.THRIVING,
    Profile.FADING,
    Profile.STEADY,
)

# Where some guess by habit, the second who fades of a turn is one of them.
WITH_GUESSERS = (*PROFILES[:8], Profile.GUESSING, *PROFILES[9:])

# Engagement (0–1) in the first and in the last week, before the learner's own difference.
COURSES = {
    Profile.THRIVING: (0.78, 0.90),
    Profile.STEADY: (0.60, 0.62),
    Profile.FADING: (0.74, 0.22),
    Profile.STOPPING: (0.58, 0.25),
    Profile.WEAK_BUT_PERSISTENT: (0.76, 0.80),
    Profile.STRONG_BUT_BORED: (0.42, 0.28),
    Profile.GUESSING: (0.40, 0.36),
}


@dataclass(frozen=True)
class Learner:
    """One learner; `stops_on_day` counts from the first day of the simulation, None: never."""

    raw_id: str
    number: int
    language: str
    tablet: Tablet
    class_id: str
    profile: Profile
    skill: float
    engagement_first: float
    engagement_last: float
    likes_discovery: float
    likes_showcase: float
    stops_on_day: int | None
    generator: Generator

    def shown(self, channel: Channel, engagement: float) -> float:
        """Return what a channel shows of an engagement (0–1): more or less of it, and the learner's habit."""
        showing = self.generator.showing.get(channel)
        if showing is None:
            return engagement
        habit = Random(f"habit:{channel}:{self.raw_id}").gauss(0, showing.habit)
        seen = USUAL_ENGAGEMENT + showing.gain * (engagement - USUAL_ENGAGEMENT) + habit
        return min(max(seen, 0.01), 0.99)

    def engagement_on(self, day: int, *, of_days: int, phase: str) -> float:
        """Return the learner's true engagement (0–1) on a day of the simulation, in a phase."""
        share = day / max(of_days - 1, 1)
        course = self.engagement_first + (self.engagement_last - self.engagement_first) * share
        weekly_wave = 0.03 * math.sin(2 * math.pi * (day + 3 * self.number) / 21)
        liking = {"discovery": self.likes_discovery, "showcase": self.likes_showcase}.get(phase, 0.0)
        return min(max(course + weekly_wave + liking, 0.02), 0.98)


def enrol(
    count: int, *, days: int, seed: int, generator: Generator, languages: tuple[str, ...] = LANGUAGES
) -> list[Learner]:
    """Return a class of `count` learners, spread over schools, languages and profiles.

    Skill is drawn apart from engagement, two profiles aside: who is good is not who is engaged.
    """
    draw = Random(f"{seed}:class")
    tablets = tablets_for(count, seed=seed, bad_microphones=generator.bad_microphones)
    pupils = [
        _learner(number, tablets, languages, generator, days=days, draw=draw) for number in range(count)
    ]
    if generator.stop_hazard is None:
        return pupils
    return [replace(pupil, stops_on_day=_last_day(pupil, days=days, seed=seed)) for pupil in pupils]


def _learner(
    number: int,
    tablets: list[Tablet],
    languages: tuple[str, ...],
    generator: Generator,
    *,
    days: int,
    draw: Random,
) -> Learner:
    profiles = WITH_GUESSERS if generator.guessers else PROFILES
    profile = profiles[number % len(profiles)]
    first, last = COURSES[profile]
    own = draw.gauss(generator.own_mean, generator.own_spread)
    skill = draw.uniform(0.35, 0.9)
    if profile is Profile.WEAK_BUT_PERSISTENT:
        skill = draw.uniform(0.2, 0.35)
    elif profile is Profile.STRONG_BUT_BORED:
        skill = draw.uniform(0.85, 0.95)
    elif profile is Profile.GUESSING:
        skill = draw.uniform(0.2, 0.5)
    earliest_stop = max(FIRST_DAYS, days * 3 // 8)
    stop = draw.randrange(earliest_stop, earliest_stop + max(1, days * 3 // 8))
    return Learner(
        raw_id=str(7_104_000_000 + 37 * number + draw.randrange(37)),
        number=number,
        language=languages[(number // len(SCHOOLS)) % len(languages)],
        tablet=tablets[number % len(tablets)],
        class_id=str(2 + number % 4),
        profile=profile,
        skill=skill,
        engagement_first=first + own,
        engagement_last=last + own,
        likes_discovery=draw.gauss(0.06, 0.04),
        likes_showcase=draw.gauss(-0.04, 0.08),
        stops_on_day=stop if profile is Profile.STOPPING else None,
        generator=generator,
    )


def _last_day(learner: Learner, *, days: int, seed: int) -> int | None:
    """Return the day from which a learner stays away, drawn day by day; None: never."""
    draw = Random(f"{seed}:stops:{learner.raw_id}")
    hazard = learner.generator.stop_hazard or 0.0
    for day in range(FIRST_DAYS, days):
        engagement = learner.engagement_on(day, of_days=days, phase="practice")
        if draw.random() < hazard * (1 - engagement) ** 3:
            return day
    return None
