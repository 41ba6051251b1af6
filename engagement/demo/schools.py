"""The schools of the simulated class and the tablets that their learners share."""

import hashlib
import math
from dataclasses import dataclass
from random import Random

LEARNERS_PER_TABLET = 4
# The school whose tablets record badly, where one does, and how much quieter they are.
BAD_MICROPHONE_SCHOOL = 1
BAD_MICROPHONE_DB = 14.0


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


def tablets_for(learners: int, *, seed: int, bad_microphones: bool) -> list[Tablet]:
    """Return the tablets of a class, four learners to each; bad microphones are the second school's."""
    draw = Random(f"{seed}:tablets")
    per_school = math.ceil(learners / len(SCHOOLS) / LEARNERS_PER_TABLET)
    quieter_db = [0.0] * len(SCHOOLS)
    if bad_microphones:
        quieter_db[BAD_MICROPHONE_SCHOOL] = BAD_MICROPHONE_DB
    return [
        Tablet(
            device_id=hashlib.sha1(f"{seed}:tablet:{number}".encode(), usedforsecurity=False).hexdigest(),
            school=SCHOOLS[number % len(SCHOOLS)],
            fills_ids=number % 7 == 1,
            microphone_gain_db=draw.gauss(0, 3) - quieter_db[number % len(SCHOOLS)],
        )
        for number in range(per_school * len(SCHOOLS))
    ]
