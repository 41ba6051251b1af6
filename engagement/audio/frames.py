"""(samples,) → what is known of every 10 ms frame: mel spectrum, level, pitch, speech or not.

One windowed Fourier transform per frame serves the spectrum, the level and the pitch: the clip's
power spectrum is squeezed into mel bands and, cosine-transformed, is its autocorrelation. Frames are taken
block by block, so that a long clip holds no more spectra than a short one, and they stay in the core's cache.
"""

from dataclasses import dataclass
from functools import lru_cache

import librosa
import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engagement.audio.pitch import BAND_HZ, track_pitch
from engagement.audio.summaries import quantiles

RATE_HZ = 16_000
HOP_SAMPLES = 160
HOP_SECONDS = HOP_SAMPLES / RATE_HZ
WINDOW_SAMPLES = 640
FFT_SAMPLES = 1024
# Frames of one transform. With more, glibc gives their memory back and fetches it anew each time: 3.5 s of
# audio took 1.9 ms with 40, 7.0 with 64 and 3.5 with all at once.
BLOCK_FRAMES = 40
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
    log_mel = np.empty((len(windows), MEL_BANDS), dtype=np.float32)
    mean_square = np.empty(len(windows), dtype=np.float32)
    low_power = np.empty((len(windows), FFT_SAMPLES * BAND_HZ // RATE_HZ + 1), dtype=np.float32)
    for start in range(0, len(windows), BLOCK_FRAMES):
        block = slice(start, start + BLOCK_FRAMES)
        power = _power(windows[block])
        # Parseval: the two-sided sum of the power spectrum over FFT_SAMPLES is the mean square.
        mean_square[block] = (2 * power.sum(axis=1) - power[:, 0] - power[:, -1]) / FFT_SAMPLES
        log_mel[block] = np.log(power @ _mel_weights() + np.float32(1e-10))
        low_power[block] = power[:, : low_power.shape[1]]
    level_db = np.asarray(10 * np.log10(mean_square + np.float32(1e-10)), dtype=np.float32)
    speech = _speech(level_db)
    pitch_hz, harmonicity = track_pitch(
        low_power, speech, fft_samples=FFT_SAMPLES, rate_hz=RATE_HZ, window=_window()
    )
    return Frames(
        log_mel=log_mel, level_db=level_db, pitch_hz=pitch_hz, harmonicity=harmonicity, speech=speech
    )


def runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the starts and (exclusive) ends of the stretches of True, in frames."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges[::2], edges[1::2]


def _power(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 (frames, FFT_SAMPLES / 2 + 1), the power spectra of windowed, centred frames."""
    weighted = windows - windows.mean(axis=1, keepdims=True)
    weighted *= _window()
    spectrum = scipy.fft.rfft(weighted, FFT_SAMPLES, axis=1)
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    power /= np.float32(np.sum(_window() ** 2))
    return np.asarray(power)


def _speech(level_db: NDArray[np.float32]) -> NDArray[np.bool_]:
    loudest, floor = quantiles(level_db, (0.95, 0.05))
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
