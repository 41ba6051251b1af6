"""Frames → loudness, pauses, pitch and speaking time; and whether there is speech at all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import HOP_SECONDS, Frames, runs
from engagement.audio.speech_gate import is_speech, pitch_spread_semitones

# Pauses from 250 ms on separate hesitation from articulation best (de Jong & Bosker, DiSS 2013).
SHORTEST_PAUSE_SECONDS = 0.25


@dataclass(frozen=True)
class Acoustics:
    """What a recording sounds like, without a judgement.

    Attributes:
        speech_seconds: Speech, pauses left out, seconds; 0 where nothing sounds like speech.
        loudness_db: Level of the speech, dB relative to full scale; None without speech.
        pauses: Silences of at least 250 ms between the first and the last speech, count.
        pause_seconds: Their sum, seconds.
        pitch_median_hz: Median pitch, Hz; None without speech.
        pitch_range_semitones: 10th to 90th percentile of pitch, semitones; None without speech.
    """

    speech_seconds: float
    loudness_db: float | None
    pauses: int
    pause_seconds: float
    pitch_median_hz: float | None
    pitch_range_semitones: float | None


def measure(frames: Frames) -> Acoustics:
    """Sum up a recording."""
    if not is_speech(frames):
        return Acoustics(0.0, None, 0, 0.0, None, None)
    pauses = pause_lengths_seconds(frames)
    return Acoustics(
        speech_seconds=float(frames.speech.sum() * HOP_SECONDS),
        loudness_db=speech_level_db(frames),
        pauses=len(pauses),
        pause_seconds=float(pauses.sum()),
        pitch_median_hz=float(np.median(frames.pitch_hz[frames.voiced])),
        pitch_range_semitones=pitch_spread_semitones(frames),
    )


def speech_level_db(frames: Frames) -> float:
    """Return the mean power of the speech frames, dB relative to full scale."""
    power = 10 ** (frames.level_db[frames.speech].astype(np.float64) / 10)
    return float(10 * np.log10(power.mean()))


def pause_lengths_seconds(frames: Frames) -> NDArray[np.float64]:
    """Return float64 (pauses,): the silences between the first and the last speech, seconds."""
    starts, ends = runs(frames.speech)
    gaps_seconds = (starts[1:] - ends[:-1]) * HOP_SECONDS
    return np.asarray(gaps_seconds[gaps_seconds >= SHORTEST_PAUSE_SECONDS - HOP_SECONDS / 2])
