"""Files made to exhaust a worker: decoded in a process apart, whose memory and time are watched."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.unit.media import opus_packets, recorded
from tests.unit.sounds import encoded, tone, wav
from tests.unit.test_audio_formats import FRAGMENTS, with_flac_frames

MOST_MEGABYTES = 100
# Loads all that decoding needs first; the limits only keep the machine from harm.
CHILD = """
import json, resource, sys
from pathlib import Path
from engagement.audio.decode import Clip, decode
folder = Path(sys.argv[1])
for usual in sorted(folder.glob("usual *")):
    assert isinstance(decode(usual.read_bytes(), max_seconds=60), Clip), usual
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = {}
for path in sorted(folder.glob("hostile *")):
    decoded = decode(path.read_bytes(), max_seconds=60)
    told[path.name.removeprefix("hostile ")] = "ok" if isinstance(decoded, Clip) else decoded
told["megabytes"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(json.dumps(told))
"""


def mp4_with(**boxes: bytes) -> bytes:
    """Return an M4A with the fields of some boxes written anew, behind their version and flags."""
    content = bytearray(recorded(tone(seconds=2, rate_hz=48_000), "m4a"))
    for name, value in boxes.items():
        place = content.index(name.encode()) + 8
        content[place : place + len(value)] = value
    return bytes(content)


def mp4_box(content: bytes, name: bytes) -> tuple[int, int]:
    """Return start and end of the first box of a name."""
    start = content.index(name) - 4
    return start, start + int.from_bytes(content[start : start + 4], "big")


def mp4_inside(content: bytes, parents: tuple[bytes, ...], start: int, end: int, box: bytes) -> bytes:
    """Return an MP4 with the bytes from start to end replaced, and the sizes of the parents corrected."""
    changed = bytearray(content)
    for parent in parents:
        place, parent_end = mp4_box(content, parent)
        changed[place : place + 4] = (parent_end - place + len(box) - (end - start)).to_bytes(4, "big")
    changed[start:end] = box
    return bytes(changed)


def mp4_repeated_edits() -> bytes:
    content = recorded(tone(seconds=2, rate_hz=48_000), "m4a")
    edit = (2000).to_bytes(4, "big") + bytes(4) + b"\0\1\0\0"
    edits = bytes(4) + (500_000).to_bytes(4, "big") + edit * 500_000
    listed = (len(edits) + 8).to_bytes(4, "big") + b"elst" + edits
    return mp4_inside(
        content,
        (b"moov", b"trak"),
        *mp4_box(content, b"edts"),
        (len(listed) + 8).to_bytes(4, "big") + b"edts" + listed,
    )


def mp4_many_tracks() -> bytes:
    content = mp4_with(stsz=_MANY_SMALL, stsc=_MANY_IN_ONE)
    start, end = mp4_box(content, b"trak")
    return mp4_inside(content, (b"moov",), end, end, content[start:end] * 1000)


def mp4_long_fragment() -> bytes:
    content = bytearray(recorded(tone(seconds=2, rate_hz=48_000), "mp4", options=FRAGMENTS))
    place = content.index(b"trun") + 4
    content[place : place + 8] = b"\0\0\0\0\x7f\xff\xff\xff"  # no field of its own for any sample
    return bytes(content)


def many_channels() -> bytes:
    file = BytesIO()
    soundfile.write(file, np.zeros((150_000, 32)), 384_000, format="WAV", subtype="FLOAT")
    return file.getvalue()


def ogg_with_long_comments() -> bytes:
    content = bytearray(encoded(tone(seconds=2), "OGG"))
    place = content.index(b"\x03vorbis") + 7
    content[place : place + 4] = b"\xff\xff\xff\x7f"
    return bytes(content)


_ONE = b"\0\0\0\1"
_MANY_SMALL = _ONE + b"\x7f\xff\xff\xff"  # samples of one byte
_MANY_IN_ONE = _ONE + _ONE + b"\x7f\xff\xff\xff" + _ONE  # one entry: from the first chunk on, all in one
HOSTILE = {
    "mp4 of 2^31 samples": (mp4_with(stsz=_MANY_SMALL), {"too_short"}),
    "mp4 of 2^31 samples in a chunk": (mp4_with(stsz=_MANY_SMALL, stsc=_MANY_IN_ONE), {"too_short"}),
    "mp4 of 2^32 sizes": (mp4_with(stsz=bytes(4) + b"\xff\xff\xff\xff"), {"not_audio"}),
    "mp4 of 2^31 durations": (mp4_with(stts=_ONE + b"\x7f\xff\xff\xff"), {"ok"}),
    "mp4 of 500,000 edits": (mp4_repeated_edits(), {"too_long"}),
    "mp4 of 1,000 tracks": (mp4_many_tracks(), {"not_audio"}),
    "mp4 of 2^31 samples in a fragment": (mp4_long_fragment(), {"not_audio"}),
    "wav of 4 GB": (wav(tone())[:40] + b"\xff\xff\xfe\x7e" + bytes(1000), {"truncated"}),
    "wav of 32 channels": (many_channels(), {"ok"}),
    "flac of hours": (encoded(np.zeros(16_000 * 3600, dtype=np.float32), "FLAC"), {"too_long"}),
    "flac of hours that tells 2 s": (
        with_flac_frames(encoded(np.zeros(16_000 * 3600, dtype=np.float32), "FLAC"), 32_000),
        {"too_long"},
    ),
    "opus of hours": (opus_packets([b"\xfb\x06"] * 30_000, seconds_each=0.12), {"too_long"}),
    "ogg of long comments": (ogg_with_long_comments(), {"not_audio"}),
    "mp3 of a long tag": (b"ID3\3\0\0\x7f\x7f\x7f\x7f" + encoded(tone(), "MP3"), {"not_audio"}),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the process says of every hostile file, and the memory that they took; it survives all of them."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (content, _) in HOSTILE.items():
        (folder / f"hostile {name}").write_bytes(content)
    for kind in ("m4a", "webm"):
        (folder / f"usual {kind}").write_bytes(recorded(tone(rate_hz=48_000), kind))
    (folder / "usual flac").write_bytes(encoded(tone(rate_hz=48_000), "FLAC", rate_hz=48_000))
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", CHILD, str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("name", HOSTILE)
def test_decode__a_hostile_file_costs_its_row_only(told: dict[str, Any], name: str) -> None:
    assert told[name] in HOSTILE[name][1]


def test_decode__hostile_files_take_little_memory(told: dict[str, Any]) -> None:
    assert told["megabytes"] < MOST_MEGABYTES
