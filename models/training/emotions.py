"""What both emotion models share: the groups of emotions, the fit, the temperature and the figures."""

import numpy as np
from numpy.typing import NDArray

from engagement.audio.functionals import functional_names
from engagement.inference.emotion import AROUSED, EMOTIONS, POSITIVE
from models.training.calibration import softmax, temperature
from models.training.corpora import EmotionalClips
from models.training.evaluation import calibration_error, interval, recall
from models.training.graphs import GraphBuilder
from models.training.kernel_ridge import KernelRidge, fit

# The corpus' clips are cut to two seconds: their length and the silence around them are the cutter's.
LEFT_OUT = {"total_log", "speech_log", "lead_in", "level_floor", "nuclei"}


def fit_emotions(
    copies: list[NDArray[np.float64]], emotions: NDArray[np.int64], *, width: float, ridge: float
) -> KernelRidge:
    """Fit one score per emotion; every emotion counts alike, however many clips it has.

    Args:
        copies: The clips in one or more versions, each float64 (clips, functionals).
        emotions: int64 (clips,), the same for each version.
        width: gamma, times the number of features.
        ridge: Penalty on the weights.
    """
    labels = np.tile(emotions, len(copies))
    clip_weights = 1 / np.bincount(labels, minlength=len(EMOTIONS))[labels]
    return fit(
        np.vstack(copies),
        np.eye(len(EMOTIONS))[labels],
        width=width,
        ridge=ridge,
        clip_weights=clip_weights / clip_weights.mean(),
        used=used_functionals(),
    )


def used_functionals() -> NDArray[np.bool_]:
    """Return bool (functionals,): what the models look at."""
    return np.array([name not in LEFT_OUT for name in functional_names()])


def sharpened(guessed: NDArray[np.float64], clips: EmotionalClips) -> NDArray[np.float64]:
    """Return float64 (clips, emotions): probabilities; a speaker's temperature comes from the others."""
    probabilities = np.zeros_like(guessed)
    for speaker in np.unique(clips.speakers):
        others = clips.speakers != speaker
        sharpness = temperature(guessed[others], clips.emotions[others])
        probabilities[~others] = softmax(guessed[~others] * sharpness)
    return probabilities


def measure(probabilities: NDArray[np.float64], clips: EmotionalClips) -> dict[str, float]:
    """Return the figures of the card, with 95 % intervals over speakers."""
    figures: dict[str, float] = {}
    truths = {
        "7_emotions": (clips.emotions, probabilities.argmax(axis=1)),
        "arousal": (_is_one_of(AROUSED, clips), (_share(AROUSED, probabilities) > 0.5).astype(np.int64)),
        "valence": (_is_one_of(POSITIVE, clips), (_share(POSITIVE, probabilities) > 0.5).astype(np.int64)),
    }
    for name, (truth, predicted) in truths.items():
        low, high = interval(recall, truth, predicted, clips.speakers)
        figures |= {f"uar_{name}": recall(truth, predicted), f"uar_{name}_low": low, f"uar_{name}_high": high}
    for place, label in enumerate(EMOTIONS):
        figures[f"recall_{label}"] = float(
            (probabilities.argmax(axis=1) == place)[clips.emotions == place].mean()
        )
    figures["calibration_error"] = calibration_error(clips.emotions, probabilities)
    return figures


def add_dimensions(graph: GraphBuilder, probabilities: str) -> None:
    """Add the output `dimensions`, arousal and valence, as sums of probabilities."""
    members = np.array([[float(label in group) for group in (AROUSED, POSITIVE)] for label in EMOTIONS])
    summed = graph.node("MatMul", [probabilities, graph.weight(members)])
    graph.node("Clip", [summed, graph.weight(0.0), graph.weight(1.0)], name="dimensions")


def _is_one_of(labels: tuple[str, ...], clips: EmotionalClips) -> NDArray[np.int64]:
    return np.isin(clips.emotions, [EMOTIONS.index(label) for label in labels]).astype(np.int64)


def _share(labels: tuple[str, ...], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(probabilities[:, [EMOTIONS.index(label) for label in labels]].sum(axis=1))
