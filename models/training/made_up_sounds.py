"""Sounds that are no learner speaking, made up: what a speech gate must keep out."""

from collections.abc import Callable

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ

Sound = NDArray[np.float64]
# Ringing time of a living room, seconds to −60 dB, and how far the television is under the room's noise.
REVERBERATION_SECONDS = (0.5, 0.9)
TELEVISION_TO_NOISE_DB = (-3.0, 6.0)
_SEMITONES = np.array([0, 2, 4, 5, 7, 9, 11, 12])


def made_up_sounds() -> dict[str, Callable[[float, np.random.Generator], Sound]]:
    """Return makers by kind: (seconds, random) → float64 (samples,) at 16 kHz, peak 1."""
    return {
        "silence": lambda seconds, random: np.zeros(_samples(seconds)),
        "quantiser": lambda seconds, random: random.integers(-1, 2, _samples(seconds)) / 32768,
        "white noise": lambda seconds, random: _noise(seconds, random, 0.0),
        "pink noise": lambda seconds, random: _noise(seconds, random, 0.5),
        "brown noise": lambda seconds, random: _noise(seconds, random, 1.0),
        "noise that swells": _swelling_noise,
        "mains hum": _hum,
        "tone": lambda seconds, random: np.sin(2 * np.pi * random.uniform(80, 2000) * _time(seconds)),
        "beeps": _beeps,
        "siren": _siren,
        "taps": _taps,
        "melody": _melody,
        "chords": _chords,
        "music with drums": lambda s, r: 0.6 * _melody(s, r) + 0.4 * _chords(s, r) + 0.7 * _drums(s, r),
    }


def in_noise(signal: NDArray[np.float32], random: np.random.Generator, *, signal_to_noise_db: float) -> Sound:
    """Return speech, float32 (samples,), in a classroom's noise; the peak is 1."""
    noise = _noise(len(signal) / RATE_HZ, random, 0.3)
    return _peak(signal + noise / noise.std() * signal.std() * 10 ** (-signal_to_noise_db / 20))


def far_television(signal: NDArray[np.float32], random: np.random.Generator) -> Sound:
    """Return speech as it comes from another room: dull, reverberant, hardly above the room's noise.

    Args:
        signal: float32 (samples,), speech, mono, [-1, 1], at 16 kHz.
        random: Source of the draws.
    """
    ringing = random.uniform(*REVERBERATION_SECONDS)
    time_seconds = _time(ringing)
    response = random.normal(size=len(time_seconds)) * 10 ** (-3 * time_seconds / ringing)
    heard = scipy.signal.fftconvolve(signal, response)[: len(signal)]
    heard = scipy.signal.sosfilt(_low_pass(random.uniform(1_500, 3_000)), heard)
    noise = _noise(len(signal) / RATE_HZ, random, random.uniform(0.3, 0.7))
    gain = 10 ** (random.uniform(*TELEVISION_TO_NOISE_DB) / 20)
    mixed = heard / (heard.std() + 1e-9) * gain + noise / noise.std()
    return _peak(mixed)


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def _time(seconds: float) -> Sound:
    return np.arange(_samples(seconds)) / RATE_HZ


def _noise(seconds: float, random: np.random.Generator, fall: float) -> Sound:
    """Return noise whose power falls with the frequency to the power of 2 · fall."""
    spectrum = np.fft.rfft(random.normal(size=_samples(seconds)))
    frequency_hz = np.fft.rfftfreq(_samples(seconds), 1 / RATE_HZ)
    spectrum[1:] /= np.maximum(frequency_hz[1:], 20.0) ** fall
    return _peak(np.fft.irfft(spectrum, _samples(seconds)))


def _swelling_noise(seconds: float, random: np.random.Generator) -> Sound:
    """Return wind, waves and breath: noise whose level moves as speech's does."""
    swell = scipy.signal.sosfilt(
        scipy.signal.butter(2, random.uniform(1, 6), fs=RATE_HZ, output="sos"),
        random.normal(size=_samples(seconds)),
    )
    return _peak(_noise(seconds, random, 0.5) * 10 ** (swell / swell.std() * 10 / 20))


def _hum(seconds: float, random: np.random.Generator) -> Sound:
    mains_hz = random.choice([50.0, 60.0]) * random.uniform(0.995, 1.005)
    time_seconds = _time(seconds)
    partials = [
        random.uniform(0.1, 1) / k * np.sin(2 * np.pi * k * mains_hz * time_seconds) for k in range(1, 13)
    ]
    return _peak(np.sum(partials, axis=0) + 0.02 * random.normal(size=len(time_seconds)))


