"""Pictures of clips, which clips are shown, and what experts reach among themselves."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from engagement.audio.frames import MEL_BANDS, Frames
from models.training.experts import expert_figures
from models.training.pictures import png, write_picture
from models.training.show_errors import worst


def pixels(content: bytes) -> np.ndarray:
    """Read what `png` writes: one IDAT, grey, no filter; checks every chunk's checksum."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, width, rows = 8, 0, b""
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        name, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length : place + 12 + length])[0] == zlib.crc32(
            name + body
        )
        width = struct.unpack(">I", body[:4])[0] if name == b"IHDR" else width
        rows = zlib.decompress(body) if name == b"IDAT" else rows
        place += 12 + length
    return np.frombuffer(rows, dtype=np.uint8).reshape(-1, width + 1)[:, 1:]


def test_png__holds_the_image() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(pixels(png(image)), image)


def test_write_picture__loud_high_and_speech_are_where_they_belong(tmp_path: Path) -> None:
    log_mel = np.full((10, MEL_BANDS), -20.0, dtype=np.float32)
    log_mel[:, -1] = 0  # the highest band is the loudest
    pitch = np.full(10, np.nan, dtype=np.float32)
    pitch[3] = 60.0
    speech = np.arange(10) >= 5
    frames = Frames(log_mel, np.zeros(10, np.float32), pitch, np.zeros(10, np.float32), speech)
    write_picture(tmp_path / "clip.png", frames)
    got = pixels((tmp_path / "clip.png").read_bytes())
    assert got[0].min() == 255 and got[8 * MEL_BANDS - 1].max() == 0
    assert np.flatnonzero(got[-11]).tolist() == [12, 13, 14, 15]  # 60 Hz lies at the bottom; frame 3
    assert np.flatnonzero(got[-1]).tolist() == list(range(20, 40))


def test_worst__shows_one_of_a_kind_and_the_greatest_first() -> None:
    errors = [
        (Path(name), wrong, kind, "")
        for name, wrong, kind in (("a", 0.3, "x"), ("b", 0.9, "x"), ("c", 0.5, "y"), ("d", 0.1, "z"))
    ]
    assert [str(path) for path, *_ in worst(iter(errors), 3)] == ["b", "c", "d"]


def test_expert_figures__by_hand() -> None:
    # Four experts agree, the fifth says the opposite: correlations 1, 1, 1, 1 and -1.
    scores = np.array([1.0, 2.0, 3.0, 4.0])
    ratings = np.stack([scores, scores, scores, scores, -5 * scores], axis=1)
    figures = expert_figures(ratings, np.array(["a", "a", "b", "b"]))
    assert figures["one_expert"] == pytest.approx(3 / 5)
    assert figures["one_expert_speaker"] == pytest.approx(3 / 5)


def test_expert_figures__two_average_out_what_one_gets_wrong() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=(40, 1))
    speakers = np.array([str(i) for i in range(40)])
    figures = expert_figures(truth + random.normal(size=(40, 5)), speakers)
    assert figures["one_expert_speaker"] == pytest.approx(figures["one_expert"])
    assert figures["two_experts_speaker"] > figures["one_expert_speaker"]
