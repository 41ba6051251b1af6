"""bytes → float32 mono (samples,) at 16 kHz, or a coded failure; headers are not believed."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ
from engagement.schemas.enums import VoiceStatus

# What the content may be; libsndfile would also take headerless and instrument formats for audio.
FORMATS = frozenset({"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF"})
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 384_000
MOST_CHANNELS = 32
SHORTEST_SECONDS = 0.1
# Samples that are no numbers are silenced; with more of them the content is no sound.
MOST_NOT_FINITE = 0.1
# A WAV that was streamed says 0 or (nearly) 2^32 for its length: unknown, not cut off.
UNKNOWN_LENGTH_BYTES = 0x7FFF0000
UNKNOWN_LENGTH_FRAMES = 1 << 40
_BLOCK_VALUES = 1 << 16


@dataclass(frozen=True)
class Clip:
    """A decoded recording.

    Attributes:
        signal: float32 (samples,), mono, [-1, 1], at 16 kHz.
        sample_rate_hz: Rate of the recording as it was stored, Hz.
    """

    signal: NDArray[np.float32]
    sample_rate_hz: int

    @property
    def seconds(self) -> float:
        """Return the length, seconds."""
        return len(self.signal) / RATE_HZ


def decode(content: bytes, *, max_seconds: float) -> Clip | VoiceStatus:
    """Decode one recording, or say why not; bad content never raises.

    Args:
        content: WAV (8–32 bit, float), FLAC, OGG, MP3 or AIFF; any channels, mixed to one.
        max_seconds: Longest recording taken, seconds; decoding stops there.
    """
    try:
        sound = soundfile.SoundFile(BytesIO(content))
    except soundfile.SoundFileError:
        return VoiceStatus.TRUNCATED if _is_cut_off(content) else VoiceStatus.NOT_AUDIO
    with sound:
        if not _is_sound(sound):
            return VoiceStatus.NOT_AUDIO
        mono = _read_mono(sound, max_frames=int(max_seconds * sound.samplerate))
    if mono is None or _is_cut_off(content):
        return VoiceStatus.TRUNCATED
    if len(mono) > max_seconds * sound.samplerate:
        return VoiceStatus.TOO_LONG
    return _resampled(mono, sound.samplerate)


def _resampled(mono: NDArray[np.float32], rate_hz: int) -> Clip | VoiceStatus:
    if len(mono) < SHORTEST_SECONDS * rate_hz:
        return VoiceStatus.TOO_SHORT
    finite = np.isfinite(mono)
    if 1 - finite.mean() > MOST_NOT_FINITE:
        return VoiceStatus.NOT_AUDIO
    mono = np.clip(np.where(finite, mono, np.float32(0)), -1, 1)
    signal = mono if rate_hz == RATE_HZ else soxr.resample(mono, rate_hz, RATE_HZ)
    return Clip(signal=np.asarray(signal, dtype=np.float32), sample_rate_hz=rate_hz)


def _is_sound(sound: soundfile.SoundFile) -> bool:
    return (
        sound.format in FORMATS
        and LOWEST_RATE_HZ <= sound.samplerate <= HIGHEST_RATE_HZ
        and 1 <= sound.channels <= MOST_CHANNELS
    )


def _read_mono(sound: soundfile.SoundFile, *, max_frames: int) -> NDArray[np.float32] | None:
    """Return float32 (frames,), the mean of the channels, or None where the content breaks off.

    Reading stops soon after `max_frames`, whatever the header says.
    """
    block_frames = max(_BLOCK_VALUES // sound.channels, 1)
    blocks: list[NDArray[np.float32]] = [np.zeros(0, dtype=np.float32)]
    frames = 0
    try:
        while frames <= max_frames:
            block = sound.read(block_frames, dtype="float32", always_2d=True)
            if len(block) == 0:
                break
            blocks.append(block[:, 0] if sound.channels == 1 else block.mean(axis=1))
            frames += len(block)
    except soundfile.SoundFileError:
        return None
    is_short = sound.format == "FLAC" and frames < min(sound.frames, max_frames) < UNKNOWN_LENGTH_FRAMES
    return None if is_short else np.concatenate(blocks)


def _is_cut_off(content: bytes) -> bool:
    """Tell a RIFF/WAVE that promises more data than there is; libsndfile reads such a file in silence."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return False
    place = 12
    while place + 8 <= len(content):
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        if name == b"data":
            return 0 < size < UNKNOWN_LENGTH_BYTES and place + 8 + size > len(content)
        place += 8 + size + size % 2
    return True
