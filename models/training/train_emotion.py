"""Train models/emotion and models/emotion_calibrated on EmoDB.

    python -m models.training.train_emotion --corpus DIR [--out models/emotion]    (and <out>_calibrated)

Every clip is learnt as it is and in three coloured copies, for the model calibrated to the learner by one
microphone a speaker. Prints the figures of the model card: leave one speaker out (how sharp a speaker's
probabilities are comes from the others), on the clips as they are and on a further coloured copy of them
that no model saw.
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
from models.training.corpora import ActedClips, clip_functionals, read_emodb
from models.training.emotions import (
    EmotionModel,
    HeldOut,
    Sharpness,
    add_dimensions,
    add_probabilities,
    emotion_scores,
    fit_emotions,
    measure,
    probabilities,
)
from models.training.graphs import GraphBuilder
from models.training.model_folder import Provenance, tensor, write_model

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
    scores = leave_one_speaker_out(clips, copies, judged)
    held_out = HeldOut(scores[0], heard_by_strangers(clips, copies, one_microphone))
    own, coloured_so, one_so = (sharpened(each, held_out, clips) for each in scores)
    figures = measure(own, clips)
    figures |= {f"coloured_{name}": value for name, value in measure(coloured_so, clips).items()}
    model = fit_emotions([clips.functionals, *copies], clips.emotions, reliable=clips.is_reliable)
    graph = emotion_graph(model, held_out.sharpness(clips, np.ones(len(own), dtype=np.bool_)))
    tensors = {"inputs": [_functionals("functionals")], "outputs": _outputs("probabilities")}
    _write(options.out, graph, tensors, figures)
    folder = options.out.with_name(f"{options.out.name}_calibrated")
    calibrate(clips, one_microphone, (own, one_so), folder)


def calibrate(
    clips: ActedClips,
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
    mixed, sharpness = calibrated.leave_one_speaker_out(clips, copies, regimes, by_regime)
    figures = {
        f"{regime}_{name}": value
        for regime in regimes
        for name, value in measure(mixed[regime], clips).items()
        if regime == "all_clips" or not name.startswith("recall")
    }
    graph = calibrated_graph(
        fit_calibrated([own, *copies], speakers, emotions, reliable=clips.is_reliable), sharpness
    )
    inputs = [
        _functionals("functionals"),
        tensor("probabilities", len(EMOTIONS), PLAIN_CONTENT),
        tensor("baseline_clips", 1, "clips of the learner up to and with this one, count"),
        _functionals("baseline_mean"),
        _functionals("baseline_variance"),
    ]
    _write(folder, graph, {"inputs": inputs, "outputs": _outputs("calibrated")}, figures)


def coloured_copy(clips: ActedClips, seed: int, *, stretched: bool = True) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) of the clips through another microphone, room and throat."""
    random = np.random.default_rng(seed)
    return clip_functionals(clips.paths, change=lambda signal: coloured(signal, random, stretched=stretched))


def leave_one_speaker_out(
    clips: ActedClips, copies: list[NDArray[np.float64]], judged: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Score each version in `judged` by models that did not hear the speaker in any version.

    Returns:
        For each version float64 (clips, emotions + 1), as `emotion_scores` gives them.
    """
    guessed = [np.zeros((len(clips.emotions), len(EMOTIONS) + 1)) for _ in judged]
    for speaker in np.unique(clips.speakers):
        heard = clips.speakers != speaker
        versions = [version[heard] for version in (clips.functionals, *copies)]
        model = fit_emotions(versions, clips.emotions[heard], reliable=clips.is_reliable)
        for scores, version in zip(guessed, judged, strict=True):
            scores[~heard] = emotion_scores(model, version[~heard])
    return guessed


def heard_by_strangers(
    clips: ActedClips, copies: list[NDArray[np.float64]], unseen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Score `unseen` by models that heard the other sex with other sentences only; NaN where there are none.

    Returns:
        float64 (clips, emotions + 1).
    """
    scores = np.full((len(clips.emotions), len(EMOTIONS) + 1), np.nan)
    for heard, others in clips.strangers():
        versions = [version[heard] for version in (clips.functionals, *copies)]
        model = fit_emotions(versions, clips.emotions[heard], reliable=clips.is_reliable)
        scores[others] = emotion_scores(model, unseen[others])
    return scores


def sharpened(scores: NDArray[np.float64], held_out: HeldOut, clips: ActedClips) -> NDArray[np.float64]:
    """Return float64 (clips, emotions): probabilities; how sharp a speaker's are comes from the others."""
    sharp = np.zeros((len(scores), len(EMOTIONS)))
    for speaker in np.unique(clips.speakers):
        own = clips.speakers == speaker
        sharp[own] = probabilities(scores[own], held_out.sharpness(clips, ~own))
    return sharp


def emotion_graph(model: EmotionModel, sharpness: Sharpness) -> bytes:
    """Return the graph: probabilities and their sums."""
    graph = GraphBuilder()
    add_probabilities(graph, "functionals", model, sharpness, name="probabilities")
    add_dimensions(graph, "probabilities")
    columns = len(model.arousal.centre)
    return graph.build("emotion", {"functionals": columns}, {"probabilities": len(EMOTIONS), "dimensions": 2})


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
