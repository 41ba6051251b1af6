"""Do the generators differ in where engagement shows, while it stays apart from skill?"""

from statistics import correlation, fmean

import pytest

from engagement.demo.diary import Answer
from engagement.demo.generators import GENERATORS, Channel, Generator, Showing, generator_named
from engagement.demo.learners import Learner, Profile, enrol
from engagement.demo.schedule import visits
from engagement.demo.schools import BAD_MICROPHONE_SCHOOL, SCHOOLS
from engagement.demo.sittings import Sitter
from engagement.errors import ConfigurationError

WEEKS, DAYS = 6, 42


def answers_of(name: str) -> tuple[list[Learner], list[Answer]]:
    pupils = enrol(60, days=DAYS, seed=5, generator=GENERATORS[name])
    sitters = {pupil.raw_id: Sitter(pupil, of_days=DAYS, seed=5) for pupil in pupils}
    told = [
        happening
        for visit in visits(pupils, weeks=WEEKS, seed=5)
        for happening in sitters[visit.learner.raw_id].play(visit, visits_left=1)
    ]
    return pupils, [happening for happening in told if isinstance(happening, Answer)]


def learner_with(showing: Showing) -> Learner:
    return enrol(3, days=DAYS, seed=5, generator=Generator(showing={Channel.TRIES: showing}))[0]


def test_shown__is_the_engagement_where_nothing_else_is_said() -> None:
    assert learner_with(Showing(gain=0.5)).shown(Channel.EFFORT, 0.37) == 0.37


def test_shown__takes_the_gain_from_the_usual_engagement() -> None:
    assert learner_with(Showing(gain=0.5)).shown(Channel.TRIES, 0.8) == pytest.approx(0.7)
    assert learner_with(Showing(gain=-1.0)).shown(Channel.TRIES, 0.8) == pytest.approx(0.4)


def test_shown__habit_is_the_learners_own_and_stays() -> None:
    habitual = learner_with(Showing(gain=1.0, habit=0.1))
    first = habitual.shown(Channel.TRIES, 0.5)
    assert first != 0.5
    assert habitual.shown(Channel.TRIES, 0.6) - first == pytest.approx(0.1)


def test_enrol__a_generator_with_a_hazard_has_the_unengaged_stop() -> None:
    pupils = enrol(300, days=70, seed=1, generator=GENERATORS["care"])
    stopping = [pupil.engagement_last for pupil in pupils if pupil.stops_on_day is not None]
    staying = [pupil.engagement_last for pupil in pupils if pupil.stops_on_day is None]
    assert 0.1 < len(stopping) / len(pupils) < 0.6
    assert fmean(staying) - fmean(stopping) > 0.1


def test_enrol__only_the_second_schools_microphones_are_bad() -> None:
    pupils = enrol(120, days=DAYS, seed=5, generator=GENERATORS["care"])
    gains: dict[str, list[float]] = {school.name: [] for school in SCHOOLS}
    for pupil in pupils:
        gains[pupil.tablet.school.name].append(pupil.tablet.microphone_gain_db)
    quiet = fmean(gains.pop(SCHOOLS[BAD_MICROPHONE_SCHOOL].name))
    assert quiet < min(fmean(gain) for gain in gains.values()) - 10


@pytest.mark.parametrize("name", [name for name in GENERATORS if name != "everyday"])
def test_enrol__skill_is_nearly_independent_of_engagement(name: str) -> None:
    pupils = enrol(300, days=70, seed=1, generator=GENERATORS[name])
    engagement = [pupil.engagement_first + pupil.engagement_last for pupil in pupils]
    assert abs(correlation(engagement, [pupil.skill for pupil in pupils])) < 0.2


def test_play__guessers_are_quick_and_wrong() -> None:
    _, answers = answers_of("care")
    quick = [answer for answer in answers if answer.duration_seconds <= 2 and len(answer.text.split()) > 3]
    share = fmean(answer.visit.learner.profile is Profile.GUESSING for answer in quick)
    assert share > 2 * fmean(answer.visit.learner.profile is Profile.GUESSING for answer in answers)
    assert fmean(answer.accuracy for answer in quick) < fmean(answer.accuracy for answer in answers) - 20


def test_generator_named__unknown_says_what_there_is() -> None:
    with pytest.raises(ConfigurationError, match="expected one of everyday, persistence, care, expression"):
        generator_named("clever")
