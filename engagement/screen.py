"""Text from telemetry on a screen or in a log: no terminal command in it, no line that nobody wrote."""

import re

# Commands to a terminal (C0, C1), and marks that turn the direction of what follows (Unicode TR9, "Trojan
# Source"); line breaks and tabs aside.
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Whatever str.splitlines takes for the end of a line.
_LINE_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def printable(text: str) -> str:
    """Return the text with every terminal command and direction mark shown as `\N{REPLACEMENT CHARACTER}`."""
    return _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Return `printable` text in a single line."""
    return printable(_LINE_BREAKS.sub(" ", text))
