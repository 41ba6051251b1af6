"""What both emotion models share: what they look at, the fit, the probabilities and the figures.

Regressions of the seven emotions by three choices of functionals are averaged: all, those that a telephone
leaves alone, and of these those that carry over to strangers. A fourth judges arousal alone, and shifts
probability between the aroused emotions and the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engagement.inference.emotion import AROUSED, EMOTIONS, POSITIVE
from models.training.calibration import softmax, temperature
from models.training.corpora import ActedClips, EmotionalClips
from models.training.evaluation import calibration_error, interval, recall
from models.training.graphs import GraphBuilder, regression, squared_distances
from models.training.kernel_ridge import KernelRidge, fit, predict
from models.training.views import carried_over, used_functionals

WIDTH, RIDGE = 0.5, 0.4
AROUSAL_WIDTH, AROUSAL_RIDGE = 0.2, 0.5
# Probabilities nearer to certainty than this are held here before their odds are taken.
_LEAST_DOUBT = 1e-6


@dataclass(frozen=True)
class EmotionModel:
    """Fitted regressions over the same clips.

    Attributes:
        views: Of the seven emotions; the first looks at all functionals used.
        arousal: Of arousal, -1 or 1.
    """

    views: tuple[KernelRidge, ...]
    arousal: KernelRidge


@dataclass(frozen=True)
class Sharpness:
    """Factors on the scores that make probabilities of them."""

    emotions: float
    arousal: float


def fit_emotions(
    versions: list[NDArray[np.float64]],
    emotions: NDArray[np.int64],
    *,
    reliable: NDArray[np.bool_],
    arousal_by: NDArray[np.bool_],
) -> EmotionModel:
    """Fit the regressions; every emotion counts alike, however many clips it has.

    Args:
        versions: The clips in one or more versions, each float64 (clips, functionals).
        emotions: int64 (clips,), the same for each version.
        reliable: bool (functionals,), whether a telephone leaves a functional alone.
        arousal_by: bool (functionals,), what arousal is judged by.
    """
    rows, labels = np.vstack(versions), np.tile(emotions, len(versions))
    clip_weights = 1 / np.bincount(labels, minlength=len(EMOTIONS))[labels]
    clip_weights = clip_weights / clip_weights.mean()
    views = tuple(
        fit(
            rows,
            np.eye(len(EMOTIONS))[labels],
            width=WIDTH,
            ridge=RIDGE,
            clip_weights=clip_weights,
            used=used,
        )
        for used in (used_functionals(), used_functionals() & reliable, carried_over() & reliable)
    )
    arousal = fit(
        rows,
        _members(AROUSED)[labels][:, None] * 2 - 1,
        width=AROUSAL_WIDTH,
        ridge=AROUSAL_RIDGE,
        clip_weights=clip_weights,
        used=arousal_by,
    )
    return EmotionModel(views, arousal)


def emotion_scores(model: EmotionModel, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 (clips, emotions + 1): a score per emotion, then that of arousal."""
    emotions = np.mean([predict(view, rows) for view in model.views], axis=0)
    return np.hstack([emotions, predict(model.arousal, rows)])


def probabilities(scores: NDArray[np.float64], sharpness: Sharpness) -> NDArray[np.float64]:
    """Return float64 (clips, emotions) of scores from `emotion_scores`; rows sum to 1."""
    scaled = scores[:, :-1] * sharpness.emotions
    share = np.clip(softmax(scaled) @ _members(AROUSED), _LEAST_DOUBT, 1 - _LEAST_DOUBT)
    moved = (scores[:, -1] * sharpness.arousal - np.log(share / (1 - share))) / 2
    return softmax(scaled + moved[:, None] * _members(AROUSED))