def _beeps(seconds: float, random: np.random.Generator) -> Sound:
    period = random.uniform(0.2, 0.6)
    time_seconds = _time(seconds)
    low_hz, high_hz = random.uniform(600, 1000), random.uniform(1200, 1700)
    on = (time_seconds % period) < period * random.uniform(0.3, 0.6)
    return on * _peak(np.sin(2 * np.pi * low_hz * time_seconds) + np.sin(2 * np.pi * high_hz * time_seconds))


def _siren(seconds: float, random: np.random.Generator) -> Sound:
    time_seconds = _time(seconds)
    sway = np.sin(2 * np.pi * random.uniform(0.3, 2) * time_seconds)
    return np.sin(2 * np.pi * np.cumsum(random.uniform(400, 800) * 2 ** (0.5 * sway)) / RATE_HZ)


def _taps(seconds: float, random: np.random.Generator) -> Sound:
    """Return a hand that taps on the tablet and sets it down."""
    sound = np.zeros(_samples(seconds))
    for start in random.integers(0, len(sound), round(seconds * random.uniform(1.5, 5))):
        length = min(random.integers(800, 3200), len(sound) - start)
        decay = np.exp(-np.arange(length) / random.uniform(100, 600))
        body = np.sin(2 * np.pi * random.uniform(80, 400) * np.arange(length) / RATE_HZ)
        sound[start : start + length] += (
            random.uniform(0.3, 1) * decay * (body + random.normal(0, 0.5, length))
        )
    return _peak(sound + 1e-4 * random.normal(size=len(sound)))


def _note(pitch_hz: float, seconds: float, random: np.random.Generator) -> Sound:
    time_seconds = _time(seconds)
    vibrato = random.uniform(0, 0.3) * np.sin(2 * np.pi * random.uniform(4, 7) * time_seconds)
    phase = 2 * np.pi * np.cumsum(pitch_hz * 2 ** (vibrato / 12)) / RATE_HZ
    partials = [np.sin(k * phase) / k ** random.uniform(0.7, 2) for k in range(1, 9)]
    envelope = np.minimum(time_seconds / 0.02, 1) * np.exp(-time_seconds * random.uniform(0.5, 6))
    return np.asarray(np.sum(partials, axis=0) * envelope)


def _melody(seconds: float, random: np.random.Generator) -> Sound:
    sound = np.zeros(_samples(seconds))
    base_hz, beat = random.uniform(110, 330), random.uniform(0.2, 0.6)
    for start in np.arange(0, seconds - beat, beat):
        note = _note(base_hz * 2 ** (random.choice(_SEMITONES) / 12), beat * random.uniform(0.8, 1.5), random)
        place = _samples(start)
        sound[place : place + len(note)] += note[: len(sound) - place]
    return _peak(sound)


def _chords(seconds: float, random: np.random.Generator) -> Sound:
    sound = np.zeros(_samples(seconds))
    base_hz, beat = random.uniform(110, 260), random.uniform(0.5, 1.2)
    for start in np.arange(0, seconds - beat / 2, beat):
        root_hz = base_hz * 2 ** (random.choice([0, 5, 7, 9]) / 12)
        place = _samples(start)
        for step in (0, 4, 7):
            note = _note(root_hz * 2 ** (step / 12), beat * 1.2, random)
            sound[place : place + len(note)] += note[: len(sound) - place]
    return _peak(sound)


def _drums(seconds: float, random: np.random.Generator) -> Sound:
    sound = np.zeros(_samples(seconds))
    beat = random.uniform(0.2, 0.5)
    for number, start in enumerate(np.arange(0, seconds - 0.15, beat)):
        time_seconds = _time(0.15)
        kick = np.sin(2 * np.pi * 60 * time_seconds) * np.exp(-time_seconds * 30)
        snare = random.normal(size=len(time_seconds)) * np.exp(-time_seconds * 40) * 0.5
        place = _samples(start)
        sound[place : place + len(kick)] += (kick if number % 2 == 0 else snare)[: len(sound) - place]
    return _peak(sound)


def _low_pass(limit_hz: float) -> NDArray[np.float64]:
    return np.asarray(scipy.signal.butter(4, limit_hz, fs=RATE_HZ, output="sos"))


def _peak(sound: Sound) -> Sound:
    return np.asarray(sound / max(np.abs(sound).max(), 1e-9))
