"""Running ahead: order kept, never further than the bounds, errors in their turn."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engagement.audio.prefetch import Bounds, prefetched

BOUNDS = Bounds(threads=4, most_ahead=8, most_bytes_ahead=1000, most_bytes_each=100)


def test_prefetched__keeps_the_order_where_the_first_comes_last() -> None:
    others_done = threading.Event()

    def load(key: str) -> str:
        if key == "0":
            assert others_done.wait(5)
        if key == "3":
            others_done.set()
        return key

    keys = [str(number) for number in range(20)]
    assert list(prefetched(keys, load, size_bytes=len, bounds=BOUNDS)) == keys


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (BOUNDS, 8),
        (replace(BOUNDS, most_bytes_ahead=250), 2),
        (replace(BOUNDS, most_bytes_ahead=1), 1),
    ],
    ids=["keys", "bytes", "less than one"],
)
def test_prefetched__runs_ahead_no_further_than_its_bounds(bounds: Bounds, expected: int) -> None:
    taken = []
    release = threading.Event()

    def keys() -> Iterator[str]:
        for number in range(50):
            taken.append(number)
            yield str(number)

    def load(key: str) -> bytes:
        assert release.wait(5)
        return key.encode()

    reader = prefetched(keys(), load, size_bytes=len, bounds=bounds)
    timer = threading.Timer(0.1, release.set)
    timer.start()
    assert next(reader) == b"0"
    assert len(taken) == expected
    reader.close()  # type: ignore[attr-defined]


def test_prefetched__what_has_arrived_counts_as_what_it_is() -> None:
    taken = []
    release = threading.Event()

    def keys() -> Iterator[str]:
        for number in range(50):
            taken.append(number)
            yield str(number)

    def load(key: str) -> bytes:
        assert key in "01" or release.wait(5)
        return b"x"

    # Room for two unknown loads; with one that has arrived as a single byte, for two more.
    reader = prefetched(keys(), load, size_bytes=len, bounds=replace(BOUNDS, most_bytes_ahead=205))
    next(reader)
    time.sleep(0.1)
    next(reader)
    assert len(taken) == 4
    release.set()
    assert len(list(reader)) == 48


def test_prefetched__an_error_comes_in_its_turn() -> None:
    def load(key: str) -> str:
        if key == "c":
            raise ValueError(key)
        return key

    reader = prefetched("abcd", load, size_bytes=len, bounds=BOUNDS)
    assert [next(reader), next(reader)] == ["a", "b"]
    with pytest.raises(ValueError, match="c"):
        next(reader)


def test_prefetched__no_keys_give_nothing() -> None:
    assert list(prefetched([], str, size_bytes=len, bounds=BOUNDS)) == []


def test_prefetched__bytes_that_the_reader_took_make_room_for_others() -> None:
    taken = []

    def keys() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    reader = prefetched(keys(), lambda key: bytes([key] * 90), size_bytes=len, bounds=BOUNDS)
    assert [next(reader)[0] for _ in range(30)] == list(range(30))
    assert len(taken) == 30 - 1 + BOUNDS.most_ahead
    assert len(list(reader)) == 20
