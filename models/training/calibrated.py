"""The second emotion model: functionals against the learner's own voice, mixed with the plain scores."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engagement.inference.emotion import EMOTIONS
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
from models.training.copies import respoken_copy
from models.training.corpora import ActedClips
from models.training.emotions import (
    EmotionModel,
    HeldOut,
    Sharpness,
    add_dimensions,
    add_probabilities,
    emotion_scores,
    fit_emotions,
    probabilities,
)
from models.training.graphs import GraphBuilder
from models.training.views import used_functionals

COPY_SEEDS, JOINED_COPY_SEEDS = (21, 22), (51, 52)


@dataclass(frozen=True)
class CalibratedModel:
    """A fitted head and the population that it measures against."""

    population: Population
    head: EmotionModel


def learnt_copies(clips: ActedClips) -> list[NDArray[np.float64]]:
    """Return the versions that are learnt beside the clips, float64 (clips, functionals) each.

    In each, every speaker has one throat, tempo, microphone and room of his own.
    """
    return [
        respoken_copy(clips, seed, by_speaker=True, joined=joined)
        for joined, seeds in ((False, COPY_SEEDS), (True, JOINED_COPY_SEEDS))
        for seed in seeds
    ]


def fit_calibrated(
    versions: list[NDArray[np.float64]],
    speakers: NDArray[np.str_],
    emotions: NDArray[np.int64],
    *,
    reliable: NDArray[np.bool_],
) -> CalibratedModel:
    """Fit the head on clips against all of their speaker's clips by the same microphone.

    Args:
        versions: The clips by one microphone per speaker each, float64 (clips, functionals).
        speakers: str (clips,), the same for each version.
        emotions: int64 (clips,), the same for each version.
        reliable: bool (functionals,), whether a telephone leaves a functional alone.
    """
    population = describe_population(versions, speakers)
    rows = [relative(version, speaker_baselines(version, speakers), population) for version in versions]
    # Against the learner's own voice its height tells arousal, too.
    head = fit_emotions(rows, emotions, reliable=reliable, arousal_by=used_functionals())
    return CalibratedModel(population, head)


def leave_one_speaker_out(
    clips: ActedClips,
    copies: list[NDArray[np.float64]],
    judged: dict[str, tuple[NDArray[np.float64], Baselines]],
    plain: dict[str, NDArray[np.float64]],
    *,
    respoken: str,
) -> tuple[dict[str, NDArray[np.float64]], Sharpness]:
    """Score regimes of clips and baselines by models that did not hear the speaker.

    Args:
        clips: The corpus.
        copies: Further versions to learn from.
        judged: By regime, the clips' functionals and baselines; the first and `respoken` set how
            sharp the probabilities are.
        plain: By regime, float64 (clips, emotions): probabilities of the plain model, also held out.
        respoken: A regime.

    Returns:
        By regime, float64 (clips, emotions): probabilities; and how sharp those of all speakers are.
    """
    columns = len(EMOTIONS) + 1
    guessed = {regime: np.zeros((len(clips.emotions), columns)) for regime in judged}
    trusted = {regime: np.zeros((len(clips.emotions), 1)) for regime in judged}
    for speaker in np.unique(clips.speakers):
        own = clips.speakers == speaker
        model = _fit_on(clips, copies, ~own)
        for regime, (functionals, every) in judged.items():
            baselines = _of(every, own)
            guessed[regime][own] = _scores(model, functionals[own], baselines)
            trusted[regime][own] = trust(baselines, model.population, used_functionals())
    held_out = HeldOut(guessed[next(iter(judged))], guessed[respoken])
    mixed = {regime: np.zeros_like(plain[regime]) for regime in judged}
    for speaker in np.unique(clips.speakers):
        own = clips.speakers == speaker
        sharpness = held_out.sharpness(clips, ~own)
        for regime, scores in guessed.items():
            heard_so = probabilities(scores[own], sharpness)
            mixed[regime][own] = plain[regime][own] + trusted[regime][own] * (heard_so - plain[regime][own])
    return mixed, held_out.sharpness(clips, np.ones_like(own))


def calibrated_graph(model: CalibratedModel, sharpness: Sharpness) -> bytes:
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
    heard = add_probabilities(graph, rows, model.head, sharpness)
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


def _fit_on(
    clips: ActedClips, copies: list[NDArray[np.float64]], heard: NDArray[np.bool_]
) -> CalibratedModel:
    versions = [version[heard] for version in (clips.functionals, *copies)]
    speakers, emotions = clips.speakers[heard], clips.emotions[heard]
    return fit_calibrated(versions, speakers, emotions, reliable=clips.is_reliable)


def _scores(
    model: CalibratedModel, functionals: NDArray[np.float64], baselines: Baselines
) -> NDArray[np.float64]:
    return emotion_scores(model.head, relative(functionals, baselines, model.population))


def _of(every: Baselines, places: NDArray[np.bool_]) -> Baselines:
    return Baselines(*(getattr(every, field.name)[places] for field in fields(Baselines)))


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
