"""Power spectra → pitch: autocorrelation of every frame, the octave chosen by the clip's own range.

After Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
ratio of a sampled sound" (1993): the frame's autocorrelation divided by the window's. The second pass
over a range taken from the clip's own quantiles is De Looze & Hirst's (Speech Prosody 2008). On ten clips
of speechocean762 it is 0.1 semitones (median) from librosa.pyin, 2 % of the frames more than two semitones.
"""

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engagement.audio.summaries import quantiles

LOWEST_HZ, HIGHEST_HZ = 65.0, 550.0
VOICED_HARMONICITY = 0.5
# Boersma's octave cost: of two equally good periods the shorter wins.
OCTAVE_COST = 0.02
BAND_HZ = 4_000


def track_pitch(
    power: NDArray[np.float32],
    speech: NDArray[np.bool_],
    *,
    fft_samples: int,
    rate_hz: int,
    window: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the pitch of every speech frame.

    Args:
        power: float32 (frames, bins), power spectra of windowed frames up to `BAND_HZ`.
        speech: bool (frames,), the frames worth looking at.
        fft_samples: Length of the transform that made them, samples.
        rate_hz: Sample rate of the signal, Hz.
        window: float32 (samples,), the window that the frames were weighted with.

    Returns:
        float32 (frames,) pitch, Hz, NaN where unvoiced or no speech; and float32 (frames,)
        harmonicity, 0–1, zero where no speech.
    """
    pitch_hz = np.full(len(power), np.nan, dtype=np.float32)
    harmonicity = np.zeros(len(power), dtype=np.float32)
    if not speech.any():
        return pitch_hz, harmonicity
    correlation = _autocorrelation(power[speech], fft_samples, rate_hz, window)
    lag_rate_hz = 2 * BAND_HZ
    found_hz, strength = _best_lag(correlation, lag_rate_hz, LOWEST_HZ, HIGHEST_HZ)
    voiced = strength > VOICED_HARMONICITY
    if voiced.any():
        lower_hz, upper_hz = quantiles(found_hz[voiced], (0.35, 0.65))
        lowest_hz = max(LOWEST_HZ, 0.72 * lower_hz - 10)
        highest_hz = min(HIGHEST_HZ, 1.9 * upper_hz + 10)
        found_hz, strength = _best_lag(correlation, lag_rate_hz, lowest_hz, highest_hz)
        voiced = strength > VOICED_HARMONICITY
    pitch_hz[speech] = np.where(voiced, found_hz, np.nan)
    harmonicity[speech] = np.clip(strength, 0, 1)
    return pitch_hz, harmonicity


def _autocorrelation(
    power: NDArray[np.float32], fft_samples: int, rate_hz: int, window: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return float32 (frames, lags) at 8 kHz lag rate; 1 at lag 0 for a perfectly periodic frame."""
    lags = 2 * BAND_HZ // int(LOWEST_HZ) + 3
    # The inverse transform of a real, even spectrum is a cosine transform (type 1).
    raw = scipy.fft.dct(power, type=1, axis=1)[:, :lags]
    raw /= raw[:, :1] + 1e-12
    return np.asarray(raw / _window_autocorrelation(window.tobytes(), fft_samples, rate_hz)[:lags])


@lru_cache(maxsize=4)
def _window_autocorrelation(window: bytes, fft_samples: int, rate_hz: int) -> NDArray[np.float32]:
    spectrum = np.fft.rfft(np.frombuffer(window, dtype=np.float32), fft_samples)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:: rate_hz // (2 * BAND_HZ)]
    return np.asarray(correlation[: fft_samples // 4] / correlation[0], dtype=np.float32)


def _best_lag(
    correlation: NDArray[np.float32], lag_rate_hz: int, lowest_hz: float, highest_hz: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    first = max(int(lag_rate_hz / highest_hz), 2)
    last = min(int(np.ceil(lag_rate_hz / lowest_hz)) + 1, correlation.shape[1] - 1)
    inner = correlation[:, first:last]
    is_peak = (inner >= correlation[:, first - 1 : last - 1]) & (inner > correlation[:, first + 1 : last + 1])
    lags = np.arange(first, last, dtype=np.float32)
    score = np.where(is_peak, inner - np.float32(OCTAVE_COST) * np.log2(lags / first), -1)
    best = score.argmax(axis=1)
    rows = np.arange(len(correlation))
    left, middle, right = (correlation[rows, best + first + step] for step in (-1, 0, 1))
    # Vertex of the parabola through the peak and its neighbours: lags between samples.
    curvature = 2 * middle - left - right
    shift = np.where(curvature > 1e-9, (right - left) / np.maximum(2 * curvature, 1e-9), 0)
    strength = np.where(is_peak[rows, best], middle + (right - left) * shift / 4, 0)
    return (lag_rate_hz / (best + first + shift)).astype(np.float32), strength.astype(np.float32)
