"""Frames → one row of numbers for the models: what training saw is what inference computes.

Every functional is relative to the clip's own level, so that the microphone's gain says nothing.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engagement.audio.acoustics import speech_level_db
from engagement.audio.frames import HOP_SECONDS, MEL_BANDS, Frames, runs
from engagement.audio.rhythm import rhythm
from engagement.audio.summaries import mean, quantiles, slope, spread, spreads, std, trend

# Goes into model.yaml: a model meets the front end that it was trained on, or is refused.
FRONT_END = "functionals/1"
CEPSTRA = 16
MODULATED_BANDS = 8
# Edges of the modulation bands, Hz: phrases, words, syllables, phones.
MODULATION_EDGES_HZ = (0.5, 1.5, 3.0, 6.0, 12.0, 24.0)
# What lies further below the speech is the room's noise, or the quantiser's.
FLOOR_BELOW_SPEECH_NATS = 11.0
FLOOR_BELOW_SPEECH_DB = 50.0
# Steps of the pitch above this from frame to frame are the tracker's, not the voice's.
LARGEST_STEP_SEMITONES = 2.0


def functionals(frames: Frames) -> NDArray[np.float64]:
    """Return float64 (functionals,), named by `functional_names`; finite for any clip with speech frames."""
    return np.array(list(_named(frames).values()), dtype=np.float64)


@lru_cache(maxsize=1)
def functional_names() -> tuple[str, ...]:
    """Return the names of the functionals, in order."""
    count = 60
    steady = Frames(
        log_mel=np.zeros((count, MEL_BANDS), dtype=np.float32),
        level_db=np.zeros(count, dtype=np.float32),
        pitch_hz=np.full(count, np.nan, dtype=np.float32),
        harmonicity=np.zeros(count, dtype=np.float32),
        speech=np.ones(count, dtype=np.bool_),
    )
    return tuple(_named(steady))


def _named(frames: Frames) -> dict[str, float]:
    reference_db = speech_level_db(frames)
    log_mel = frames.log_mel.astype(np.float64) - reference_db * np.log(10) / 10
    log_mel = np.maximum(log_mel, -FLOOR_BELOW_SPEECH_NATS)
    level_db = np.maximum(frames.level_db.astype(np.float64) - reference_db, -FLOOR_BELOW_SPEECH_DB)
    return {
        **_cepstra(log_mel, frames),
        **_spectrum(log_mel, frames),
        **_modulation(log_mel, frames),
        **_level(level_db, frames),
        **_pitch(frames),
        **rhythm(level_db, frames),
    }


def _cepstra(log_mel: NDArray[np.float64], frames: Frames) -> dict[str, float]:
    cepstra = scipy.fft.dct(log_mel, type=2, axis=1, norm="ortho")[:, 1 : CEPSTRA + 1]
    names = [f"cepstrum_{i + 1}" for i in range(CEPSTRA)]
    voiced = cepstra[frames.voiced].mean(axis=0) if frames.voiced.any() else np.zeros(CEPSTRA)
    change = slope(cepstra)[frames.speech].std(axis=0)
    return {
        **spreads(names, cepstra[frames.speech]),
        **{f"{name}_voiced": float(value) for name, value in zip(names, voiced, strict=True)},
        **{f"{name}_delta_std": float(value) for name, value in zip(names, change, strict=True)},
    }


def _spectrum(log_mel: NDArray[np.float64], frames: Frames) -> dict[str, float]:
    power = np.exp(log_mel)
    series = {
        "centroid": power @ np.arange(MEL_BANDS) / power.sum(axis=1),
        "flux": np.concatenate(([0.0], np.abs(np.diff(log_mel, axis=0)).mean(axis=1))),
        "tilt": log_mel[:, :14].mean(axis=1) - log_mel[:, 22:].mean(axis=1),
        "flatness": log_mel.mean(axis=1) - np.log(power.mean(axis=1)),
        "harmonicity": frames.harmonicity.astype(np.float64),
    }
    spoken = log_mel[frames.speech].mean(axis=0).reshape(5, -1).mean(axis=1)
    return {
        **{f"band_{i}": float(value) for i, value in enumerate(spoken)},
        **spreads(list(series), np.stack(list(series.values()), axis=1)[frames.speech]),
        **{f"{name}_voiced": mean(values[frames.voiced]) for name, values in series.items()},
    }


def _modulation(log_mel: NDArray[np.float64], frames: Frames) -> dict[str, float]:
    # From the first to the last speech: silence around a clip must not change its rhythm.
    spoken = np.flatnonzero(frames.speech)
    grouped = log_mel[spoken[0] : spoken[-1] + 1].reshape(-1, MODULATED_BANDS, MEL_BANDS // MODULATED_BANDS)
    series = grouped.mean(axis=2)
    samples = scipy.fft.next_fast_len(max(len(series), 200), real=True)
    power = np.abs(scipy.fft.rfft(series - series.mean(axis=0), samples, axis=0)) ** 2 / len(series)
    frequency_hz = np.fft.rfftfreq(samples, HOP_SECONDS)
    named: dict[str, float] = {}
    for low_hz, high_hz in pairwise(MODULATION_EDGES_HZ):
        inside = (frequency_hz >= low_hz) & (frequency_hz < high_hz)
        in_band = np.log(power[inside].mean(axis=0) + 1e-3)
        named |= {f"modulation_{low_hz:g}hz_{i}": float(value) for i, value in enumerate(in_band)}
    return named


def _level(level_db: NDArray[np.float64], frames: Frames) -> dict[str, float]:
    spoken = level_db[frames.speech]
    rise = slope(level_db[:, None])[frames.speech, 0]
    lowest, highest = quantiles(spoken, (0.05, 0.95))
    return {
        **spread("level", spoken),
        "level_p5": float(lowest),
        "level_p95": float(highest),
        "level_rise": mean(rise[rise > 0]),
        "level_fall": mean(rise[rise < 0]),
        "level_trend": trend(spoken),
        "level_floor": float(quantiles(level_db, (0.05,))[0]),
    }


def _pitch(frames: Frames) -> dict[str, float]:
    """Return the melody, semitones above 100 Hz."""
    semitones = 12 * np.log2(frames.pitch_hz.astype(np.float64) / 100)
    voiced = semitones[frames.voiced]
    quarter = max(len(voiced) // 4, 1)
    lowest, highest = quantiles(voiced, (0.05, 0.95)) if len(voiced) else (0.0, 0.0)
    within = [np.diff(semitones[start:end]) for start, end in zip(*runs(frames.voiced), strict=True)]
    step = np.concatenate([np.zeros(0), *within])
    step = step[np.abs(step) < LARGEST_STEP_SEMITONES]
    return {
        **spread("pitch", voiced),
        "pitch_range": float(highest - lowest),
        "pitch_trend": trend(voiced),
        "pitch_start": mean(voiced[:quarter]) - mean(voiced),
        "pitch_end": mean(voiced[-quarter:]) - mean(voiced),
        "pitch_step": mean(step),
        "pitch_step_size": mean(np.abs(step)),
        "pitch_step_std": std(step),
        "pitch_rise": mean(step[step > 0]),
        "pitch_fall": mean(step[step < 0]),
        "pitch_jitter": mean(np.abs(np.diff(step))),
    }
