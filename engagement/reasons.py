"""One readable sentence out of an exception, however deep Spark has wrapped it."""

import re

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from engagement import errors
from engagement.errors import EngagementError

# The last line of a worker's traceback.
_OWN = re.compile(r"^engagement\.errors\.(?P<kind>\w+): (?P<sentence>.+)$", re.MULTILINE)
_MAXIMUM_CHARACTERS = 600


def cause_of(error: BaseException) -> BaseException:
    """Return the failure of ours that a Python worker raised, which Spark tells as text; else `error`."""
    told = _OWN.search(str(error)) if not isinstance(error, EngagementError) else None
    kind = getattr(errors, told["kind"], None) if told else None
    return kind(told["sentence"].strip()) if told and kind else error


def reason_of(error: BaseException) -> str:
    """Return the innermost cause's own words, in one line of at most 600 characters."""
    if isinstance(error, EngagementError):
        return str(error)
    if isinstance(error, Py4JJavaError):
        words = _innermost(error.java_exception)
    elif isinstance(error, PySparkException):
        words = str(error.getMessage() or error)
    else:
        words = f"{type(error).__name__}: {error}"
    return _one_line(words)


def _innermost(java_exception: object) -> str:
    cause = java_exception
    while cause.getCause() is not None:  # type: ignore[attr-defined]
        cause = cause.getCause()  # type: ignore[attr-defined]
    return str(cause.toString())  # type: ignore[attr-defined]


def _one_line(words: str) -> str:
    # A Python worker's failure carries its whole traceback: its last line is the reason.
    if "Traceback (most recent call last)" in words:
        lines = [line for line in words.splitlines() if line.strip() and not line.startswith((" ", "\t"))]
        words = lines[-1] if lines else words
    head = re.split(r"\n\s*at |\n\nDriver stacktrace|\nJVM stacktrace", words)[0]
    return " ".join(head.split())[:_MAXIMUM_CHARACTERS]
