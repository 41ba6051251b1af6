"""The way through the levels: discovery places a learner, ten practice steps make a level.

Steps 4 and 9 (from 0) are showcases; passing one moves the level up, failing the last one
starts the level's steps again, as the product does it.
"""

from dataclasses import dataclass

STEPS = 10
SHOWCASE_STEPS = (4, 9)
GAME_STEPS = (2, 7)  # answered by choosing: nothing is recorded
HIGHEST_LEVEL = 15
# Mean accuracy of a set, percent; placement is stricter, so that discovery tells learners apart.
PASS_ACCURACY = {"discovery": 78.0, "showcase": 66.0}

ITEMS = {"discovery": 4, "practice": 3, "showcase": 4}
SECOND_DISCOVERY_SET = 1


@dataclass(frozen=True)
class Position:
    """Where a learner is: a level, and the step in it (in discovery: the set, from 0)."""

    level: int
    step: int

    @property
    def level_name(self) -> str:
        """The level as the product writes it: m0 … m15."""
        return f"m{self.level}"

    @property
    def phase(self) -> str:
        """The learning phase of the step: discovery, practice or showcase."""
        if self.level == 0:
            return "discovery"
        return "showcase" if self.step in SHOWCASE_STEPS else "practice"

    @property
    def items(self) -> int:
        """How many items the set of this step has."""
        return ITEMS[self.phase]

    @property
    def is_game(self) -> bool:
        """Whether the step is answered by choosing instead of speaking."""
        return self.phase == "practice" and self.step in GAME_STEPS

    @property
    def ends_with_result(self) -> bool:
        """Whether the product reports a set result when the set is done."""
        return self.phase != "practice"

    def is_passed_with(self, accuracy: float) -> bool:
        """Return whether a set of this position counts as passed with a mean accuracy, percent."""
        return accuracy >= PASS_ACCURACY.get(self.phase, 0.0)

    @property
    def progress(self) -> int:
        """Share of the level's steps behind the learner, percent."""
        return round(100 * self.step / STEPS)


START = Position(level=0, step=0)


def after_set(position: Position, *, passed: bool) -> Position:
    """Return where a learner is after the set of a position was done."""
    if position.phase == "discovery":
        return _after_discovery(position, passed=passed)
    if position.phase == "showcase" and passed:
        return Position(min(position.level + 1, HIGHEST_LEVEL), 0)
    return Position(position.level, (position.step + 1) % STEPS)


def _after_discovery(position: Position, *, passed: bool) -> Position:
    if position.step < SECOND_DISCOVERY_SET and passed:
        return Position(0, position.step + 1)
    if position.step < SECOND_DISCOVERY_SET:
        return Position(1, 0)
    return Position(3 if passed else 2, 0)
