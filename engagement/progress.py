"""Words on the screen while a step works."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

from engagement.screen import printable

_EVERY_SECONDS = 6.0
# What the step at work tells of itself, in place of its tasks.
_tellers: list[Callable[[], str]] = []


def say(text: str) -> None:
    """Print at once; what came from telemetry commands no terminal."""
    print(printable(text), flush=True)  # noqa: T201 - the command line's own voice


@contextmanager
def ticking(spark: SparkSession, name: str) -> Iterator[None]:
    """Say every few seconds how far Spark's tasks are, until the block ends."""
    done = threading.Event()
    began = time.monotonic()

    def tick() -> None:
        while not done.wait(_EVERY_SECONDS):
            words = _tellers[-1]() if _tellers else _tasks(spark)
            say(f"      {name}: {time.monotonic() - began:.0f} s, {words}")

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def telling(tell: Callable[[], str]) -> Iterator[None]:
    """Let `tell` say how far the work is until the block ends; it is called from another thread."""
    _tellers.append(tell)
    try:
        yield
    finally:
        _tellers.remove(tell)


def _tasks(spark: SparkSession) -> str:
    finished, tasks = _active_tasks(spark)
    return f"{finished} of {tasks} tasks of the running stages" if tasks else "planning"


def _active_tasks(spark: SparkSession) -> tuple[int, int]:
    tracker = spark.sparkContext.statusTracker()
    infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    running = [info for info in infos if info is not None]
    return sum(info.numCompletedTasks for info in running), sum(info.numTasks for info in running)
