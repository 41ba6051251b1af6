"""Keys → what is loaded for them, in order, by threads that run ahead of the reader within bounds."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")
Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Bounds:
    """How far loading may run ahead of the reader.

    Attributes:
        threads: Loads under way at a time.
        most_ahead: Most keys under way or waiting for the reader.
        most_bytes_ahead: Most bytes under way or waiting for the reader.
        most_bytes_each: Most bytes of one load.
    """

    threads: int
    most_ahead: int
    most_bytes_ahead: int
    most_bytes_each: int


def prefetched(
    keys: Iterable[Key],
    load: Callable[[Key], Loaded],
    *,
    size_bytes: Callable[[Loaded], int],
    bounds: Bounds,
) -> Iterator[Loaded]:
    """Yield `load(key)` for each key, in the order of the keys, while later ones are being loaded.

    What is under way counts as `most_bytes_each`, what has arrived as what it is; a load begins only where
    it fits into `most_bytes_ahead`, but one is always under way. An error of `load` is raised in its turn.

    Args:
        keys: Keys, taken only as far as loading has come.
        load: Loads one key; called from several threads at once.
        size_bytes: Size of what was loaded, bytes.
        bounds: How far loading may run ahead.
    """
    coming = iter(keys)
    waiting: deque[Future[tuple[Loaded, int]]] = deque()
    held_bytes, changing = 0, threading.Lock()

    def hold(more_bytes: int) -> None:
        nonlocal held_bytes
        with changing:
            held_bytes += more_bytes

    def measured(key: Key) -> tuple[Loaded, int]:
        loaded = load(key)
        arrived_bytes = size_bytes(loaded)
        hold(arrived_bytes - bounds.most_bytes_each)
        return loaded, arrived_bytes

    pool = ThreadPoolExecutor(bounds.threads, thread_name_prefix="prefetch")
    try:
        while True:
            while len(waiting) < bounds.most_ahead and (
                not waiting or held_bytes + bounds.most_bytes_each <= bounds.most_bytes_ahead
            ):
                try:
                    key = next(coming)
                except StopIteration:
                    break
                hold(bounds.most_bytes_each)
                waiting.append(pool.submit(measured, key))
            if not waiting:
                return
            loaded, arrived_bytes = waiting.popleft().result()
            hold(-arrived_bytes)
            yield loaded
    finally:
        pool.shutdown(cancel_futures=True)
