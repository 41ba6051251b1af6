"""Checks of settings: what was got, what was expected, and which key."""

from collections.abc import Sequence

from engagement.errors import ConfigurationError


def one_of(key: str, got: str, allowed: Sequence[str]) -> None:
    """Raise ConfigurationError unless `got` is one of `allowed`."""
    if got not in allowed:
        raise ConfigurationError(f"{key} is {got!r}; expected one of {', '.join(allowed)}.")


def between(key: str, got: float, low: float, high: float) -> None:
    """Raise ConfigurationError unless `got` lies from `low` to `high`."""
    if not low <= got <= high:
        raise ConfigurationError(f"{key} is {got}; expected a number from {low} to {high}.")
