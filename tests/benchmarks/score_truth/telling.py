"""Figures on the screen, each as soon as it is known."""

import sys
from collections.abc import Mapping


def tell(figures: Mapping[str, float]) -> None:
    """Print each figure on a line of its own."""
    for name, value in figures.items():
        say(f"{name:<78} {value:8.3f}")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
