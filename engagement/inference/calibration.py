"""A learner's clips in order → each clip's emotions against the learner's own voice so far.

The baseline of a clip is the mean and spread of every functional over the learner's clips up to and with
it. A later clip changes no earlier score, so that a table scored today and one scored next month agree on
what they share. `models/emotion_calibrated` shrinks the baseline toward its training population, functional
by functional, and trusts it the less, the fewer and the more alike the clips are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engagement.audio.functionals import FRONT_END, functional_names
from engagement.errors import ModelError
from engagement.inference.emotion import EMOTIONS
from engagement.inference.runtime import Model, load_model, require_input

PLAIN_CONTENT = "emotion probabilities/1"


@dataclass(frozen=True)
class Baseline:
    """What a learner's clips sum up to; arrays are float64 (functionals,).

    Sums run clip by clip in the learner's order, so that where a batch ends changes not a bit of them.

    Attributes:
        clips: Clips in it.
        total: Sum of the functionals.
        squares: Sum of their squares.
    """

    clips: int
    total: NDArray[np.float64]
    squares: NDArray[np.float64]


def no_baseline() -> Baseline:
    """Return the baseline of a learner who has not been heard."""
    return Baseline(0, np.zeros(len(functional_names())), np.zeros(len(functional_names())))


def load_calibrated_model(name: str, *, threads: int = 1) -> Model:
    """Load the learner-calibrated emotion model, once per worker.

    Raises:
        ModelError: see `runtime.load_model`; or it was made for another front end or other labels.
    """
    model = load_model(name, threads=threads)
    for tensor in ("functionals", "baseline_mean", "baseline_variance"):
        require_input(model, tensor, content=FRONT_END, columns=len(functional_names()))
    require_input(model, "probabilities", content=PLAIN_CONTENT, columns=len(EMOTIONS))
    if model.description.labels != EMOTIONS:
        raise ModelError(f"Model {name!r}: labels are {model.description.labels}; expected {EMOTIONS}.")
    return model


def running_baselines(
    functionals: NDArray[np.float64], before: Baseline
) -> tuple[dict[str, NDArray[np.float64]], Baseline]:
    """Return the baseline of each clip of one learner, and what is to be carried on.

    Args:
        functionals: float64 (clips, functionals), in the learner's order, at least one clip.
        before: His earlier clips.

    Returns:
        Inputs of the model: baseline_clips (clips, 1), baseline_mean and baseline_variance
        (clips, functionals; of the clips so far, divided by their number); and the last baseline.
    """
    total = np.cumsum(np.vstack([before.total, functionals]), axis=0)[1:]
    squares = np.cumsum(np.vstack([before.squares, functionals**2]), axis=0)[1:]
    count = before.clips + np.arange(1, len(functionals) + 1, dtype=np.float64)[:, None]
    mean = total / count
    inputs = {
        "baseline_clips": count,
        "baseline_mean": mean,
        "baseline_variance": np.maximum(squares / count - mean**2, 0),
    }
    return inputs, Baseline(before.clips + len(functionals), total[-1], squares[-1])


def score_calibrated(
    model: Model,
    functionals: NDArray[np.float64],
    plain: NDArray[np.float64],
    baselines: dict[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    """Score clips against their learners.

    Args:
        model: From `load_calibrated_model`.
        functionals: float64 (clips, functionals).
        plain: float64 (clips, emotions), probabilities by the emotion model.
        baselines: From `running_baselines`, same clips.

    Returns:
        float64 (clips,) by column: emotion_calibrated_* (sum 1), arousal_calibrated, valence_calibrated, 0–1.
    """
    outputs = model.run({"functionals": functionals, "probabilities": plain, **baselines})
    emotions = {
        f"emotion_calibrated_{label}": outputs["calibrated"][:, i] for i, label in enumerate(EMOTIONS)
    }
    arousal, valence = outputs["dimensions"].T
    return {**emotions, "arousal_calibrated": arousal, "valence_calibrated": valence}
