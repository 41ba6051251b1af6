"""Made-up sounds for tests: tones, and a voice-like sound that the speech gate lets through."""

from io import BytesIO

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 16_000


def tone(pitch_hz: float = 200.0, *, seconds: float = 1.0, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """Return float32 (samples,): a sine of amplitude 0.5."""
    time_seconds = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * pitch_hz * time_seconds)).astype(np.float32)


def voice(
    pitch_hz: float = 200.0, *, seconds: float = 2.0, pauses: tuple[tuple[float, float], ...] = ()
) -> NDArray[np.float32]:
    """Return float32 (samples,) at 16 kHz: harmonics in syllables of 0.25 s, silent in the pauses given.

    The pitch sways by half a semitone to either side, three times a second. Between syllables the harmonics
    fall by 20 dB and a consonant hisses; half a second of silence lies on either side.
    """
    time_seconds = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    swaying_hz = pitch_hz * 2 ** (0.5 / 12 * np.sin(2 * np.pi * 3 * time_seconds))
    phase = 2 * np.pi * np.cumsum(swaying_hz) / RATE_HZ
    harmonics = sum(np.sin(k * phase) / k for k in range(1, 11))
    syllables = 0.1 + 0.9 * np.sin(np.pi * time_seconds / 0.25) ** 2
    hiss = np.diff(np.random.default_rng(0).normal(size=len(time_seconds) + 1))
    sound = 0.2 * harmonics * syllables + 0.03 * hiss * np.cos(np.pi * time_seconds / 0.25) ** 8
    for start_seconds, end_seconds in pauses:
        sound[(time_seconds >= start_seconds) & (time_seconds < end_seconds)] = 0
    margin = np.zeros(RATE_HZ // 2)
    return np.concatenate((margin, sound, margin)).astype(np.float32)


def wav(signal: NDArray[np.float32], *, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> bytes:
    """Return `signal` as the content of a WAV file."""
    return encoded(signal, "WAV", rate_hz=rate_hz, subtype=subtype)


def encoded(
    signal: NDArray[np.float32], container: str, *, rate_hz: int = RATE_HZ, subtype: str | None = None
) -> bytes:
    """Return `signal` as the content of an audio file."""
    file = BytesIO()
    soundfile.write(file, signal, rate_hz, format=container, subtype=subtype)
    return file.getvalue()
