"""One readable sentence out of an exception, however deep Spark has wrapped it."""

import re

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from engagement import errors
from engagement.errors import EngagementError
from engagement.screen import one_line

_MAXIMUM_CHARACTERS = 600
# How an error of ours reads that a Python worker raised.
_RAISED_BY_WORKER = re.compile(r"engagement\.errors\.(\w+): ")


def reason_of(error: BaseException) -> str:
    """Return the innermost cause's own words, in one line of at most 600 characters."""
    return one_line(_RAISED_BY_WORKER.sub("", _words(error), count=1))


def exit_status_of(error: BaseException) -> int:
    """Return the command's exit status, also where a Python worker raised an error of ours."""
    if isinstance(error, EngagementError):
        return error.exit_status
    raised = _RAISED_BY_WORKER.match(_words(error))
    kind = getattr(errors, raised[1], EngagementError) if raised else EngagementError
    return int(kind.exit_status)


def _words(error: BaseException) -> str:
    if isinstance(error, EngagementError):
        return str(error)
    if isinstance(error, Py4JJavaError):
        words = _innermost(error.java_exception)
    elif isinstance(error, PySparkException):
        told = getattr(error, "getMessage", None)  # not of Spark 3.5
        words = str((told and told()) or error)
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
