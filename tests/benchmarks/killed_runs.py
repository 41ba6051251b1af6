"""Runs of the pipeline in a process group of their own, killed at a point that is watched from outside."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

ROOT = Path(__file__).resolve().parents[2]
SPARK_HOME = Path(pyspark.__file__).parent
SECRET = "a secret for tests, long enough"
_LOOK_EVERY_SECONDS = 0.01
_LONGEST_SECONDS = 900
_BEGUN = re.compile(r"^\[\d+/\d+\] (\w+)$")


@dataclass(frozen=True)
class Point:
    """Where a run is killed: in `step`, after its `commits`-th commit and `seconds` more."""

    step: str
    commits: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.step}, {self.seconds:.2f} s after commit {self.commits}"


@dataclass
class Watched:
    """A run at work: the step that it is in, and its commits by step.

    Attributes:
        warehouse: Folder of the tables.
        step: The step that it told last; "" before the first.
        before: Commits there were when that step began.
        commits: Commits seen, by step.
        seconds: How long each step took, by step.
        output: What it printed.
    """

    warehouse: Path
    step: str = ""
    before: int = 0
    commits: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    output: list[str] = field(default_factory=list)
    _began: float = 0.0

    def told(self, line: str) -> None:
        """Take a line that the run printed."""
        self.output.append(line)
        begun = _BEGUN.match(line.strip())
        if begun:
            self.look()
            self.step, self.before, self._began = begun[1], commits_of(self.warehouse), time.monotonic()

    def look(self) -> int:
        """Return the commits of the step at work."""
        if not self.step:
            return 0
        self.commits[self.step] = commits_of(self.warehouse) - self.before
        self.seconds[self.step] = time.monotonic() - self._began
        return self.commits[self.step]


def commits_of(warehouse: Path) -> int:
    """Return how many commits the tables of a warehouse have, all together."""
    return sum(1 for _ in warehouse.glob("*/*/_delta_log/*.json"))


def run_all(
    source: Path, warehouse: Path, *, kill_at: Point | None = None, options: Sequence[str] = ()
) -> tuple[Watched, int]:
    """Run `all` over the class at `source`; return what was seen of it, and its exit status (-9: killed).

    With `kill_at`, the driver, its JVM and its Python workers get SIGKILL at that point, or where the step
    after it begins.
    """
    paths = {
        "telemetry": source / "telemetry",
        "exports": source / "exports",
        "audio": source / "audio",
        "warehouse": warehouse,
        "report": warehouse / "report.html",
    }
    settings = [part for name, path in paths.items() for part in ("--set", f"paths.{name}={path}")]
    command = [
        *(str(SPARK_HOME / "bin" / "spark-submit"), "--master", "local[2]"),
        *("--properties-file", str(ROOT / "conf" / "spark" / "local.conf")),
        *("--conf", f"spark.driver.extraJavaOptions={_JAVA_OPTIONS}"),
        *(str(ROOT / "jobs" / "all.py"), *settings, *options),
    ]
    run = subprocess.Popen(
        command,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    watched = Watched(warehouse)
    reader = threading.Thread(target=_read, args=(run, watched.told), daemon=True)
    reader.start()
    try:
        _await(run, watched, kill_at)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        reader.join(10)
    return watched, run.returncode


# The first compiler alone: a tiny class is over before the second has paid for itself.
_JAVA_OPTIONS = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:-DontCompileHugeMethods -XX:+UseParallelGC "
    f"-Dlog4j2.configurationFile=file:{ROOT}/conf/spark/log4j2.properties"
)
ENVIRONMENT = {
    "ENGAGEMENT_SECRET": SECRET,
    "PYTHONPATH": str(ROOT),
    "SPARK_HOME": str(SPARK_HOME),
    "PYSPARK_PYTHON": sys.executable,
    "PYSPARK_DRIVER_PYTHON": sys.executable,
    "PYTHONUNBUFFERED": "1",
}


def _await(run: subprocess.Popen[str], watched: Watched, kill_at: Point | None) -> None:
    """Return when the run has ended, or is at the point where it is to be killed."""
    deadline, reached = time.monotonic() + _LONGEST_SECONDS, False
    while run.poll() is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the run did not end within {_LONGEST_SECONDS} s: {watched.output[-3:]}")
        commits = watched.look()
        if kill_at is not None:
            in_step = watched.step == kill_at.step
            if reached and not in_step:
                return
            reached = in_step
            if in_step and commits >= kill_at.commits:
                _rest(run, watched, kill_at)
                return
        time.sleep(_LOOK_EVERY_SECONDS)


def _rest(run: subprocess.Popen[str], watched: Watched, point: Point) -> None:
    until = time.monotonic() + point.seconds
    while time.monotonic() < until and run.poll() is None and watched.step == point.step:
        time.sleep(_LOOK_EVERY_SECONDS)
    watched.look()


def _read(run: subprocess.Popen[str], told: Callable[[str], None]) -> None:
    assert run.stdout is not None
    for line in run.stdout:
        told(line)
