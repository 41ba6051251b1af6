"""The errors that a run can end with; each kind decides the exit status of the command."""

from collections.abc import Mapping


class EngagementError(Exception):
    """A failure that the operator can act on: one sentence, what was got and what to do."""

    exit_status = 1


class ConfigurationError(EngagementError):
    """Bad usage or configuration: nothing was read or written."""

    exit_status = 2


class InputError(EngagementError):
    """Input that the run as a whole cannot work with (a missing folder, an unreadable container)."""

    exit_status = 2


class ModelError(EngagementError):
    """A model folder that is incomplete, altered or does not fit its description."""

    exit_status = 2


class CredentialsError(EngagementError):
    """Credentials that a store refuses: they do not heal while the run goes on."""


class TableError(EngagementError):
    """A table that is missing or whose columns are not those of `engagement.schemas`."""


class LockError(EngagementError):
    """Another run holds the warehouse."""


class GateError(EngagementError):
    """A quality gate stopped the run: nothing was published downstream.

    Attributes:
        counts: What the step had counted by then, by name.
    """

    exit_status = 3

    def __init__(self, message: str, counts: Mapping[str, int]) -> None:
        """Keep what was counted for ops.runs."""
        super().__init__(message)
        self.counts = dict(counts)
