"""The plain emotion model: what it learns from, its fit, and its scores of voices that it did not hear."""

import numpy as np
from numpy.typing import NDArray

from engagement.inference.emotion import EMOTIONS
from models.training.copies import respoken_copy
from models.training.corpora import ActedClips
from models.training.emotions import EmotionModel, HeldOut, emotion_scores, fit_emotions, probabilities
from models.training.views import spectrum_and_level

COPY_SEEDS = (31, 32, 33)


def learnt_copies(clips: ActedClips) -> list[NDArray[np.float64]]:
    """Return the versions that the plain model learns beside the clips, float64 (clips, functionals) each."""
    return [respoken_copy(clips, seed, by_speaker=False, joined=False) for seed in COPY_SEEDS]


def fit_plain(clips: ActedClips, copies: list[NDArray[np.float64]], heard: NDArray[np.bool_]) -> EmotionModel:
    """Fit the plain model on the clips heard, bool (clips,), and their copies."""
    return fit_emotions(
        [version[heard] for version in (clips.functionals, *copies)],
        clips.emotions[heard],
        reliable=clips.is_reliable,
        arousal_by=spectrum_and_level() & clips.is_reliable,
    )


def leave_one_speaker_out(
    clips: ActedClips, copies: list[NDArray[np.float64]], judged: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Score each version in `judged` by models that did not hear the speaker in any version.

    Returns:
        For each version float64 (clips, emotions + 1), as `emotion_scores` gives them.
    """
    guessed = [np.zeros((len(clips.emotions), len(EMOTIONS) + 1)) for _ in judged]
    for speaker in np.unique(clips.speakers):
        heard = clips.speakers != speaker
        model = fit_plain(clips, copies, heard)
        for scores, version in zip(guessed, judged, strict=True):
            scores[~heard] = emotion_scores(model, version[~heard])
    return guessed


def sharpened(scores: NDArray[np.float64], held_out: HeldOut, clips: ActedClips) -> NDArray[np.float64]:
    """Return float64 (clips, emotions): probabilities; how sharp a speaker's are comes from the others."""
    sharp = np.zeros((len(scores), len(EMOTIONS)))
    for speaker in np.unique(clips.speakers):
        own = clips.speakers == speaker
        sharp[own] = probabilities(scores[own], held_out.sharpness(clips, ~own))
    return sharp
