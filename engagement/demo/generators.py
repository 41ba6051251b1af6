"""The classes that can be simulated: they differ in where a learner's engagement can be seen.

A channel is one way in which engagement reaches the telemetry. What a channel shows is not the engagement
itself but `0.6 + gain · (engagement − 0.6) + habit`, where the habit is the learner's own and says nothing
of engagement: some come daily because their parents send them, some never say a word twice. `everyday` has
no habits and every gain 1. The others are what scores are tried on (tests/benchmarks/score_truth).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engagement.errors import ConfigurationError

EVERYDAY = "everyday"  # the demo's
# Where a channel's engagement lies if it shows nothing: the mean of a class.
USUAL_ENGAGEMENT = 0.60


class Channel(StrEnum):
    """A way in which engagement can be seen."""

    RETURNS = "returns"  # on how many days the learner comes
    EFFORT = "effort"  # how many answers a visit has
    BLANKS = "blanks"  # letting the microphone run and saying nothing
    MICROPHONE = "microphone"  # answering without recording
    TRIES = "tries"  # trying a failed text again
    IDLING = "idling"  # time between answers
    DAWDLING = "dawdling"  # time taken for an answer
    ACCURACY = "accuracy"  # care, apart from skill
    GUESSING = "guessing"  # answers sooner than the text can be read
    ERRATIC = "erratic"  # a pace that goes up and down
    QUITTING = "quitting"  # leaving in the middle of a set
    VOICE = "voice"  # how the voice sounds


@dataclass(frozen=True)
class Showing:
    """How far engagement reaches a channel.

    Attributes:
        gain: Share of the engagement's differences that shows; 0: none; below 0: the other way round.
        habit: Standard deviation between learners of what shows besides, on engagement's scale.
    """

    gain: float = 1.0
    habit: float = 0.0


@dataclass(frozen=True)
class Generator:
    """One kind of class.

    Attributes:
        showing: How far engagement reaches each channel; as it is where a channel is not named.
        guesses: Chance of a hasty guess at no engagement; it falls with the square.
        erratic: Spread of the pace's logarithm that no engagement adds.
        quits: Chance at no engagement to leave after an answer in mid-set; it falls with the square.
        own_mean: What is added to a profile's engagement.
        own_spread: Standard deviation between learners of a profile's engagement.
        stop_hazard: Daily chance at no engagement that a learner has come for the last time; it falls with
            the cube. None: only learners of the profile that stops do so.
        bad_microphones: Whether the second school's microphones are bad.
        harder_language: Share of words right that the second language takes away.
        guessers: Whether some learners guess by habit, however strong they are.
    """

    showing: Mapping[Channel, Showing] = field(default_factory=dict)
    guesses: float = 0.0
    erratic: float = 0.0
    quits: float = 0.0
    own_mean: float = 0.0
    own_spread: float = 0.06
    stop_hazard: float | None = None
    bad_microphones: bool = False
    harder_language: float = 0.0
    guessers: bool = False


def _of(**gains_and_habits: tuple[float, float]) -> dict[Channel, Showing]:
    return {Channel(name): Showing(*figures) for name, figures in gains_and_habits.items()}


GENERATORS: Mapping[str, Generator] = {
    EVERYDAY: Generator(),
    # Who is engaged comes, stays, tries again and finishes; pace and care are mostly habits.
    "persistence": Generator(
        showing=_of(
            returns=(1.3, 0.05), effort=(1.4, 0.05), tries=(1.4, 0.06), quitting=(1.4, 0.06),
            blanks=(0.8, 0.08), microphone=(0.8, 0.08), idling=(0.8, 0.08), dawdling=(0.3, 0.08),
            accuracy=(2.5, 0.08), guessing=(0.6, 0.08), erratic=(0.2, 0.08), voice=(0.8, 0.08),
        ),
        guesses=0.10, erratic=0.15, quits=0.50, own_mean=-0.08, own_spread=0.17, stop_hazard=0.12,
        bad_microphones=True, harder_language=0.10, guessers=True,
    ),
    # Who is engaged takes care: no guesses, no blanks, a steady pace, no hurry; trying again is a habit.
    "care": Generator(
        showing=_of(
            returns=(0.9, 0.08), effort=(0.7, 0.10), tries=(0.5, 0.12), quitting=(0.4, 0.12),
            blanks=(1.1, 0.12), microphone=(0.9, 0.12), idling=(1.1, 0.12), dawdling=(-0.3, 0.12),
            accuracy=(2.5, 0.12), guessing=(1.2, 0.12), erratic=(1.1, 0.12), voice=(0.8, 0.10),
        ),
        guesses=0.30, erratic=0.45, quits=0.10, own_mean=-0.08, own_spread=0.17, stop_hazard=0.14,
        bad_microphones=True, harder_language=0.10, guessers=True,
    ),
    # The voice tells most, and trying again. Kept out while the score's weights are chosen.
    "expression": Generator(
        showing=_of(
            returns=(1.2, 0.06), effort=(1.0, 0.08), tries=(1.4, 0.08), quitting=(0.8, 0.10),
            blanks=(1.1, 0.08), microphone=(1.3, 0.08), idling=(0.6, 0.08), dawdling=(0.4, 0.08),
            accuracy=(2.0, 0.10), guessing=(0.8, 0.10), erratic=(0.5, 0.10), voice=(1.5, 0.08),
        ),
        guesses=0.15, erratic=0.20, quits=0.30, own_mean=-0.08, own_spread=0.17, stop_hazard=0.12,
        bad_microphones=True, harder_language=0.10, guessers=True,
    ),
}  # fmt: skip


def generator_named(name: str) -> Generator:
    """Return a generator by name.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in GENERATORS:
        raise ConfigurationError(f"--generator is {name!r}; expected one of {', '.join(GENERATORS)}.")
    return GENERATORS[name]
