"""The way through the levels that the simulated learners take."""

import pytest

from engagement.demo.curriculum import START, Position, after_set


@pytest.mark.parametrize(
    ("before", "passed", "after"),
    [
        (START, True, Position(0, 1)),
        (START, False, Position(1, 0)),
        (Position(0, 1), False, Position(2, 0)),
        (Position(0, 1), True, Position(3, 0)),
        (Position(2, 3), False, Position(2, 4)),
        (Position(2, 4), False, Position(2, 5)),
        (Position(2, 4), True, Position(3, 0)),
        (Position(2, 9), False, Position(2, 0)),
        (Position(2, 9), True, Position(3, 0)),
        (Position(15, 9), True, Position(15, 0)),
    ],
)
def test_after_set__only_a_passed_showcase_moves_the_level(
    before: Position, passed: bool, after: Position
) -> None:
    assert after_set(before, passed=passed) == after


def test_phase__steps_four_and_nine_are_showcase() -> None:
    phases = [Position(1, step).phase for step in range(10)]
    assert [step for step, phase in enumerate(phases) if phase == "showcase"] == [4, 9]
    assert set(phases) == {"practice", "showcase"}
    assert START.phase == "discovery"


def test_is_passed_with__practice_is_always_passed() -> None:
    assert Position(1, 0).is_passed_with(0.0)
    assert not Position(1, 4).is_passed_with(65.9)
    assert Position(1, 4).is_passed_with(66.0)
