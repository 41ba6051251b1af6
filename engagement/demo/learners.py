"""The simulated class: who the learners are, and how engaged each of them truly is, day by day."""

import hashlib
import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random

LEARNERS_PER_TABLET = 4
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

# Engagement (0–1) in the first and in the last week, before the learner's own difference.
COURSES = {
    Profile.THRIVING: (0.78, 0.90),
    Profile.STEADY: (0.60, 0.62),
    Profile.FADING: (0.74, 0.22),
    Profile.STOPPING: (0.58, 0.25),
    Profile.WEAK_BUT_PERSISTENT: (0.76, 0.80),
    Profile.STRONG_BUT_BORED: (0.42, 0.28),
}


@dataclass(frozen=True)
class School:
    """One school, with how the app is set up there.

    `records` is False where the recording of voices is switched off, `sends_name` where the app
    tells the school by its code alone, `embedded` where it runs inside a host: it then reports its
    start and end as those of a content, which open and close no root session.
    """

    name: str
    udise_code: str
    channel: str
    records: bool = True
    sends_name: bool = True
    embedded: bool = False


SCHOOLS = (
    School("Green Valley Primary", "33010100101", "learnall-coast"),
    School("Hill View Middle", "33010100202", "learnall-coast", sends_name=False),
    School("River Bank Primary", "33020300303", "learnall-inland", records=False, embedded=True),
)


@dataclass(frozen=True)
class Tablet:
    """A tablet that several learners share.

    `fills_ids` is True for the minority whose version of the app sends the learner's id;
    `microphone_gain_db` is how much louder than others it records: a nuisance, not engagement.
    """

    device_id: str
    school: School
    fills_ids: bool
    microphone_gain_db: float


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

    def engagement_on(self, day: int, *, of_days: int, phase: str) -> float:
        """Return the learner's true engagement (0–1) on a day of the simulation, in a phase."""
        share = day / max(of_days - 1, 1)
        course = self.engagement_first + (self.engagement_last - self.engagement_first) * share
        weekly_wave = 0.03 * math.sin(2 * math.pi * (day + 3 * self.number) / 21)
        liking = {"discovery": self.likes_discovery, "showcase": self.likes_showcase}.get(phase, 0.0)
        return min(max(course + weekly_wave + liking, 0.02), 0.98)


def enrol(count: int, *, days: int, seed: int, languages: tuple[str, ...] = LANGUAGES) -> list[Learner]:
    """Return a class of `count` learners, spread over schools, languages and profiles.

    Skill is drawn apart from engagement, two profiles aside: who is good is not who is engaged.
    """
    draw = Random(f"{seed}:class")
    tablets = _tablets(count, seed=seed)
    return [_learner(number, tablets, languages, days=days, draw=draw) for number in range(count)]


def _learner(
    number: int, tablets: list[Tablet], languages: tuple[str, ...], *, days: int, draw: Random
) -> Learner:
    profile = PROFILES[number % len(PROFILES)]
    first, last = COURSES[profile]
    own = draw.gauss(0, 0.06)
    skill = draw.uniform(0.35, 0.9)
    if profile is Profile.WEAK_BUT_PERSISTENT:
        skill = draw.uniform(0.2, 0.35)
    elif profile is Profile.STRONG_BUT_BORED:
        skill = draw.uniform(0.85, 0.95)
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
    )


def _tablets(learners: int, *, seed: int) -> list[Tablet]:
    draw = Random(f"{seed}:tablets")
    per_school = math.ceil(learners / len(SCHOOLS) / LEARNERS_PER_TABLET)
    return [
        Tablet(
            device_id=hashlib.sha1(f"{seed}:tablet:{number}".encode(), usedforsecurity=False).hexdigest(),
            school=SCHOOLS[number % len(SCHOOLS)],
            fills_ids=number % 7 == 1,
            microphone_gain_db=draw.gauss(0, 3),
        )
        for number in range(per_school * len(SCHOOLS))
    ]
