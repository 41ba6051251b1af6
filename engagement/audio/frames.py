"""(samples,) → what is known of every 10 ms frame: mel spectrum, level, pitch, speech or not.

One windowed Fourier transform per frame serves the spectrum, the level and the pitch: the clip's
power spectrum is squeezed into mel bands and, cosine-transformed, is its autocorrelation.
"""

from dataclasses import dataclass
from functools import lru_cache

import librosa
import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engagement.audio.pitch import track_pitch

RATE_HZ = 16_000
HOP_SAMPLES = 160
HOP_SECONDS = HOP_SAMPLES / RATE_HZ
WINDOW_SAMPLES = 640
FFT_SAMPLES = 1024
MEL_BANDS = 40
MEL_LOW_HZ, MEL_HIGH_HZ = 60.0, 7600.0

# A frame is speech when it stands this far below the loudest speech at most, and this far above the
# quietest part of the recording (Praat's silence threshold is 25 dB under the maximum; children drop lower).
SPEECH_BELOW_LOUDEST_DB = 30.0
SPEECH_ABOVE_FLOOR_DB = 6.0
SILENCE_DB = -65.0
SHORTEST_SPEECH_FRAMES = 5
SHORTEST_GAP_FRAMES = 15


@dataclass(frozen=True)
class Frames:
    """One recording, frame by frame; every array has the same first axis.

    Attributes:
        log_mel: float32 (frames, MEL_BANDS), natural log of the mel band power, after pre-emphasis.
        level_db: float32 (frames,), power in dB relative to a full-scale square wave.
        pitch_hz: float32 (frames,), NaN where the frame is unvoiced.
        harmonicity: float32 (frames,), autocorrelation at the pitch period, 0–1.
        speech: bool (frames,), short gaps inside speech counted as speech.
    """

    log_mel: NDArray[np.float32]
    level_db: NDArray[np.float32]
    pitch_hz: NDArray[np.float32]
    harmonicity: NDArray[np.float32]
    speech: NDArray[np.bool_]

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """Return bool (frames,): speech with a pitch."""
        return np.asarray(self.speech & ~np.isnan(self.pitch_hz))


def analyse(signal: NDArray[np.float32]) -> Frames:
    """Cut a recording into frames and measure each.

    Args:
        signal: float32 (samples,), mono, [-1, 1], at 16 kHz; at least one window long.
    """
    windows = np.lib.stride_tricks.sliding_window_view(signal, WINDOW_SAMPLES)[::HOP_SAMPLES]
    centred = windows - windows.mean(axis=1, keepdims=True)
    spectrum = scipy.fft.rfft(centred * _window(), FFT_SAMPLES, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2) / np.float32(np.sum(_window() ** 2))
    level_db = _level_db(power)
    speech = _speech(level_db)
    pitch_hz, harmonicity = track_pitch(power, speech, rate_hz=RATE_HZ, window=_window())
    return Frames(
        log_mel=np.log(power @ _mel_weights() + np.float32(1e-10)),
        level_db=level_db,
        pitch_hz=pitch_hz,
        harmonicity=harmonicity,
        speech=speech,
    )


def runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the starts and (exclusive) ends of the stretches of True, in frames."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges[::2], edges[1::2]


def _level_db(power: NDArray[np.float32]) -> NDArray[np.float32]:
    # Parseval: the two-sided sum of the power spectrum over FFT_SAMPLES is the mean square.
    mean_square = (2 * power.sum(axis=1) - power[:, 0] - power[:, -1]) / FFT_SAMPLES
    return np.asarray(10 * np.log10(mean_square + 1e-10), dtype=np.float32)


def _speech(level_db: NDArray[np.float32]) -> NDArray[np.bool_]:
    loudest, floor = np.percentile(level_db, [95, 5])
    span = max(loudest - floor, 0.0)
    threshold = max(
        loudest - SPEECH_BELOW_LOUDEST_DB,
        floor + min(SPEECH_ABOVE_FLOOR_DB, span / 2),
        SILENCE_DB,
    )
    return _fill_gaps(_drop_short(level_db > threshold))


def _drop_short(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kept = mask.copy()
    for start, end in zip(*runs(mask), strict=True):
        if end - start < SHORTEST_SPEECH_FRAMES:
            kept[start:end] = False
    return kept


def _fill_gaps(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    filled = mask.copy()
    starts, ends = runs(mask)
    for start, end in zip(ends[:-1], starts[1:], strict=True):
        if end - start < SHORTEST_GAP_FRAMES:
            filled[start:end] = True
    return filled


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    return np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)


@lru_cache(maxsize=1)
def _mel_weights() -> NDArray[np.float32]:
    bank = librosa.filters.mel(
        sr=RATE_HZ, n_fft=FFT_SAMPLES, n_mels=MEL_BANDS, fmin=MEL_LOW_HZ, fmax=MEL_HIGH_HZ, norm=None
    )
    frequency_hz = np.fft.rfftfreq(FFT_SAMPLES, 1 / RATE_HZ)
    # Gain of the usual pre-emphasis y[n] = x[n] - 0.97 x[n-1], put into the bank: no second transform.
    emphasis = np.abs(1 - 0.97 * np.exp(-2j * np.pi * frequency_hz / RATE_HZ)) ** 2
    return np.ascontiguousarray((bank * emphasis).T.astype(np.float32))
