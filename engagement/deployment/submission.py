"""What is submitted, and what becomes of it: the same for a cluster on EC2 and for Serverless."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engagement.errors import ConfigurationError

ENVIRONMENT_PYTHON = "./environment/bin/python"
# "ExitCode: 3" in a job run's details; "exited with status 3", "exitCode: 3" in YARN's and the step's.
_STATUS = re.compile(r"(?:exit ?code|exited with(?: status)?)[^\w]*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Submission:
    """A step with what it takes.

    Attributes:
        step: A step of jobs/, or `all`.
        entry: URI of its file.
        code: URI of the wheel as .zip.
        environment: URI of the packed Python environment.
        arguments: The step's command line.
        conf: Spark's properties.
        secret_arn: ARN of the pseudonyms' secret in AWS Secrets Manager.
    """

    step: str
    entry: str
    code: str
    environment: str
    arguments: tuple[str, ...]
    conf: Mapping[str, str]
    secret_arn: str


@dataclass(frozen=True)
class Outcome:
    """How far a submitted step is.

    Attributes:
        state: The service's word for it.
        is_over: Whether it has ended.
        is_done: Whether it has ended well.
        told: What the service says about a failure.
    """

    state: str
    is_over: bool
    is_done: bool
    told: str = ""

    @property
    def exit_status(self) -> int:
        """The step's own exit status: 0 done; 2 and 3 where the failure's message tells them; else 1."""
        if self.is_done:
            return 0
        found = {int(status) for status in _STATUS.findall(self.told)} & {2, 3}
        return max(found, default=1)


def properties_of(text: str) -> dict[str, str]:
    """Return the properties of a file of conf/spark/: one a line, `#` begins a comment."""
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {key: value.strip() for key, value in lines}


def given_properties(pairs: Sequence[str]) -> dict[str, str]:
    """Return the properties that `--conf key=value` gives.

    Raises:
        ConfigurationError: one is no pair, or holds white space, which the service would take for its end.
    """
    given = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key or re.search(r"\s", pair):
            raise ConfigurationError(
                f"--conf got {pair!r}; expected key=value without white space "
                "(values with white space: in the cluster's spark-defaults)."
            )
        given[key] = value
    return given
