"""Functionals of clips, or their waveforms → seven emotions, arousal and valence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engagement.audio.functionals import FRONT_END, functional_names
from engagement.errors import ModelError
from engagement.inference.runtime import Model, load_model, require_input
from engagement.inference.waveforms import hears_waveforms, require_waveforms, run_on_waveforms

EMOTIONS = ("anger", "boredom", "disgust", "fear", "happiness", "sadness", "neutral")
# Emotions of high arousal and of positive valence, as Schuller et al. divide EmoDB's classes in "Acoustic
# emotion recognition: a benchmark comparison of performances" (ASRU 2009).
AROUSED = ("anger", "fear", "happiness")
POSITIVE = ("happiness", "neutral")


def load_emotion_model(name: str, *, threads: int = 1, require_gpu: bool = False, device: int = 0) -> Model:
    """Load the emotion model, once per worker: ours, or one that hears waveforms and has labels of its own.

    Raises:
        ModelError: see `runtime.load_model`; or it was made for another front end or other labels.
    """
    model = load_model(name, threads=threads, require_gpu=require_gpu, device=device)
    if hears_waveforms(model):
        require_waveforms(model)
        _check_emotions(model)
        return model
    require_input(model, "functionals", content=FRONT_END, columns=len(functional_names()))
    if model.description.labels != EMOTIONS:
        raise ModelError(f"Model {name!r}: labels are {model.description.labels}; expected {EMOTIONS}.")
    return model


def score_emotion(
    model: Model, functionals: NDArray[np.float64], signals: Sequence[NDArray[np.float32]] = ()
) -> dict[str, NDArray[np.float64]]:
    """Score clips.

    Args:
        model: From `load_emotion_model`.
        functionals: float64 (clips, functionals).
        signals: For a model that hears waveforms, each clip's: float32 (samples,), mono, [-1, 1], at 16 kHz.

    Returns:
        float64 (clips,) by column of silver.voice_scores: emotion_* (sum 1), arousal and valence, 0–1. Of a
        model with other labels, NaN in the emotions it does not know; and in a dimension of which it knows
        one side only.
    """
    if hears_waveforms(model):
        return _by_our_emotions(model, run_on_waveforms(model, signals))
    outputs = model.run({"functionals": functionals})
    emotions = {f"emotion_{label}": outputs["probabilities"][:, i] for i, label in enumerate(EMOTIONS)}
    return {**emotions, "arousal": outputs["dimensions"][:, 0], "valence": outputs["dimensions"][:, 1]}


def _by_our_emotions(model: Model, probabilities: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Add up the labels of each emotion, leave out those that are none, and let the rest sum to 1."""
    meaning = model.description.emotions or {}
    ours = [meaning[label] for label in model.description.labels]
    known = [emotion for emotion in EMOTIONS if emotion in ours]
    summed = {emotion: probabilities[:, [mine == emotion for mine in ours]].sum(axis=1) for emotion in known}
    # Where all of the probability went to labels that are no emotion of ours, nothing is known.
    total = np.sum(list(summed.values()), axis=0)
    shares = {emotion: values / np.where(total > 0, total, np.nan) for emotion, values in summed.items()}
    unknown = np.full(len(probabilities), np.nan)
    return {
        **{f"emotion_{emotion}": shares.get(emotion, unknown) for emotion in EMOTIONS},
        "arousal": _one_side(AROUSED, shares, unknown),
        "valence": _one_side(POSITIVE, shares, unknown),
    }


def _one_side(
    side: tuple[str, ...], shares: dict[str, NDArray[np.float64]], unknown: NDArray[np.float64]
) -> NDArray[np.float64]:
    inside = [values for emotion, values in shares.items() if emotion in side]
    return np.asarray(np.sum(inside, axis=0)) if 0 < len(inside) < len(shares) else unknown


def _check_emotions(model: Model) -> None:
    description = model.description
    where = f"model.yaml of {description.name!r}: emotions"
    meaning = description.emotions
    if meaning is None or set(meaning) != set(description.labels):
        raise ModelError(
            f"{where} names {', '.join(meaning or ()) or 'nothing'}; expected an entry for each of labels: "
            f"{', '.join(description.labels)}."
        )
    strange = sorted({str(emotion) for emotion in meaning.values() if emotion not in (*EMOTIONS, None)})
    if strange:
        raise ModelError(
            f"{where} holds {', '.join(strange)}; expected null or one of {', '.join(EMOTIONS)}."
        )
    if not any(meaning.values()):
        raise ModelError(f"{where} maps no label to an emotion; expected at least one.")
