"""Train models/emotion on EmoDB.

    python -m models.training.train_emotion --corpus DIR [--out models/emotion]

Every clip is learnt as it is and in three coloured copies. Prints the figures of the model card: leave
one speaker out, the temperature of each speaker's probabilities taken from the other speakers; on the
clips as they are, and on a further coloured copy of them that no model saw.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ
from engagement.audio.functionals import FRONT_END, functional_names
from engagement.inference.emotion import EMOTIONS
from models.training.augmentation import coloured
from models.training.calibration import softmax, temperature
from models.training.corpora import EmotionalClips, clip_functionals, read_emodb
from models.training.evaluation import calibration_error, interval, recall
from models.training.graphs import GraphBuilder, regression, squared_distances
from models.training.kernel_ridge import KernelRidge, fit, predict
from models.training.model_folder import Provenance, tensor, write_model

WIDTH, RIDGE = 0.5, 0.3
COPY_SEEDS, UNSEEN_SEED = (0, 1, 2), 99
# Emotions of high arousal and of positive valence, as Schuller et al. divide EmoDB's classes in "Acoustic
# emotion recognition: a benchmark comparison of performances" (ASRU 2009).
AROUSED = ("anger", "fear", "happiness")
POSITIVE = ("happiness", "neutral")
# The corpus' clips are cut to two seconds: their length and the silence around them are the cutter's.
LEFT_OUT = {"total_log", "speech_log", "lead_in", "level_floor", "nuclei"}
PROVENANCE = Provenance(
    licence="MIT; trained on data under CC0",
    training_data="EmoDB (Berlin Database of Emotional Speech): 535 acted German clips by 10 adults (CC0)",
)


def main(arguments: list[str]) -> None:
    """Cross-validate, print the figures, fit on everything and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.train_emotion", description="Train models/emotion."
    )
    parser.add_argument("--corpus", type=Path, required=True, help="folder of EmoDB")
    parser.add_argument("--out", type=Path, default=Path("models/emotion"), help="model folder to write")
    options = parser.parse_args(arguments)
    clips = read_emodb(options.corpus)
    copies = [coloured_copy(clips, seed) for seed in COPY_SEEDS]
    unseen = coloured_copy(clips, UNSEEN_SEED, stretched=False)
    guessed, guessed_unseen = leave_one_speaker_out(clips, copies, [clips.functionals, unseen])
    figures = measure(guessed, clips)
    for name, value in measure(guessed_unseen, clips).items():
        figures[f"coloured_{name}"] = value
    for name, value in figures.items():
        print(f"{name:40s} {value:.3f}")  # noqa: T201 - the command's output
    model = fit_emotions([clips.functionals, *copies], clips.emotions)
    graph = emotion_graph(model, temperature(guessed, clips.emotions))
    tensors = {
        "inputs": [tensor("functionals", clips.functionals.shape[1], FRONT_END, rate_hz=RATE_HZ)],
        "outputs": [
            tensor("probabilities", len(EMOTIONS), "probability of each label, sum 1"),
            tensor("dimensions", 2, "arousal and valence, 0-1"),
        ],
    }
    write_model(options.out, graph, tensors=tensors, labels=EMOTIONS, provenance=PROVENANCE, figures=figures)


def coloured_copy(clips: EmotionalClips, seed: int, *, stretched: bool = True) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) of the clips through another microphone, room and throat."""
    random = np.random.default_rng(seed)
    return clip_functionals(clips.paths, change=lambda signal: coloured(signal, random, stretched=stretched))


def fit_emotions(copies: list[NDArray[np.float64]], emotions: NDArray[np.int64]) -> KernelRidge:
    """Fit one score per emotion; every emotion counts alike, however many clips it has.

    Args:
        copies: The clips in one or more versions, each float64 (clips, functionals).
        emotions: int64 (clips,), the same for each version.
    """
    labels = np.tile(emotions, len(copies))
    clip_weights = 1 / np.bincount(labels, minlength=len(EMOTIONS))[labels]
    return fit(
        np.vstack(copies),
        np.eye(len(EMOTIONS))[labels],
        width=WIDTH,
        ridge=RIDGE,
        clip_weights=clip_weights / clip_weights.mean(),
        used=np.array([name not in LEFT_OUT for name in functional_names()]),
    )


def leave_one_speaker_out(
    clips: EmotionalClips, copies: list[NDArray[np.float64]], judged: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Score each version in `judged` by models that did not hear the speaker in any version.

    Returns:
        For each version float64 (clips, emotions).
    """
    guessed = [np.zeros((len(clips.emotions), len(EMOTIONS))) for _ in judged]
    for speaker in np.unique(clips.speakers):
        heard = clips.speakers != speaker
        versions = [version[heard] for version in (clips.functionals, *copies)]
        model = fit_emotions(versions, clips.emotions[heard])
        for scores, version in zip(guessed, judged, strict=True):
            scores[~heard] = predict(model, version[~heard])
    return guessed


def measure(guessed: NDArray[np.float64], clips: EmotionalClips) -> dict[str, float]:
    """Return the figures of the card, with 95 % intervals over speakers."""
    probabilities = np.zeros_like(guessed)
    for speaker in np.unique(clips.speakers):
        others = clips.speakers != speaker
        sharpness = temperature(guessed[others], clips.emotions[others])
        probabilities[~others] = softmax(guessed[~others] * sharpness)
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


def emotion_graph(model: KernelRidge, sharpness: float) -> bytes:
    """Return the graph: scores, sharpened and normalised to probabilities, and their sums."""
    graph = GraphBuilder()
    scores = regression(graph, squared_distances(graph, "functionals", model), model)
    sharp = graph.node("Mul", [scores, graph.weight(sharpness)])
    graph.node("Softmax", [sharp], name="probabilities", axis=1)
    members = np.array([[float(label in group) for group in (AROUSED, POSITIVE)] for label in EMOTIONS])
    summed = graph.node("MatMul", ["probabilities", graph.weight(members)])
    graph.node("Clip", [summed, graph.weight(0.0), graph.weight(1.0)], name="dimensions")
    return graph.build(
        "emotion", {"functionals": len(model.centre)}, {"probabilities": len(EMOTIONS), "dimensions": 2}
    )


def _is_one_of(labels: tuple[str, ...], clips: EmotionalClips) -> NDArray[np.int64]:
    return np.isin(clips.emotions, [EMOTIONS.index(label) for label in labels]).astype(np.int64)


def _share(labels: tuple[str, ...], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(probabilities[:, [EMOTIONS.index(label) for label in labels]].sum(axis=1))


if __name__ == "__main__":
    main(sys.argv[1:])
