"""A learner's visits played through: sets of items, retries, breaks, results and lesson rows."""

import hashlib
import math
from datetime import datetime, timedelta
from random import Random

from engagement.demo import behaviour, curriculum
from engagement.demo.diary import Answer, AppEnd, AppStart, Happening, LessonRow, SetResult
from engagement.demo.learners import Learner
from engagement.demo.recordings import Utterance
from engagement.demo.schedule import Visit
from engagement.demo.texts import text_for

# Before a showcase a learner mostly signs out or takes a break; now and then neither.
LEAVES_BEFORE_SHOWCASE = 0.40
BREAKS_BEFORE_SHOWCASE = 0.40
NO_BREAK_AFTER = timedelta(minutes=10)
FINISHES_SHOWCASE = 0.85
END_IS_SENT = 0.85


class Sitter:
    """One learner on the way through the curriculum; `play` moves the state on by one visit.

    With `utterances` (real recordings, in order) every recorded answer uses up the next one, and
    they are spread over the visits so that the last visit leaves none.
    """

    def __init__(
        self, learner: Learner, *, of_days: int, seed: int, utterances: list[Utterance] | None = None
    ) -> None:
        self.learner = learner
        self.position = curriculum.START
        self.of_days = of_days
        self.seed = seed
        self.utterances = None if utterances is None else list(utterances)
        self._scores: list[int] = []
        self._missed, self._words = 0, 0
        self._now = datetime.min
        self._told: list[Happening] = []

    def play(self, visit: Visit, *, visits_left: int) -> list[Happening]:
        """Return what happens in a visit; `visits_left` counts this one."""
        draw = Random(f"{self.seed}:visit:{visit.play_session}")
        self._told, self._now = [AppStart(visit, visit.started_at)], visit.started_at
        self._wait(draw.uniform(5, 20))
        self._note_where_the_learner_is(visit)
        mood = Random(f"{self.seed}:mood:{self.learner.raw_id}:{visit.day}").gauss(0, 0.05)
        usual = self.learner.engagement_on(visit.day, of_days=self.of_days, phase=self.position.phase)
        wanted = behaviour.answers_wanted(self.learner, usual + mood, draw=draw)
        recordings_to_leave = self._recordings_left() * (visits_left - 1) // visits_left
        while self._goes_on(wanted, recordings_to_leave, draw=draw):
            self._answer_item(visit, mood=mood, draw=draw)
            if len(self._scores) < self.position.items:
                if behaviour.leaves_set(self.learner, usual + mood, draw=draw):
                    break
            elif not self._end_set(visit, visits_left, draw=draw):
                break
        self._wait(draw.uniform(2, 15))
        if draw.random() < END_IS_SENT:
            self._told.append(AppEnd(visit, self._now, (self._now - visit.started_at).total_seconds()))
        return self._told

    def _goes_on(self, wanted: int, recordings_to_leave: int, *, draw: Random) -> bool:
        if self.utterances is not None:
            return self._recordings_left() > recordings_to_leave
        in_showcase = self.position.phase == "showcase" and bool(self._scores)
        return self._answers() < wanted or (in_showcase and draw.random() < FINISHES_SHOWCASE)

    def _answer_item(self, visit: Visit, *, mood: float, draw: Random) -> None:
        """Answer one item of the set, again where the learner retries; the last attempt counts."""
        level = max(self.position.level, 2 if self.position.step == 0 else 1)
        text = text_for(self.learner.language, level=level, draw=draw)
        answer = self._answer(visit, text, tries=0, mood=mood, draw=draw)
        for tries in (1, 2):
            if answer.recording or answer.kind != "SPEAK":
                break
            if not behaviour.retries(
                self.learner, answer.accuracy, answer.engagement, tries=tries - 1, draw=draw
            ):
                break
            answer = self._answer(visit, text, tries=tries, mood=mood, draw=draw)
        self._scores.append(answer.accuracy)
        words = len(answer.text.split())
        self._words += words
        self._missed += round(words * (100 - answer.accuracy) / 100)

    def _answer(self, visit: Visit, text: str, *, tries: int, mood: float, draw: Random) -> Answer:
        usual = self.learner.engagement_on(visit.day, of_days=self.of_days, phase=self.position.phase)
        engagement = behaviour.momentary_engagement(
            usual, mood=mood, answers_so_far=self._answers(), draw=draw
        )
        speaks = not self.position.is_game and not behaviour.skips_microphone(
            self.learner, engagement, draw=draw
        )
        recording = self.utterances.pop(0) if speaks and self.utterances else None
        text = recording.text if recording else text
        attempt = behaviour.attempt(
            self.learner, self.position, text=text, engagement=engagement, tries=tries, draw=draw
        )
        if recording is None:
            attempt = behaviour.left_blank(self.learner, attempt, engagement, draw=draw)
        self._wait(attempt.duration_seconds)
        content_id = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:24]
        records = speaks and (recording is not None or visit.tablet.school.records)
        answer = Answer(
            visit=visit,
            at=self._now,
            position=self.position,
            engagement=engagement,
            text=text,
            heard=attempt.heard,
            accuracy=attempt.accuracy,
            duration_seconds=attempt.duration_seconds,
            content_id=content_id,
            kind="SPEAK" if speaks else "CHOOSE",
            is_profane=speaks and recording is None and behaviour.swears(engagement, draw=draw),
            audio_key=self._audio_key(visit, content_id, draw=draw) if records else "",
            manner=behaviour.manner_of(self.learner, engagement, draw=draw)
            if records and attempt.heard
            else None,
            recording=recording,
        )
        self._told.append(answer)
        self._now += behaviour.idle_time(self.learner, engagement, draw=draw)
        return answer

    def _audio_key(self, visit: Visit, content_id: str, *, draw: Random) -> str:
        """Return the key as the app makes it, a moment before it sends the response."""
        epoch_milliseconds = milliseconds(self._now) - draw.randrange(40, 900)
        return f"{visit.tablet.school.channel}/{visit.content_session}-{epoch_milliseconds}-{content_id}.wav"

    def _end_set(self, visit: Visit, visits_left: int, *, draw: Random) -> bool:
        """Close the set, note the new step, and return whether the learner stays."""
        accuracy = sum(self._scores) / len(self._scores)
        passed = self.position.is_passed_with(accuracy)
        before, after = self.position, curriculum.after_set(self.position, passed=passed)
        self._wait(draw.uniform(0.8, 2.5))
        if before.ends_with_result:
            sub_session = hashlib.md5(f"{visit.play_session}:{self._now}".encode(), usedforsecurity=False)
            missed, words = self._missed, self._words
            self._told.append(
                SetResult(
                    visit, self._now, before, after, sub_session.hexdigest(), passed, accuracy, missed, words
                )
            )
            self._wait(draw.uniform(0.3, 1.5))
        if after.phase != "discovery":
            self._told.append(LessonRow(visit, self._now, "practice", after, after.progress))
        self.position, self._scores, self._missed, self._words = after, [], 0, 0
        self._wait(draw.uniform(3, 12))
        return after.phase != "showcase" or self._stays_for_showcase(visit, visits_left, draw=draw)

    def _stays_for_showcase(self, visit: Visit, visits_left: int, *, draw: Random) -> bool:
        choice = draw.random()
        may_leave = self.utterances is None or visits_left > 1
        if choice < LEAVES_BEFORE_SHOWCASE and may_leave:
            return False
        had_time = self._now - visit.started_at < NO_BREAK_AFTER
        if choice < LEAVES_BEFORE_SHOWCASE + BREAKS_BEFORE_SHOWCASE and had_time:
            self._wait(60 * draw.uniform(10.5, 13.5))
        return True

    def _note_where_the_learner_is(self, visit: Visit) -> None:
        """Note what the tracker is told when the app opens: discovery's start, or a showcase ahead."""
        if self.position == curriculum.START and not self._scores:
            self._told.append(LessonRow(visit, self._now, "discover", self.position, 0))
        elif self.position.phase == "showcase":
            self._told.append(LessonRow(visit, self._now, "showcase", self.position, 0))

    def _answers(self) -> int:
        return sum(isinstance(happening, Answer) for happening in self._told)

    def _recordings_left(self) -> int:
        return len(self.utterances or ())

    def _wait(self, seconds: float) -> None:
        self._now += timedelta(milliseconds=round(1000 * seconds))


def milliseconds(moment: datetime) -> int:
    """Return a moment as the product writes it: whole milliseconds since 1970."""
    return math.floor(moment.timestamp() * 1000 + 0.5)
