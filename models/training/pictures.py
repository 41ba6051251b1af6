"""What a clip looks like: its mel spectrum, pitch and speech, as a grey PNG."""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import MEL_BANDS, Frames

# Pixels of a mel band and of a 10 ms frame.
_BAND_PIXELS, _FRAME_PIXELS = 8, 4
_STRIP_PIXELS = 10
# What lies further below the loudest is black; natural logarithms of power, 60 dB.
_RANGE_NATS = 13.8
_PITCH_LOW_HZ, _PITCH_HIGH_HZ = 60.0, 600.0


def write_picture(path: Path, frames: Frames) -> None:
    """Write a PNG of a clip.

    Above, the mel spectrum from 60 to 7,600 Hz, loud is bright; in the middle, pitch from 60 to 600 Hz on a
    scale of octaves; below, a strip that is white where there is speech.
    """
    spectrum = np.clip(1 + (frames.log_mel - frames.log_mel.max()) / _RANGE_NATS, 0, 1)
    above = _enlarged(np.flipud(spectrum.T), _BAND_PIXELS)
    strip = np.repeat(_enlarged(frames.speech[None].astype(np.float64), 1), _STRIP_PIXELS, axis=0)
    grey = np.vstack([above, _pitch_curve(frames.pitch_hz), strip])
    path.write_bytes(png((255 * grey).astype(np.uint8)))


def png(grey: NDArray[np.uint8]) -> bytes:
    """Return a grey image, uint8 (height, width), as the bytes of a PNG (ISO/IEC 15948)."""
    height, width = grey.shape
    # Every row begins with the number of its filter: none.
    rows = np.hstack([np.zeros((height, 1), dtype=np.uint8), grey]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def _pitch_curve(pitch_hz: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 (height, width): a dot per voiced frame."""
    rows = MEL_BANDS // 2
    voiced = np.flatnonzero(~np.isnan(pitch_hz))
    height = np.log(pitch_hz[voiced] / _PITCH_LOW_HZ) / np.log(_PITCH_HIGH_HZ / _PITCH_LOW_HZ)
    curve = np.zeros((rows, len(pitch_hz)))
    curve[rows - 1 - np.clip((height * rows).astype(np.intp), 0, rows - 1), voiced] = 1
    return _enlarged(curve, _BAND_PIXELS // 2)


def _enlarged(image: NDArray[np.floating], rows: int) -> NDArray[np.float64]:
    return np.asarray(image.repeat(rows, axis=0).repeat(_FRAME_PIXELS, axis=1), dtype=np.float64)
