"""Does engagement show in behaviour, and is skill something else? On the class of the demo's size."""

from statistics import correlation, fmean

import pytest

from engagement.demo.diary import Answer
from engagement.demo.generators import GENERATORS
from engagement.demo.learners import Learner, Profile, enrol
from engagement.demo.schedule import Visit, visits
from engagement.demo.sittings import Sitter

DAYS = 56


@pytest.fixture(scope="module")
def pupils() -> list[Learner]:
    return enrol(60, days=DAYS, seed=7, generator=GENERATORS["everyday"])


@pytest.fixture(scope="module")
def planned(pupils: list[Learner]) -> list[Visit]:
    return visits(pupils, weeks=8, seed=7)


@pytest.fixture(scope="module")
def answers(pupils: list[Learner], planned: list[Visit]) -> list[Answer]:
    sitters = {pupil.raw_id: Sitter(pupil, of_days=DAYS, seed=7) for pupil in pupils}
    told = [event for visit in planned for event in sitters[visit.learner.raw_id].play(visit, visits_left=1)]
    return [happening for happening in told if isinstance(happening, Answer)]


def test_enrol__languages_schools_and_tablets_are_shared_out(pupils: list[Learner]) -> None:
    assert len({pupil.raw_id for pupil in pupils}) == 60
    assert {pupil.language for pupil in pupils} == {"en", "ta"}
    assert len({pupil.tablet.school.name for pupil in pupils}) == 3
    assert len({pupil.tablet.device_id for pupil in pupils}) == 15


def test_enrol__skill_is_not_engagement(pupils: list[Learner]) -> None:
    usual = [p for p in pupils if p.profile not in (Profile.STRONG_BUT_BORED, Profile.WEAK_BUT_PERSISTENT)]
    engagement = [pupil.engagement_first + pupil.engagement_last for pupil in usual]
    assert abs(correlation([pupil.skill for pupil in usual], engagement)) < 0.3


def test_visits__who_stops_does_not_come_again_and_everyone_came_once(
    pupils: list[Learner], planned: list[Visit]
) -> None:
    assert {visit.learner.raw_id for visit in planned} == {pupil.raw_id for pupil in pupils}
    stopping = [pupil for pupil in pupils if pupil.stops_on_day is not None]
    assert {pupil.profile for pupil in stopping} == {Profile.STOPPING}
    for visit in planned:
        assert visit.learner.stops_on_day is None or visit.day < visit.learner.stops_on_day


def test_visits__one_content_session_is_one_learner(planned: list[Visit]) -> None:
    owners: dict[str, set[str]] = {}
    for visit in planned:
        owners.setdefault(visit.content_session, set()).add(visit.learner.raw_id)
    assert all(len(learners) == 1 for learners in owners.values())
    assert len(owners) < len(planned)


def test_play__engagement_shows_in_visits_silence_and_microphone(
    pupils: list[Learner], answers: list[Answer]
) -> None:
    by_learner = {pupil.raw_id: [a for a in answers if a.visit.learner is pupil] for pupil in pupils}
    engagement = [fmean(a.engagement for a in own) for own in by_learner.values()]
    assert correlation(engagement, [len(own) for own in by_learner.values()]) > 0.6
    assert correlation(engagement, [fmean(not a.heard for a in own) for own in by_learner.values()]) < -0.4
    spoken = [a for a in answers if a.manner]
    liveliness = [a.manner.pitch_range for a in spoken if a.manner]
    assert correlation([a.engagement for a in spoken], liveliness) > 0.6


def test_play__accuracy_follows_skill_rather_than_engagement(answers: list[Answer]) -> None:
    heard = [a for a in answers if a.heard and a.position.level <= 3]
    accuracy = [a.accuracy for a in heard]
    by_skill = correlation([a.visit.learner.skill for a in heard], accuracy)
    assert by_skill > 0.3
    assert correlation([a.engagement for a in heard], accuracy) < by_skill / 2


def test_play__fading_learners_fade(answers: list[Answer]) -> None:
    fading = [a for a in answers if a.visit.learner.profile is Profile.FADING]
    early = fmean(a.engagement for a in fading if a.visit.day < 14)
    late = fmean(a.engagement for a in fading if a.visit.day >= 42)
    assert early - late > 0.25
