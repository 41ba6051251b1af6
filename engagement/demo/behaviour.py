"""How engagement shows: in pace, retries, blank answers and the voice, and only a little in accuracy."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from engagement.demo.curriculum import Position
from engagement.demo.diary import Manner
from engagement.demo.generators import Channel
from engagement.demo.learners import LANGUAGES, Learner, Profile
from engagement.demo.texts import mishear

RETRY_BELOW_ACCURACY = 60
SHORTEST_GAP_SECONDS = 4.0
# A guess takes a second or two; of its words few are right by chance.
GUESS_SECONDS = (1, 2)
GUESS_SHARE_RIGHT = 0.25
HABITUAL_GUESSES = 0.15


@dataclass(frozen=True)
class Attempt:
    """What became of one attempt at a text; `heard` is empty where nothing was said."""

    heard: str
    accuracy: int
    duration_seconds: int


def momentary_engagement(usual: float, *, mood: float, answers_so_far: int, draw: Random) -> float:
    """Return the engagement (0–1) at one answer: the day's mood, some fatigue, and chance."""
    fatigue = 0.006 * answers_so_far
    return min(max(usual + mood - fatigue + draw.gauss(0, 0.04), 0.01), 0.99)


def attempt(
    learner: Learner, position: Position, *, text: str, engagement: float, tries: int, draw: Random
) -> Attempt:
    """Return how a learner answers a text; a retry helps a little."""
    duration = _duration_seconds(learner, len(text.split()), engagement, draw=draw)
    difficulty = 0.035 * max(position.level - 1, 0) + (0.05 if position.phase == "showcase" else 0.0)
    if learner.language != LANGUAGES[0]:
        difficulty += learner.generator.harder_language
    care = learner.shown(Channel.ACCURACY, engagement)
    share_right = 0.42 + 0.62 * learner.skill + 0.10 * (care - 0.5) - difficulty + 0.08 * tries
    share_right = min(max(share_right + draw.gauss(0, 0.06), 0.05), 0.99)
    if _guesses(learner, engagement, draw=draw):
        duration, share_right = draw.randint(*GUESS_SECONDS), GUESS_SHARE_RIGHT
    heard = mishear(text, language=learner.language, share_right=share_right, draw=draw)
    return Attempt(heard, accuracy_percent(text, heard), duration)


def left_blank(learner: Learner, attempted: Attempt, engagement: float, *, draw: Random) -> Attempt:
    """Return the attempt, or one in which the learner lets the microphone run and says nothing."""
    silent = draw.random() < 0.22 * (1 - learner.shown(Channel.BLANKS, engagement)) ** 1.5
    return Attempt("", 0, attempted.duration_seconds) if silent else attempted


def accuracy_percent(text: str, heard: str) -> int:
    """Return the share of the longer of both texts' words that were asked for and heard, percent."""
    asked, said = text.split(), heard.split()
    right = sum(word in asked for word in said)
    return round(100 * right / max(len(asked), len(said), 1))


def skips_microphone(learner: Learner, engagement: float, *, draw: Random) -> bool:
    """Return whether the learner answers without recording."""
    return draw.random() < 0.25 * (1 - learner.shown(Channel.MICROPHONE, engagement))


def swears(engagement: float, *, draw: Random) -> bool:
    """Return whether the answer holds a word that the product's filter stops."""
    return draw.random() < 0.008 * (1 - engagement)


def retries(learner: Learner, accuracy: int, engagement: float, *, tries: int, draw: Random) -> bool:
    """Return whether the learner tries a failed text again, at most twice."""
    wants = draw.random() < 0.1 + 0.75 * learner.shown(Channel.TRIES, engagement)
    return accuracy < RETRY_BELOW_ACCURACY and tries < 2 and wants


def answers_wanted(learner: Learner, engagement: float, *, draw: Random) -> int:
    """Return how many answers a learner feels like giving in one visit."""
    return max(1, round(draw.gauss(1.5 + 10.0 * learner.shown(Channel.EFFORT, engagement), 1.6)))


def leaves_set(learner: Learner, engagement: float, *, draw: Random) -> bool:
    """Return whether the learner leaves after an answer, in the middle of the set."""
    chance = learner.generator.quits * (1 - learner.shown(Channel.QUITTING, engagement)) ** 2
    return chance > 0 and draw.random() < chance


def idle_time(learner: Learner, engagement: float, *, draw: Random) -> timedelta:
    """Return the time between two answers in which nothing happens: longer when less engaged."""
    wandering = draw.expovariate(1 / (3 + 25 * (1 - learner.shown(Channel.IDLING, engagement)) ** 2))
    return timedelta(milliseconds=round(1000 * (SHORTEST_GAP_SECONDS + wandering)))


def manner_of(learner: Learner, engagement: float, *, draw: Random) -> Manner:
    """Return how the learner's voice sounds: the own voice, moved by engagement."""
    own = Random(f"voice:{learner.raw_id}")
    own_rate, own_pitch, own_range = own.gauss(0, 9), own.uniform(48, 78), own.gauss(0, 6)
    engagement = learner.shown(Channel.VOICE, engagement)
    flat = 1 - engagement
    return Manner(
        words_per_minute=round(118 + 52 * engagement + own_rate + draw.gauss(0, 5)),
        pitch=round(min(max(own_pitch + 6 * (engagement - 0.5) + draw.gauss(0, 2), 20), 95)),
        pitch_range=round(min(max(18 + 62 * engagement + own_range + draw.gauss(0, 5), 2), 99)),
        volume=round(min(max(62 + 58 * engagement + draw.gauss(0, 6), 30), 150)),
        word_gap=round(max(22 * flat**1.4 + draw.gauss(0, 2), 0)),
        lead_seconds=round(min(0.15 + 1.1 * flat * draw.random(), 1.2), 3),
    )


def _duration_seconds(learner: Learner, words: int, engagement: float, *, draw: Random) -> int:
    """Return the time taken, whole seconds: the unengaged dawdle, the bored hurry."""
    own_pace = Random(f"pace:{learner.raw_id}").gauss(1, 0.12)
    dawdling = 1.75 - 0.9 * learner.shown(Channel.DAWDLING, engagement)
    if learner.profile is Profile.STRONG_BUT_BORED:
        dawdling = 0.8
    erratic = learner.generator.erratic * (1 - learner.shown(Channel.ERRATIC, engagement))
    return max(1, round((2.2 + 0.9 * words) * own_pace * dawdling * draw.lognormvariate(0, 0.22 + erratic)))


def _guesses(learner: Learner, engagement: float, *, draw: Random) -> bool:
    """Return whether the answer is a hasty guess; draws nothing where nobody guesses."""
    chance = learner.generator.guesses * (1 - learner.shown(Channel.GUESSING, engagement)) ** 2
    if learner.profile is Profile.GUESSING:
        chance += HABITUAL_GUESSES
    return chance > 0 and draw.random() < chance
