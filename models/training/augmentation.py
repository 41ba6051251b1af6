"""Clips as other rooms, microphones and throats would give them, so that no model learns the studio."""

import librosa
import numpy as np
import scipy.signal
import soxr
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ

# Another tape speed makes another speaker of the same mood: pitch, formants and tempo move.
LARGEST_STRETCH = 0.1
# Random gain per octave, standard deviation, dB: the spread of cheap microphones and rooms.
EQUALISER_DB = 4.0
EQUALISER_KNOTS_HZ = (0, 125, 250, 500, 1000, 2000, 4000, 8000)
BAND_LIMITED_SHARE = 0.6
BAND_LIMITS_HZ = (3_400, 8_000)
SIGNAL_TO_NOISE_DB = (12, 40)
# Phones silence what lies so far below the voice, and codecs with them.
GATED_SHARE = 0.4
GATE_BELOW_LOUDEST_DB = (25, 45)
_GATE_SAMPLES = 320
# Others speak faster or slower, with smaller and larger throats, than ten actors do.
TEMPOS, TAPE_SPEEDS = (0.75, 1.3), (0.85, 1.18)
ECHOING_SHARE = 0.5
ECHO_SECONDS, ECHO_GAIN = (0.1, 0.4), 0.04
TELEPHONE_RATES_HZ = (7_000, 8_000, 9_000, 11_000, RATE_HZ)
TELEPHONE_GATED_SHARE, TELEPHONE_GATE_DB = 0.7, 35.0


def coloured(
    signal: NDArray[np.float32], random: np.random.Generator, *, stretched: bool = True
) -> NDArray[np.float32]:
    """Return a clip under a random equaliser, band limit, noise and gate, and at another tape speed.

    Args:
        signal: float32 (samples,), mono, [-1, 1], at 16 kHz.
        random: Source of the draws.
        stretched: Whether the tape speed changes; the length does then, too.
    """
    if stretched:
        speed = random.uniform(1 - LARGEST_STRETCH, 1 + LARGEST_STRETCH)
        signal = soxr.resample(signal, RATE_HZ, RATE_HZ * speed)
    frequency_hz = np.fft.rfftfreq(len(signal), 1 / RATE_HZ).astype(np.float64)
    spectrum = np.fft.rfft(signal) * _response(frequency_hz, random)
    sound = np.fft.irfft(spectrum, len(signal))
    noise = _noise(frequency_hz, len(signal), random)
    noise *= sound.std() / noise.std() * 10 ** (-random.uniform(*SIGNAL_TO_NOISE_DB) / 20)
    mixed = sound + noise
    if random.random() < GATED_SHARE:
        mixed = _gated(mixed, random.uniform(*GATE_BELOW_LOUDEST_DB))
    return np.asarray(mixed / max(1.0, np.abs(mixed).max()), dtype=np.float32)


def respoken(signal: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a clip at another tempo, and by another throat: pitch and formants move together."""
    paced = librosa.effects.time_stretch(signal, rate=random.uniform(*TEMPOS))
    return np.asarray(soxr.resample(paced, RATE_HZ, RATE_HZ * random.uniform(*TAPE_SPEEDS)))


def echoing(signal: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a clip in half of the cases with the echo of a room, noise that falls by 60 dB."""
    if random.random() >= ECHOING_SHARE:
        return signal
    samples = round(random.uniform(*ECHO_SECONDS) * RATE_HZ)
    room = random.normal(size=samples) * 10 ** (-3 * np.arange(samples) / samples) * ECHO_GAIN
    room[0] = 1
    return np.asarray(scipy.signal.fftconvolve(signal, room)[: len(signal)], dtype=np.float32)


def by_telephone(signal: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a clip as a cheap phone may deliver it: band cut off, gated, nothing around for 0.25 s."""
    rate_hz = random.choice(TELEPHONE_RATES_HZ)
    cut = soxr.resample(soxr.resample(signal, RATE_HZ, rate_hz), rate_hz, RATE_HZ)[: len(signal)]
    sound = cut.astype(np.float64)
    if random.random() < TELEPHONE_GATED_SHARE:
        sound = _gated(sound, TELEPHONE_GATE_DB)
    return np.pad(sound, RATE_HZ // 4).astype(np.float32)


def _response(frequency_hz: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    knots_hz = np.array(EQUALISER_KNOTS_HZ, dtype=np.float64)
    gain_db = random.normal(0, EQUALISER_DB, len(knots_hz))
    # On a scale of octaves that begins at 60 Hz; the mean gain carries nothing.
    gain_db = np.interp(np.log2(frequency_hz + 60), np.log2(knots_hz + 60), gain_db - gain_db.mean())
    response = 10 ** (gain_db / 20)
    if random.random() < BAND_LIMITED_SHARE:
        response /= 1 + (frequency_hz / random.uniform(*BAND_LIMITS_HZ)) ** random.choice([16, 64, 256])
    return np.asarray(response)


def _gated(sound: NDArray[np.float64], below_db: float) -> NDArray[np.float64]:
    """Return the sound with nothing where 20 ms of it lie further below the loudest 5 %."""
    whole = np.concatenate([sound, np.zeros(-len(sound) % _GATE_SAMPLES)]).reshape(-1, _GATE_SAMPLES)
    power = (whole**2).mean(axis=1)
    kept = power > np.percentile(power, 95) * 10 ** (-below_db / 10)
    return np.asarray((whole * kept[:, None]).ravel()[: len(sound)])


def _noise(
    frequency_hz: NDArray[np.float64], samples: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return float64 (samples,) of noise between white and nearly pink."""
    spectrum = np.fft.rfft(random.normal(size=samples))
    spectrum[1:] /= frequency_hz[1:] ** random.uniform(0, 0.6)
    return np.asarray(np.fft.irfft(spectrum, samples))
