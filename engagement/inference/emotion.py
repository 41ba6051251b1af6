"""Functionals of clips → seven emotions, arousal and valence."""

import numpy as np
from numpy.typing import NDArray

from engagement.audio.functionals import FRONT_END, functional_names
from engagement.errors import ModelError
from engagement.inference.runtime import Model, load_model, require_input

EMOTIONS = ("anger", "boredom", "disgust", "fear", "happiness", "sadness", "neutral")


def load_emotion_model(name: str, *, threads: int = 1, require_gpu: bool = False, device: int = 0) -> Model:
    """Load the emotion model, once per worker.

    Raises:
        ModelError: see `runtime.load_model`; or it was made for another front end or other labels.
    """
    model = load_model(name, threads=threads, require_gpu=require_gpu, device=device)
    require_input(model, "functionals", content=FRONT_END, columns=len(functional_names()))
    if model.description.labels != EMOTIONS:
        raise ModelError(f"Model {name!r}: labels are {model.description.labels}; expected {EMOTIONS}.")
    return model


def score_emotion(model: Model, functionals: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Score clips.

    Args:
        model: From `load_emotion_model`.
        functionals: float64 (clips, functionals).

    Returns:
        float64 (clips,) by column of silver.voice_scores: emotion_* (sum 1), arousal and valence, 0–1.
    """
    outputs = model.run({"functionals": functionals})
    emotions = {f"emotion_{label}": outputs["probabilities"][:, i] for i, label in enumerate(EMOTIONS)}
    return {**emotions, "arousal": outputs["dimensions"][:, 0], "valence": outputs["dimensions"][:, 1]}
