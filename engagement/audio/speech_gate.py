"""Frames → whether somebody speaks into the microphone: what noise, music and a far-off voice are not.

The limits lie outside of what speechocean762 and EmoDB show, as they are and through other microphones and in
noise, and inside of what made-up sounds do: `python -m models.training.evaluate_speech_gate` counts both.
"""

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import MEL_BANDS, Frames
from engagement.audio.summaries import quantiles, slope

# Speech is voiced in part.
LEAST_VOICED_SHARE = 0.1
FEWEST_PITCHES = 5
# Level and pitch move with its syllables, by the 10th and 90th percentile; tones, hums and fans are steady.
LEAST_LEVEL_SPREAD_DB = 5.0
LEAST_PITCH_SPREAD_SEMITONES = 0.2
# A speaker at the microphone stands out from the room, 5th to 95th percentile; a far television does not.
LEAST_ABOVE_ROOM_DB = 15.0
# Notes hold their pitch from one 10 ms frame to the next; a voice does so in half of them at most.
HELD_SEMITONES = 0.05
MOST_HELD_SHARE = 0.55
# Vowels and consonants take turns: the centroid of the spectrum moves, in mel bands, standard deviation.
LEAST_CENTROID_SPREAD_BANDS = 3.0
# Taps and knocks begin at once, syllables do not: mean rise of the level where it rises, dB in 10 ms.
MOST_RISE_DB = 5.0


def is_speech(frames: Frames) -> bool:
    """Tell a speaker at the microphone from silence, noise, tones, music, knocks and far-off voices."""
    voiced = int(frames.voiced.sum())
    if voiced < max(FEWEST_PITCHES, LEAST_VOICED_SHARE * frames.speech.sum()):
        return False
    return bool(
        _spread(frames.level_db[frames.speech], 0.1, 0.9) >= LEAST_LEVEL_SPREAD_DB
        and _spread(frames.level_db, 0.05, 0.95) >= LEAST_ABOVE_ROOM_DB
        and pitch_spread_semitones(frames) >= LEAST_PITCH_SPREAD_SEMITONES
        and _held_share(frames) <= MOST_HELD_SHARE
        and _centroid_spread_bands(frames) >= LEAST_CENTROID_SPREAD_BANDS
        and _rise_db(frames) <= MOST_RISE_DB
    )


def pitch_spread_semitones(frames: Frames) -> float:
    """Return the 10th to 90th percentile of the pitch, semitones; some frame must be voiced."""
    low_hz, high_hz = quantiles(frames.pitch_hz[frames.voiced].astype(np.float64), (0.1, 0.9))
    return float(12 * np.log2(high_hz / low_hz))


def _spread(values: NDArray[np.float32], low: float, high: float) -> float:
    lower, upper = quantiles(values, (low, high))
    return float(upper - lower)


def _held_share(frames: Frames) -> float:
    """Return the share of steps between voiced neighbours by which the pitch does not move."""
    semitones = 12 * np.log2(frames.pitch_hz.astype(np.float64))
    steps = np.diff(semitones)[frames.voiced[1:] & frames.voiced[:-1]]
    return float((np.abs(steps) < HELD_SEMITONES).mean()) if len(steps) else 0.0


def _centroid_spread_bands(frames: Frames) -> float:
    power = np.exp(frames.log_mel[frames.speech])
    return float((power @ np.arange(MEL_BANDS, dtype=np.float32) / power.sum(axis=1)).std())


def _rise_db(frames: Frames) -> float:
    rise = slope(frames.level_db[:, None].astype(np.float64))[frames.speech, 0]
    return float(rise[rise > 0].mean()) if (rise > 0).any() else 0.0
