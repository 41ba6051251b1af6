"""What the operator reads of a failure, and the exit status, wherever an error of ours was raised."""

import pytest
from pyspark.errors import PythonException

from engagement.errors import ConfigurationError, CredentialsError, ModelError
from engagement.reasons import exit_status_of, reason_of


def raised_by_worker(error: Exception) -> PythonException:
    """Return what the driver gets of an error that a Python worker raised."""
    kind = type(error)
    trace = (
        f'Traceback (most recent call last):\n  File "a.py", line 1, in b\n    raise c\n{kind.__module__}.'
    )
    return PythonException(message=f"{trace}{kind.__qualname__}: {error}\n")


@pytest.mark.parametrize(
    ("error", "status"),
    [(ConfigurationError("no bucket"), 2), (ModelError("no"), 2), (CredentialsError("old"), 1)],
)
def test_reason_of__an_error_of_ours_reads_the_same_from_a_worker(error: Exception, status: int) -> None:
    assert (reason_of(error), exit_status_of(error)) == (str(error), status)
    far = raised_by_worker(error)
    assert (reason_of(far), exit_status_of(far)) == (str(error), status)


def test_reason_of__another_error_keeps_its_kind() -> None:
    far = raised_by_worker(ZeroDivisionError("by zero"))
    assert (reason_of(far), exit_status_of(far)) == ("builtins.ZeroDivisionError: by zero", 1)
    assert reason_of(KeyError("a")) == "KeyError: 'a'"
