"""Train models/emotion and models/emotion_calibrated on EmoDB.

    python -m models.training.train_emotion --corpus DIR [--out models/emotion]    (and <out>_calibrated)

Every clip is learnt as it is and in coloured copies: three for the plain model, six, by one microphone a
speaker, for the one calibrated to the learner. Prints the figures of the model card: leave one speaker out,
the temperature of each speaker's probabilities taken from the other speakers; on the clips as they are, and
on a further coloured copy of them that no model saw.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ
from engagement.audio.functionals import FRONT_END, functional_names
from engagement.inference.calibration import PLAIN_CONTENT
from engagement.inference.emotion import EMOTIONS
from models.training import calibrated
from models.training.augmentation import coloured
from models.training.baselines import drawn_baselines, speaker_baselines
from models.training.calibrated import calibrated_graph, fit_calibrated, one_microphone_copy
from models.training.calibration import temperature
from models.training.corpora import EmotionalClips, clip_functionals, read_emodb
from models.training.emotions import add_dimensions, fit_emotions, measure, sharpened
from models.training.graphs import GraphBuilder, regression, squared_distances
from models.training.kernel_ridge import KernelRidge, predict
from models.training.model_folder import Provenance, tensor, write_model

WIDTH, RIDGE = 0.5, 0.3
COPY_SEEDS, UNSEEN_SEED = (0, 1, 2), 99
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
    one_microphone = one_microphone_copy(clips, calibrated.UNSEEN_SEED, stretched=False)
    judged = [clips.functionals, unseen, one_microphone]
    guessed, guessed_unseen, guessed_one = leave_one_speaker_out(clips, copies, judged)
    probabilities = sharpened(guessed, clips)
    figures = measure(probabilities, clips)
    for name, value in measure(sharpened(guessed_unseen, clips), clips).items():
        figures[f"coloured_{name}"] = value
    model = fit_emotions([clips.functionals, *copies], clips.emotions, width=WIDTH, ridge=RIDGE)
    graph = emotion_graph(model, temperature(guessed, clips.emotions))
    tensors = {"inputs": [_functionals("functionals")], "outputs": _outputs("probabilities")}
    _write(options.out, graph, tensors, figures)
    calibrate(
        clips, one_microphone, (probabilities, sharpened(guessed_one, clips)),
        options.out.with_name(f"{options.out.name}_calibrated"),
    )  # fmt: skip


def calibrate(
    clips: EmotionalClips,
    unseen: NDArray[np.float64],
    plain: tuple[NDArray[np.float64], NDArray[np.float64]],
    folder: Path,
) -> None:
    """Cross-validate the learner-calibrated model, print its figures, fit on everything and write it.

    Args:
        clips: The corpus.
        unseen: The clips by other microphones, one per speaker, float64 (clips, functionals).
        plain: Held-out probabilities of the plain model, on the clips and on `unseen`.
        folder: Model folder to write.
    """
    copies = [one_microphone_copy(clips, seed) for seed in calibrated.COPY_SEEDS]
    own, speakers, emotions = clips.functionals, clips.speakers, clips.emotions
    regimes = {
        "all_clips": (own, speaker_baselines(own, speakers)),
        **{f"{n}_clips": (own, drawn_baselines(own, speakers, clips=n)) for n in (20, 10, 5, 1)},
        "one_mood_20_clips": (own, drawn_baselines(own, speakers, clips=20, moods=emotions)),
        "coloured_all_clips": (unseen, speaker_baselines(unseen, speakers)),
    }
    by_regime = {name: plain[name.startswith("coloured")] for name in regimes}
    probabilities, sharpness = calibrated.leave_one_speaker_out(clips, copies, regimes, by_regime)
    figures = {
        f"{regime}_{name}": value
        for regime in regimes
        for name, value in measure(probabilities[regime], clips).items()
        if regime == "all_clips" or not name.startswith("recall")
    }
    graph = calibrated_graph(fit_calibrated([own, *copies], speakers, emotions), sharpness)
    inputs = [
        _functionals("functionals"),
        tensor("probabilities", len(EMOTIONS), PLAIN_CONTENT),
        tensor("baseline_clips", 1, "clips of the learner up to and with this one, count"),
        _functionals("baseline_mean"),
        _functionals("baseline_variance"),
    ]
    _write(folder, graph, {"inputs": inputs, "outputs": _outputs("calibrated")}, figures)


def coloured_copy(clips: EmotionalClips, seed: int, *, stretched: bool = True) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) of the clips through another microphone, room and throat."""
    random = np.random.default_rng(seed)
    return clip_functionals(clips.paths, change=lambda signal: coloured(signal, random, stretched=stretched))


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
        model = fit_emotions(versions, clips.emotions[heard], width=WIDTH, ridge=RIDGE)
        for scores, version in zip(guessed, judged, strict=True):
            scores[~heard] = predict(model, version[~heard])
    return guessed


def emotion_graph(model: KernelRidge, sharpness: float) -> bytes:
    """Return the graph: scores, sharpened and normalised to probabilities, and their sums."""
    graph = GraphBuilder()
    scores = regression(graph, squared_distances(graph, "functionals", model), model)
    sharp = graph.node("Mul", [scores, graph.weight(sharpness)])
    graph.node("Softmax", [sharp], name="probabilities", axis=1)
    add_dimensions(graph, "probabilities")
    return graph.build(
        "emotion", {"functionals": len(model.centre)}, {"probabilities": len(EMOTIONS), "dimensions": 2}
    )


def _functionals(name: str) -> dict[str, Any]:
    return tensor(name, len(functional_names()), FRONT_END, rate_hz=RATE_HZ)


def _outputs(first: str) -> list[dict[str, Any]]:
    return [
        tensor(first, len(EMOTIONS), "probability of each label, sum 1"),
        tensor("dimensions", 2, "arousal and valence, 0-1"),
    ]


def _write(
    folder: Path, graph: bytes, tensors: dict[str, list[dict[str, Any]]], figures: dict[str, float]
) -> None:
    for name, value in figures.items():
        print(f"{folder.name:20s} {name:44s} {value:.3f}")  # noqa: T201 - the command's output
    write_model(folder, graph, tensors=tensors, labels=EMOTIONS, provenance=PROVENANCE, figures=figures)


if __name__ == "__main__":
    main(sys.argv[1:])
