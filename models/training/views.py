"""Choices of functionals that the emotion models look at."""

import numpy as np
from numpy.typing import NDArray

from engagement.audio.functionals import functional_names

# The corpus' clips are cut to two seconds: their length and the silence around them are the cutter's.
LEFT_OUT = {"total_log", "speech_log", "lead_in", "level_floor", "nuclei"}
# How high a voice lies is its owner's, what its cepstra are on average the microphone's and the sentence's.
_SPECTRUM = ("centroid", "flux", "tilt", "flatness", "harmonicity", "band_")
_HEIGHT = {"pitch_mean", "pitch_p10", "pitch_p50", "pitch_p90"}


def used_functionals() -> NDArray[np.bool_]:
    """Return bool (functionals,): what the models look at."""
    return np.array([name not in LEFT_OUT for name in functional_names()])


def spectrum_and_level() -> NDArray[np.bool_]:
    """Return bool (functionals,): what arousal does to anybody's voice, how high it lies left out."""
    return _named(*_SPECTRUM, "level")


def carried_over() -> NDArray[np.bool_]:
    """Return bool (functionals,): what carries over to strangers: spectrum, level, melody and change."""
    names = functional_names()
    melody = np.array([name.startswith("pitch") and name not in _HEIGHT for name in names])
    change = np.array([name.endswith("_delta_std") for name in names])
    return melody | change | spectrum_and_level()


def _named(*beginnings: str) -> NDArray[np.bool_]:
    begins = np.array([name.startswith(beginnings) for name in functional_names()])
    return begins & used_functionals()
