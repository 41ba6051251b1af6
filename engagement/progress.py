"""Words on the screen while a step works."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

_EVERY_SECONDS = 6.0


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)  # noqa: T201 - the command line's own voice


@contextmanager
def ticking(spark: SparkSession, name: str) -> Iterator[None]:
    """Say every few seconds how far Spark's tasks are, until the block ends."""
    done = threading.Event()
    began = time.monotonic()

    def tick() -> None:
        while not done.wait(_EVERY_SECONDS):
            finished, tasks = _active_tasks(spark)
            tell = f"{finished} of {tasks} tasks of the running stages" if tasks else "planning"
            say(f"      {name}: {time.monotonic() - began:.0f} s, {tell}")

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _active_tasks(spark: SparkSession) -> tuple[int, int]:
    tracker = spark.sparkContext.statusTracker()
    infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    running = [info for info in infos if info is not None]
    return sum(info.numCompletedTasks for info in running), sum(info.numTasks for info in running)
