"""Hostile strings of telemetry on the screen and in the log."""

import pytest

from engagement.errors import ConfigurationError
from engagement.progress import say
from engagement.reasons import reason_of
from engagement.report.grids import Grid
from engagement.report.plain import text_grid
from engagement.screen import one_line, printable

CLEARS_SCREEN = "\x1b[2J\x1b]0;owned\x07"
FORGED_LINE = "a.jsonl\nscore_engagement done in 0.1 s"


@pytest.mark.parametrize("mark", ["\x1b", "\x07", "\x9b", "\r", "\x00", "\u202e", "\u2066", "\u200f"])
def test_printable__commands_and_direction_marks_are_shown_not_obeyed(mark: str) -> None:
    assert printable(f"a{mark}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_printable__letters_of_every_script_stay() -> None:
    text = "தமிழ் हिन्दी ಕನ್ನಡ\tעברית\nline 2 — 50 %"
    assert printable(text) == text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\x85", "\u2028", "\v"])
def test_one_line__no_line_that_nobody_wrote(line_break: str) -> None:
    assert one_line(f"a{line_break}b") == "a b"


def test_say__a_terminal_is_not_commanded(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"language {CLEARS_SCREEN}")
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "[2J" in said


def test_reason_of__a_file_name_forges_no_line() -> None:
    reason = reason_of(ConfigurationError(f"cannot read {FORGED_LINE}{CLEARS_SCREEN}"))
    assert len(reason.splitlines()) == 1
    assert "\x1b" not in reason


def test_text_grid__a_cell_forges_no_row() -> None:
    grid = Grid("", ["language", "score"], [[f"ta\n{CLEARS_SCREEN}", "50"]], frozenset({1}))
    assert len(text_grid(grid).strip().splitlines()) == 2
    assert "\x1b" not in text_grid(grid)