@dataclass(frozen=True)
class HeldOut:
    """Scores by models that did not hear the speaker; float64 (clips, emotions + 1).

    Attributes:
        scores: Of the clips as they are.
        respoken: Of a copy by other voices, microphones and rooms.
    """

    scores: NDArray[np.float64]
    respoken: NDArray[np.float64]

    def sharpness(self, clips: ActedClips, taken: NDArray[np.bool_]) -> Sharpness:
        """Return the factors that fit both kinds of the clips taken: learners are strangers to any corpus."""
        scores = np.vstack([self.scores[taken], self.respoken[taken]])
        return fit_sharpness(scores, np.tile(clips.emotions[taken], 2))


def fit_sharpness(scores: NDArray[np.float64], emotions: NDArray[np.int64]) -> Sharpness:
    """Return the factors under which scores of unheard voices keep their word."""
    arousal = np.stack([-scores[:, -1], scores[:, -1]], axis=1) / 2
    is_aroused = _members(AROUSED)[emotions].astype(np.int64)
    return Sharpness(temperature(scores[:, :-1], emotions), temperature(arousal, is_aroused))


def add_probabilities(
    graph: GraphBuilder, rows: str, model: EmotionModel, sharpness: Sharpness, *, name: str | None = None
) -> str:
    """Add the model to a graph; returns the name of a float64 (clips, emotions) tensor."""
    node, weight = graph.node, graph.weight
    support = graph.stored(model.views[0].support)

    def scores(one: KernelRidge) -> str:
        return regression(graph, squared_distances(graph, rows, one, support=support), one)

    summed = node("Sum", [scores(view) for view in model.views])
    scaled = node("Mul", [summed, weight(sharpness.emotions / len(model.views))])
    aroused = _members(AROUSED)[:, None]
    share = node("MatMul", [node("Softmax", [scaled], axis=1), weight(aroused)])
    held = node("Clip", [share, weight(_LEAST_DOUBT), weight(1 - _LEAST_DOUBT)])
    odds = node("Log", [node("Div", [held, node("Sub", [weight(1.0), held])])])
    heard = node("Mul", [scores(model.arousal), weight(sharpness.arousal)])
    moved = node("Mul", [node("Sub", [heard, odds]), weight(0.5)])
    shifted = node("Add", [scaled, node("MatMul", [moved, weight(aroused.T)])])
    return node("Softmax", [shifted], name=name, axis=1)


def measure(probabilities: NDArray[np.float64], clips: EmotionalClips) -> dict[str, float]:
    """Return the figures of the card, with 95 % intervals over speakers."""
    figures: dict[str, float] = {}
    guessed = probabilities.argmax(axis=1)
    truths = {"7_emotions": (clips.emotions, guessed)}
    for name, group in (("arousal", AROUSED), ("valence", POSITIVE)):
        is_inside = _members(group)[clips.emotions].astype(np.int64)
        truths[name] = (is_inside, (probabilities @ _members(group) > 0.5).astype(np.int64))
    for name, (truth, predicted) in truths.items():
        low, high = interval(recall, truth, predicted, clips.speakers)
        figures |= {f"uar_{name}": recall(truth, predicted), f"uar_{name}_low": low, f"uar_{name}_high": high}
    for place, label in enumerate(EMOTIONS):
        figures[f"recall_{label}"] = float((guessed == place)[clips.emotions == place].mean())
    figures["calibration_error"] = calibration_error(clips.emotions, probabilities)
    return figures


def add_dimensions(graph: GraphBuilder, probabilities: str) -> None:
    """Add the output `dimensions`, arousal and valence, as sums of probabilities."""
    members = np.stack([_members(AROUSED), _members(POSITIVE)], axis=1)
    summed = graph.node("MatMul", [probabilities, graph.weight(members)])
    graph.node("Clip", [summed, graph.weight(0.0), graph.weight(1.0)], name="dimensions")


def _members(group: tuple[str, ...]) -> NDArray[np.float64]:
    """Return float64 (emotions,): 1 for the emotions of a group, else 0."""
    return np.array([float(label in group) for label in EMOTIONS])
