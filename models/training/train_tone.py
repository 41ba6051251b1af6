"""Train models/tone on speechocean762.

    python -m models.training.train_tone --corpus DIR [--out models/tone] [--out-of-fold FILE.csv]

The model is the mean of extremely randomised trees and small networks, once with the length of the text and
once without. Prints the speaker-independent figures of the model card, and writes, where asked, what a model
that did not hear the speaker says of every utterance.
"""

import argparse
import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ
from engagement.audio.functionals import FRONT_END
from engagement.inference.tone import TEXT_COLUMNS, TEXT_FRONT_END, TONES, text_functionals
from models.training.corpora import ReadUtterances, read_speechocean
from models.training.evaluation import interval, pearson, speaker_folds, speaker_means, spearman
from models.training.experts import expert_figures
from models.training.forest import Forest, fit_forest, forest_scores
from models.training.graphs import GraphBuilder
from models.training.model_folder import Provenance, tensor, write_model
from models.training.networks import Networks, Recipe, fit_networks, network_scores, predict_networks

FOLDS = 10
TREES, LEAST_CLIPS = 100, 5
NETWORKS = Recipe()
OLDEST_CHILD_YEARS = 15
PROVENANCE = Provenance(
    licence="MIT; trained on data under CC BY 4.0",
    training_data="speechocean762, official training half: 2,500 utterances by 125 learners (CC BY 4.0)",
)


@dataclass(frozen=True)
class ToneModel:
    """Two learners of different kinds, whose mean is the score."""

    forest: Forest
    networks: Networks


def main(arguments: list[str]) -> None:
    """Cross-validate, print the figures, fit on everything and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.train_tone", description="Train models/tone."
    )
    parser.add_argument("--corpus", type=Path, required=True, help="folder of speechocean762")
    parser.add_argument("--out", type=Path, default=Path("models/tone"), help="model folder to write")
    parser.add_argument("--out-of-fold", type=Path, help="CSV for the out-of-fold scores of every utterance")
    options = parser.parse_args(arguments)
    utterances = read_speechocean(options.corpus)
    own = utterances.functionals
    with_text = np.hstack([own, text_functionals(own, utterances.texts)])
    guessed, guessed_untold = out_of_fold(with_text, utterances), out_of_fold(own, utterances)
    figures = measure(guessed, utterances)
    for i, label in enumerate(TONES):
        experts = expert_figures(utterances.ratings[:, i], utterances.speakers)
        figures |= {f"{name}_{label}": value for name, value in experts.items()}
        figures[f"pearson_{label}_without_text"] = pearson(utterances.medians[:, i], guessed_untold[:, i])
    for name, value in figures.items():
        print(f"{name:40s} {value:.3f}")  # noqa: T201 - the command's output
    if options.out_of_fold:
        write_out_of_fold(options.out_of_fold, guessed, utterances)
    graph = tone_graph(fit(with_text, utterances.means), fit(own, utterances.means))
    tensors = {
        "inputs": [
            tensor("functionals", own.shape[1], FRONT_END, rate_hz=RATE_HZ),
            tensor("text", len(TEXT_COLUMNS), TEXT_FRONT_END, rate_hz=RATE_HZ),
        ],
        "outputs": [tensor("scores", len(TONES), "experts' scale, 0-10")],
    }
    write_model(options.out, graph, tensors=tensors, labels=TONES, provenance=PROVENANCE, figures=figures)


def fit(features: NDArray[np.float64], targets: NDArray[np.float64]) -> ToneModel:
    """Fit scores, float64 (clips, 2), to features, float64 (clips, features)."""
    return ToneModel(
        fit_forest(features, targets, trees=TREES, least_clips=LEAST_CLIPS),
        fit_networks(features, targets, recipe=NETWORKS),
    )


def predict(model: ToneModel, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 (clips, 2), before they are held within the scale."""
    return np.asarray((model.forest.predict(features) + predict_networks(model.networks, features)) / 2)


def out_of_fold(features: NDArray[np.float64], utterances: ReadUtterances) -> NDArray[np.float64]:
    """Return float64 (clips, 2): scores by models that did not hear the speaker, 0–10."""
    folds = speaker_folds(utterances.speakers, FOLDS)
    guessed = np.zeros_like(utterances.means)
    for fold in range(FOLDS):
        heard = folds != fold
        model = fit(features[heard], utterances.means[heard])
        guessed[~heard] = predict(model, features[~heard])
    return np.clip(guessed, 0, 10)


def measure(guessed: NDArray[np.float64], utterances: ReadUtterances) -> dict[str, float]:
    """Return the figures of the card: correlations with the experts' median, with 95 % intervals."""
    children = utterances.ages <= OLDEST_CHILD_YEARS
    groups = {
        "": np.ones(len(children), dtype=np.bool_),
        "_children": children,
        "_adults": ~children,
        "_female": utterances.genders == "f",
        "_male": utterances.genders == "m",
    }
    figures: dict[str, float] = {}
    for i, label in enumerate(TONES):
        truth, scores, speakers = utterances.medians[:, i], guessed[:, i], utterances.speakers
        for group, inside in groups.items():
            name = f"pearson_{label}{group}"
            low, high = interval(pearson, truth[inside], scores[inside], speakers[inside])
            figures |= {
                name: pearson(truth[inside], scores[inside]),
                f"{name}_low": low,
                f"{name}_high": high,
            }
        mean_truth, mean_score = speaker_means(truth, speakers), speaker_means(scores, speakers)
        figures[f"speaker_pearson_{label}"] = pearson(mean_truth, mean_score)
        figures[f"speaker_spearman_{label}"] = spearman(mean_truth, mean_score)
        figures[f"mean_error_{label}"] = float(np.abs(truth - scores).mean())
    return figures


def tone_graph(with_text: ToneModel, without_text: ToneModel) -> bytes:
    """Return the graph: scores with the text where its row is a number, else without."""
    graph = GraphBuilder()
    width = len(without_text.networks.centre)
    text_columns = len(with_text.networks.centre) - width
    no_text = graph.node("IsNaN", ["text"])
    filled = graph.node("Where", [no_text, graph.weight(np.zeros((1, text_columns))), "text"])
    told = _scores(graph, graph.node("Concat", ["functionals", filled], axis=1), with_text)
    untold = _scores(graph, "functionals", without_text)
    first = graph.node("Slice", [no_text, *(graph.weight(np.array([n])) for n in (0, 1, 1))])
    chosen = graph.node("Where", [first, untold, told])
    graph.node("Clip", [chosen, graph.weight(0.0), graph.weight(10.0)], name="scores")
    return graph.build("tone", {"functionals": width, "text": text_columns}, {"scores": len(TONES)})


def _scores(graph: GraphBuilder, rows: str, model: ToneModel) -> str:
    both = [forest_scores(graph, rows, model.forest), network_scores(graph, rows, model.networks)]
    return graph.node("Mul", [graph.node("Add", both), graph.weight(0.5)])


def write_out_of_fold(path: Path, guessed: NDArray[np.float64], utterances: ReadUtterances) -> None:
    """Write utterance_id, speaker_id, the experts' medians and the out-of-fold scores as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["utterance_id", "speaker_id", "prosodic", "fluency", "oof_prosodic", "oof_fluency"])
        for clip, speaker, truth, scores in zip(
            utterances.clip_ids, utterances.speakers, utterances.medians, guessed, strict=True
        ):
            writer.writerow([clip, speaker, *truth, *(f"{score:.4f}" for score in scores)])


if __name__ == "__main__":
    main(sys.argv[1:])
