"""Checks of settings: what was got, what was expected, and which key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from engagement.errors import ConfigurationError

_noted: ContextVar[dict[str, str] | None] = ContextVar("_noted", default=None)


@contextmanager
def noted_limits() -> Iterator[dict[str, str]]:
    """Yield the limits, in words and by key, of all checks that are made in the meantime."""
    limits: dict[str, str] = {}
    token = _noted.set(limits)
    try:
        yield limits
    finally:
        _noted.reset(token)


def one_of(key: str, got: str, allowed: Sequence[str]) -> None:
    """Raise ConfigurationError unless `got` is one of `allowed`."""
    _note(key, f"one of {', '.join(allowed)}")
    if got not in allowed:
        raise ConfigurationError(f"{key} is {got!r}; expected one of {', '.join(allowed)}.")


def between(key: str, got: float, low: float, high: float) -> None:
    """Raise ConfigurationError unless `got` lies from `low` to `high`."""
    _note(key, f"from {low:,} to {high:,}")
    if not low <= got <= high:
        raise ConfigurationError(f"{key} is {got}; expected a number from {low} to {high}.")


def _note(key: str, limit: str) -> None:
    limits = _noted.get()
    if limits is not None:
        limits[key] = limit
