"""The second emotion model: functionals against the learner's own voice, mixed with the plain scores."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engagement.inference.emotion import EMOTIONS
from models.training.augmentation import coloured
from models.training.baselines import (
    ALL_MOODS_VARIETY,
    ONE_MOOD_VARIETY,
    SPREAD_PRIOR_CLIPS,
    TRUST_PRIOR_CLIPS,
    Baselines,
    Population,
    describe_population,
    relative,
    speaker_baselines,
    trust,
)
from models.training.calibration import softmax, temperature
from models.training.corpora import EmotionalClips, clip_functionals
from models.training.emotions import add_dimensions, fit_emotions, used_functionals
from models.training.graphs import GraphBuilder, regression, squared_distances
from models.training.kernel_ridge import KernelRidge, predict

WIDTH, RIDGE = 0.3, 0.5
COPY_SEEDS, UNSEEN_SEED = (11, 12, 13, 14, 15, 16), 91


@dataclass(frozen=True)
class CalibratedModel:
    """A fitted head and the population that it measures against."""

    population: Population
    head: KernelRidge


def one_microphone_copy(clips: EmotionalClips, seed: int, *, stretched: bool = True) -> NDArray[np.float64]:
    """Return float64 (clips, functionals): every speaker with one microphone, room and throat of his own."""
    copies = np.zeros_like(clips.functionals)
    for number, speaker in enumerate(np.unique(clips.speakers)):
        own = np.flatnonzero(clips.speakers == speaker)

        def change(signal: NDArray[np.float32], number: int = number) -> NDArray[np.float32]:
            # The same draws for each of the speaker's clips.
            return coloured(signal, np.random.default_rng([seed, number]), stretched=stretched)

        copies[own] = clip_functionals([clips.paths[i] for i in own], change=change)
    return copies


def fit_calibrated(
    versions: list[NDArray[np.float64]], speakers: NDArray[np.str_], emotions: NDArray[np.int64]
) -> CalibratedModel:
    """Fit the head on clips against all of their speaker's clips by the same microphone.

    Args:
        versions: The clips by one microphone per speaker each, float64 (clips, functionals).
        speakers: str (clips,), the same for each version.
        emotions: int64 (clips,), the same for each version.
    """
    population = describe_population(versions, speakers)
    rows = [relative(version, speaker_baselines(version, speakers), population) for version in versions]
    return CalibratedModel(population, fit_emotions(rows, emotions, width=WIDTH, ridge=RIDGE))


def leave_one_speaker_out(
    clips: EmotionalClips,
    copies: list[NDArray[np.float64]],
    judged: dict[str, tuple[NDArray[np.float64], Baselines]],
    plain: dict[str, NDArray[np.float64]],
) -> tuple[dict[str, NDArray[np.float64]], float]:
    """Score regimes of clips and baselines by models that did not hear the speaker.

    Args:
        clips: The corpus.
        copies: Further versions to learn from.
        judged: By regime, the clips' functionals and baselines; the first sets the temperature.
        plain: By regime, float64 (clips, emotions): probabilities of the plain model, also held out.

    Returns:
        By regime, float64 (clips, emotions): probabilities; and the temperature of the first regime.
    """
    guessed = {regime: np.zeros((len(clips.emotions), len(EMOTIONS))) for regime in judged}
    trusted = {regime: np.zeros((len(clips.emotions), 1)) for regime in judged}
    for speaker in np.unique(clips.speakers):
        own = clips.speakers == speaker
        versions = [version[~own] for version in (clips.functionals, *copies)]
        model = fit_calibrated(versions, clips.speakers[~own], clips.emotions[~own])
        for regime, (functionals, every) in judged.items():
            baselines = Baselines(*(getattr(every, field.name)[own] for field in fields(Baselines)))
            rows = relative(functionals[own], baselines, model.population)
            guessed[regime][own] = predict(model.head, rows)
            trusted[regime][own] = trust(baselines, model.population, used_functionals())
    first = guessed[next(iter(judged))]
    probabilities = {regime: np.zeros_like(first) for regime in judged}
    for speaker in np.unique(clips.speakers):
        own = clips.speakers == speaker
        sharpness = temperature(first[~own], clips.emotions[~own])
        for regime, scores in guessed.items():
            share = trusted[regime][own]
            heard = softmax(scores[own] * sharpness)
            probabilities[regime][own] = plain[regime][own] + share * (heard - plain[regime][own])
    return probabilities, temperature(first, clips.emotions)


def calibrated_graph(model: CalibratedModel, sharpness: float) -> bytes:
    """Return the graph: baseline shrunk, clip against it, its probabilities mixed with the plain ones."""
    graph, population = GraphBuilder(), model.population
    clips, weight, node = "baseline_clips", graph.weight, graph.node
    share = node("Div", [clips, node("Add", [clips, weight(population.prior_clips)])])
    moved = node("Mul", [share, node("Sub", ["baseline_mean", weight(population.centre)])])
    centre = node("Add", [moved, weight(population.centre)])
    squares = node("Mul", [clips, "baseline_variance"])
    drawn = node("Add", [squares, weight(SPREAD_PRIOR_CLIPS * population.variance)])
    variance = node("Div", [drawn, node("Add", [clips, weight(SPREAD_PRIOR_CLIPS - 1)])])
    rows = node("Div", [node("Sub", ["functionals", centre]), node("Sqrt", [variance])])
    scores = regression(graph, squared_distances(graph, rows, model.head), model.head)
    heard = node("Softmax", [node("Mul", [scores, weight(sharpness)])], axis=1)
    mixed = node("Mul", [_trust(graph, squares, population), node("Sub", [heard, "probabilities"])])
    node("Add", ["probabilities", mixed], name="calibrated")
    add_dimensions(graph, "calibrated")
    columns = len(population.centre)
    inputs = {
        "functionals": columns,
        "probabilities": len(EMOTIONS),
        clips: 1,
        "baseline_mean": columns,
        "baseline_variance": columns,
    }
    return graph.build("emotion_calibrated", inputs, {"calibrated": len(EMOTIONS), "dimensions": 2})


def _trust(graph: GraphBuilder, squares: str, population: Population) -> str:
    """Add `trust`; of an odd number of functionals, the median is the last of the larger half."""
    clips, weight, node = "baseline_clips", graph.weight, graph.node
    used = np.flatnonzero(used_functionals())
    freedom = node("Max", [node("Sub", [clips, weight(1.0)]), weight(1.0)])
    ratio = node("Div", [node("Div", [squares, freedom]), weight(population.variance)])
    chosen = node("Gather", [ratio, weight(used)], axis=1)
    half = len(used) // 2 + 1
    larger = graph.first_output("TopK", [chosen, weight(np.array([half]))], axis=1)
    bounds = [weight(np.array([n])) for n in (half - 1, half, 1)]
    variety = node("Slice", [larger, *bounds])
    scale = weight(1 / (ALL_MOODS_VARIETY - ONE_MOOD_VARIETY))
    varied = node("Mul", [node("Sub", [variety, weight(ONE_MOOD_VARIETY)]), scale])
    counted = node("Mul", [clips, node("Clip", [varied, weight(0.0), weight(1.0)])])
    return node("Div", [counted, node("Add", [counted, weight(TRUST_PRIOR_CLIPS)])])
