"""One run at a time writes a warehouse: the next one waits for it, and a dead one blocks nobody.

In a folder the operating system holds the lock, and drops it with the process, however that ends. In an
object store a file says who holds it and changes with every beat; a run that sees it unchanged for four beats
takes it over. No clock of one machine is compared with another's.
"""

import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pyspark.sql import SparkSession

from engagement.config import RunSettings
from engagement.errors import EngagementError, LockError, TableError
from engagement.lock_files import LockFile, local_folder, lock_file_of
from engagement.progress import say

_NAME = "_lock"
_BEATS_UNTIL_DEAD = 4
_LOOK_EVERY_SECONDS = 1.0


@contextmanager
def hold_warehouse(spark: SparkSession, root: str, run_id: str, settings: RunSettings) -> Iterator[None]:
    """Hold the warehouse at `root` until the block ends; wait for a run that holds it.

    Raises:
        LockError: another run still holds it after the time to wait, or took it while this one was cut off.
        TableError: nothing can be written there.
    """
    if not settings.lock:
        yield
        return
    folder = local_folder(spark, root)
    if folder is not None:
        with _held_folder(folder, run_id, settings):
            yield
        return
    file = lock_file_of(spark, f"{root.rstrip('/')}/{_NAME}")
    with held_file(file, run_id, settings, on_loss=spark.sparkContext.cancelAllJobs):
        yield


@contextmanager
def held_file(
    file: LockFile, run_id: str, settings: RunSettings, *, on_loss: Callable[[], None]
) -> Iterator[None]:
    """Hold a lock file until the block ends, and let it change with every beat.

    Args:
        file: The file.
        run_id: The run that wants it.
        settings: How long to wait, and how often to beat.
        on_loss: Called from another thread when another run has taken the file over.

    Raises:
        LockError: another run holds it, or has taken it over.
    """
    tokens = [_taken(file, run_id, settings)]
    ended, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not ended.wait(settings.lock_beat_seconds):
            token = _beaten(file, tokens[-1], run_id)
            if token is None:
                lost.set()
                on_loss()
                return
            tokens.append(token)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    except Exception as error:
        raise (_lost(file) if lost.is_set() else error) from error
    finally:
        ended.set()
        thread.join()
        if not lost.is_set():
            file.remove(tokens[-1])
    if lost.is_set():
        raise _lost(file)


def _taken(file: LockFile, run_id: str, settings: RunSettings) -> str:
    """Wait for the file to be absent, free or dead, and return the token of it as ours."""
    began, seen, seen_at = time.monotonic(), "", 0.0
    dead_seconds = _BEATS_UNTIL_DEAD * settings.lock_beat_seconds
    while True:
        found = file.read()
        now = time.monotonic()
        if found is None:
            token = file.create(_words(run_id))
        elif not found[1] or (found[0] == seen and now - seen_at > dead_seconds):
            token = file.replace(found[0], _words(run_id))
        else:
            token = None
            if found[0] != seen:
                if not seen:
                    _say_who(settings, found[1])
                seen, seen_at = found[0], now
        if token is not None:
            return token
        _wait(began, settings, found[1] if found else "")


def _beaten(file: LockFile, token: str, run_id: str) -> str | None:
    """Return the new token; where the store does not answer, the old one: the next beat tries again."""
    try:
        words = _words(run_id)
        replaced = file.replace(token, words)
        if replaced is None:
            # The beat before may have arrived although its answer did not.
            found = file.read()
            if found is not None and _who(found[1]) == _who(words):
                replaced = file.replace(found[0], words)
        return replaced
    except Exception:  # noqa: BLE001 - a beat that is lost on the way is not the loss of the lock
        return token


@contextmanager
def _held_folder(folder: Path, run_id: str, settings: RunSettings) -> Iterator[None]:
    with _opened(folder) as file:
        began, told = time.monotonic(), False
        while not _locked(file):
            holder = (folder / _NAME).read_text(encoding="utf-8")
            if not told:
                _say_who(settings, holder)
                told = True
            _wait(began, settings, holder)
        file.truncate(0)
        file.seek(0)
        file.write(_words(run_id))
        file.flush()
        yield


def _opened(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / _NAME).open("a+", encoding="utf-8")
    except OSError as error:
        raise TableError(f"The warehouse {folder} cannot be written: {error.strerror}.") from error


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(began: float, settings: RunSettings, holder: str) -> None:
    if time.monotonic() - began >= settings.lock_wait_seconds:
        raise LockError(
            f"Another run holds the warehouse ({_who(holder)}); waited {settings.lock_wait_seconds:g} s for "
            "it (run.lock_wait_seconds). Start this run again when that one has ended."
        )
    time.sleep(min(_LOOK_EVERY_SECONDS, settings.lock_beat_seconds))


def _say_who(settings: RunSettings, holder: str) -> None:
    if settings.lock_wait_seconds > 0:
        say(f"Another run holds the warehouse ({_who(holder)}): waiting for it.")


def _lost(file: LockFile) -> EngagementError:
    found = file.read()
    return LockError(
        f"Another run took the warehouse over ({_who(found[1] if found else '')}) while this one did not "
        "reach the store: nothing more is written. Start this run again when that one has ended."
    )


def _words(run_id: str) -> str:
    """Who holds it; the time makes every beat another text."""
    return json.dumps(
        {"run_id": run_id, "host": socket.gethostname(), "pid": os.getpid(), "beat": time.time_ns()}
    )


def _who(words: str) -> str:
    try:
        told = json.loads(words)
        return f"run {told['run_id']}, process {told['pid']} on {told['host']}"
    except (ValueError, KeyError, TypeError):
        return "it is just beginning or ending"
