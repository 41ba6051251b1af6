"""Memory and processor time of this process and its descendants (the JVM, Python workers); Linux only."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    ticks, parents = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(entry.name)] = int(fields[1])
        ticks[int(entry.name)] = sum(
            map(int, fields[11:15])
        )  # own and waited-for children's, user and system
    return sum(spent for process, spent in ticks.items() if _descends(process, parents)) / _TICKS_PER_SECOND


def _resident_bytes() -> int:
    parents, resident = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            resident[int(entry.name)] = int((entry / "statm").read_text().split()[1]) * _PAGE_BYTES
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sum(held for process, held in resident.items() if _descends(process, parents))


def _descends(process: int, parents: dict[int, int]) -> bool:
    while process in parents and process != os.getpid():
        process = parents[process]
    return process == os.getpid()
