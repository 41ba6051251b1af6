"""Versions of the corpus, clip by clip, as other voices, microphones and rooms would have it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ, analyse
from engagement.audio.functionals import functionals
from models.training.augmentation import coloured, echoing, respoken
from models.training.corpora import ActedClips, clip_functionals, decoded

# Clips of a corpus whose clips are all two seconds long are joined and cut to these lengths.
JOINED_SECONDS = (1.2, 5.0)

Signal = NDArray[np.float32]


def coloured_copy(clips: ActedClips, seed: int, *, stretched: bool = True) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) of the clips, each through a microphone and room of its own."""
    random = np.random.default_rng(seed)
    return clip_functionals(clips.paths, change=lambda signal: coloured(signal, random, stretched=stretched))


def one_microphone_copy(clips: ActedClips, seed: int, *, stretched: bool = True) -> NDArray[np.float64]:
    """Return float64 (clips, functionals): every speaker with one microphone, room and throat of his own."""

    numbers = _numbers(clips)

    def change(place: int, signal: Signal) -> Signal:
        # The same draws for each of the speaker's clips.
        random = np.random.default_rng([seed, numbers[place]])
        return coloured(signal, random, stretched=stretched)

    return _changed([decoded(path).signal for path in clips.paths], change)


def respoken_copy(clips: ActedClips, seed: int, *, by_speaker: bool, joined: bool) -> NDArray[np.float64]:
    """Return float64 (clips, functionals): at other tempos, by other throats and microphones.

    Args:
        clips: The corpus.
        seed: Of the draws.
        by_speaker: Whether they are drawn once per speaker; else once per clip.
        joined: Whether clips of one speaker and emotion are joined and cut to other lengths first, and half
            of the draws are in an echoing room.
    """
    signals = [decoded(path).signal for path in clips.paths]
    numbers = _numbers(clips)

    def change(place: int, signal: Signal) -> Signal:
        own = np.random.default_rng([seed, numbers[place], place])
        shared = np.random.default_rng([seed, numbers[place]]) if by_speaker else own
        told = _joined(clips, signals, place, own) if joined else signal
        spoken = respoken(told, shared)
        return coloured(echoing(spoken, shared) if joined else spoken, shared, stretched=False)

    return _changed(signals, change)


def _changed(signals: list[Signal], change: Callable[[int, Signal], Signal]) -> NDArray[np.float64]:
    return np.stack([functionals(analyse(change(place, signal))) for place, signal in enumerate(signals)])


def _joined(clips: ActedClips, signals: list[Signal], place: int, random: np.random.Generator) -> Signal:
    """Return a clip, followed by others of the same speaker and emotion where it is too short."""
    alike = (clips.speakers == clips.speakers[place]) & (clips.emotions == clips.emotions[place])
    samples = round(random.uniform(*JOINED_SECONDS) * RATE_HZ)
    told = signals[place]
    others = np.setdiff1d(np.flatnonzero(alike), [place])
    while len(told) < samples and len(others):
        told = np.concatenate([told, signals[random.choice(others)]])
    return told[:samples]


def _numbers(clips: ActedClips) -> NDArray[np.intp]:
    """Return int (clips,): the place of each clip's speaker among the speakers."""
    return np.searchsorted(np.unique(clips.speakers), clips.speakers)
