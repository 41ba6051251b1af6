"""Lines of telemetry spoilt in every way that comes to mind; the same seed gives the same bytes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

_ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5e308, 10**400, -(10**30), 1e-320, 2**63, 253402300800000),
    *("", " ", "NaN", "\u0000", "\ud800", "\udfff\ud800", "\u202e\u200b", "m3", "-0", "1.566242942375E12"),
    *([], {}, [[]], [{}], [None], {"": None}, ["a", 1], {"a": {"b": {"c": []}}}),
)
_ODD_BYTES = (
    *(b"\x00", b"\x08", b"\x1b", b"\x7f", b"\r", b"\r\n", b"\n", b"\t", b"\x0b", b"\x0c", b"\xc2\x85"),
    *(b"\xe2\x80\xa8", b"\xff", b"\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf"),
    *(b'"', b"\\", b"\\u", b"\\ud83d", b"{", b"}", b"[", b"]", b",", b":", b"'", b"//", b"/*", b"-", b"e9"),
)


def telemetry_lines(folder: Path) -> list[bytes]:
    """Return the lines of all plain telemetry files below a folder, in the order of their names."""
    files = sorted(path for path in folder.rglob("*.jsonl") if path.is_file())
    return [line for path in files for line in path.read_bytes().splitlines() if line]


def mutants(lines: Sequence[bytes], count: int, seed: int) -> list[bytes]:
    """Return `count` lines and what became of them under one to three mutations; some stay as they are."""
    draw = Random(seed)
    made: list[bytes] = []
    while len(made) < count:
        line = draw.choice(lines)
        for _ in range(draw.choice((0, 1, 1, 1, 2, 3))):
            line = draw.choice(_MUTATIONS)(line, lines, draw)
        # A mutation may break a line into several: only \n ends one.
        made += line.split(b"\n")
    return made[:count]


def _cut(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    at = draw.randrange(len(line) + 1)
    return line[:at] if draw.random() < 0.7 else line[at:]


def _join(line: bytes, lines: Sequence[bytes], draw: Random) -> bytes:
    return (
        line
        + draw.choice((b"", b" ", b",", b"\r", b"]", b"garbage"))
        + draw.choice((b"", draw.choice(lines)))
    )


def _wrap(line: bytes, lines: Sequence[bytes], draw: Random) -> bytes:
    before, after = draw.choice(
        ((b"[", b"]"), (b'"', b'"'), (b'{"events":[', b"]}"), (b" ", b"\r"), (b"\xef\xbb\xbf", b""))
    )
    inner = line + b"," + draw.choice(lines) if draw.random() < 0.5 and before != b'"' else line
    return before + inner + after


def _insert(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    at = draw.randrange(len(line) + 1)
    return line[:at] + draw.choice(_ODD_BYTES) * draw.choice((1, 1, 1, 50)) + line[at:]


def _flip(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    spoilt = bytearray(line)
    for _number in range(draw.choice((1, 1, 5, 40)) if spoilt else 0):
        spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
    return bytes(spoilt)


def _nest(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    depth = draw.choice((3, 50, 600, 1_001, 5_000))
    opened, closed = draw.choice(((b"[", b"]"), (b'{"a":', b"}")))
    deep = opened * depth + b"1" + closed * depth
    return _with_text(line, b'"edata":{', b'"edata":{"deep":' + deep + b",") if draw.random() < 0.8 else deep


def _huge(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    text = draw.choice((b"x", b"\\u0915", "க".encode(), b"\\\\", b"9")) * draw.choice((1_000, 5_000, 20_000))
    name = draw.choice((b"mid", b"edata", b"nobody-reads-it", b"ets"))
    value = text if draw.random() < 0.3 else b'"' + text + b'"'
    return _with_text(line, b"{", b'{"' + name + b'":' + value + b",")


def _repeat(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    name = draw.choice(("eid", "ets", "mid", "actor", "context", "edata", "events"))
    value = json.dumps(draw.choice(_ODD_VALUES)).encode()
    return _with_text(line, b"{", b'{"' + name.encode() + b'":' + value + b",")


def _swap(line: bytes, _: Sequence[bytes], draw: Random) -> bytes:
    """Put a value of another type anywhere in the object."""
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        return line
    holder, key = parsed, None
    while isinstance(holder, dict | list) and holder:
        key = draw.choice(list(holder)) if isinstance(holder, dict) else draw.randrange(len(holder))
        if draw.random() < 0.4 or not isinstance(holder[key], dict | list) or not holder[key]:
            holder[key] = draw.choice(_ODD_VALUES)
            break
        holder = holder[key]
    return json.dumps(parsed, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")


def _with_text(line: bytes, place: bytes, instead: bytes) -> bytes:
    return line.replace(place, instead, 1)


_MUTATIONS: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    *(_cut, _join, _wrap, _insert, _flip, _nest, _huge, _repeat),
    *(_swap, _swap, _swap, _swap),
)
