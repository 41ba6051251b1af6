"""Memory and processor time of this process and its descendants (the JVM, Python workers); Linux only."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SECONDS = 0.5
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """Watch while the block runs; the function given returns the peak so far, bytes."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(_SECONDS):
            peak[0] = max(peak[0], _resident_bytes())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: peak[0]
    finally:
        done.set()
        thread.join()


def processor_seconds() -> float:
    """Return the processor time spent so far, seconds: what a busy machine does not lengthen."""
    # User and system, own and of children waited for.
    return sum(sum(map(int, fields[11:15])) for fields in _own_processes()) / _TICKS_PER_SECOND


def _resident_bytes() -> int:
    return sum(int(fields[21]) for fields in _own_processes()) * _PAGE_BYTES


def _own_processes() -> list[list[str]]:
    """Return, of this process and its descendants, what /proc/PID/stat holds behind the name (proc(5))."""
    told = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(FileNotFoundError, ProcessLookupError):
            told[int(entry.name)] = (entry / "stat").read_text().rsplit(")", 1)[1].split()
    parents = {process: int(fields[1]) for process, fields in told.items()}
    return [fields for process, fields in told.items() if _descends(process, parents)]


def _descends(process: int, parents: dict[int, int]) -> bool:
    while process in parents and process != os.getpid():
        process = parents[process]
    return process == os.getpid()
