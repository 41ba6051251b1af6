"""Keys → what is loaded for them, in order, by threads that run ahead of the reader within bounds."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

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
    keys: Iterable[str],
    load: Callable[[str], Loaded],
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
    waiting: deque[Future[Loaded]] = deque()

    def held_bytes() -> int:
        return sum(
            size_bytes(future.result())
            if future.done() and not future.cancelled() and future.exception() is None
            else bounds.most_bytes_each
            for future in waiting
        )

    pool = ThreadPoolExecutor(bounds.threads, thread_name_prefix="prefetch")
    try:
        while True:
            while len(waiting) < bounds.most_ahead and (
                not waiting or held_bytes() + bounds.most_bytes_each <= bounds.most_bytes_ahead
            ):
                key = next(coming, None)
                if key is None:
                    break
                waiting.append(pool.submit(load, key))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
