"""Broken variants of real files of every format, by a seed: the same number gives the same bytes."""

from collections.abc import Callable, Sequence

import numpy as np

from tests.unit.media import filmed, recorded
from tests.unit.sounds import encoded, tone, voice

# Numbers that headers get wrong: none, one, the largest of each width, and what overflows when doubled.
_EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x0100000000)
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "200000"}


def seeds() -> dict[str, bytes]:
    """Return a short file of every format and codec that is taken, by name."""
    mono = voice(seconds=1)[:16_000]
    stereo = np.stack([mono, mono[::-1]], axis=1)
    wide = tone(rate_hz=48_000)
    files = {f"wav {sub}": encoded(mono, "WAV", subtype=sub) for sub in ("PCM_U8", "PCM_24", "FLOAT")}
    files |= {"wav stereo": encoded(stereo, "WAV"), "wav adpcm": encoded(mono, "WAV", subtype="IMA_ADPCM")}
    files |= {name: encoded(mono, name) for name in ("AIFF", "RF64", "FLAC", "OGG", "MP3")}
    files |= {"FLAC stereo": encoded(stereo, "FLAC"), "Opus": encoded(mono, "OGG", subtype="OPUS")}
    files |= {kind: recorded(wide, kind) for kind in ("webm", "m4a", "adts", "alac", "matroska")}
    files["3gp"] = recorded(tone(rate_hz=8_000), "3gp", rate_hz=8_000)
    files["mp4 in fragments"] = recorded(wide, "mp4", options=_FRAGMENTS)
    files["mp4 with video"] = recorded(wide, "mp4", video=True)
    files["webm with video"] = recorded(wide, "webm", video=True)
    files["video"] = filmed()
    return files


def mutant(files: Sequence[bytes], number: int) -> bytes:
    """Return one of `files`, damaged in one to four ways."""
    random = np.random.default_rng(number)
    content = bytearray(files[random.integers(len(files))])
    for _ in range(random.integers(1, 5)):
        if len(content) > 16:
            _DAMAGES[random.integers(len(_DAMAGES))](content, random, files)
    return bytes(content)


def _place(content: bytearray, random: np.random.Generator) -> int:
    """Half of the time in the header."""
    end = len(content) if random.random() < 0.5 else min(len(content), 600)
    return int(random.integers(0, end))


def _cut(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> None:
    del content[_place(content, random) :]


def _flip(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> None:
    for _each in range(random.integers(1, 40)):
        content[_place(content, random)] ^= 1 << int(random.integers(8))


def _splice(content: bytearray, random: np.random.Generator, files: Sequence[bytes]) -> None:
    other = files[random.integers(len(files))]
    start = int(random.integers(len(other)))
    place = _place(content, random)
    taken = other[start : start + int(random.integers(1, 2000))]
    content[place : place + int(random.integers(0, 2)) * len(taken)] = taken


def _number(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> None:
    place, width = _place(content, random), int(random.choice([1, 2, 4, 8]))
    value = int(_EXTREMES[random.integers(len(_EXTREMES))]) % (1 << 8 * width)
    byteorder = "big" if random.random() < 0.5 else "little"
    content[place : place + width] = value.to_bytes(width, byteorder)  # type: ignore[arg-type]


def _drop(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, random)
    del content[place : place + int(random.integers(1, 200))]


def _repeat(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, random)
    part = content[place : place + int(random.integers(1, 1000))]
    content[place:place] = part * int(random.integers(1, 20))


_DAMAGES: tuple[Callable[[bytearray, np.random.Generator, Sequence[bytes]], None], ...] = (
    _cut,
    _flip,
    _flip,
    _splice,
    _number,
    _number,
    _drop,
    _repeat,
)
