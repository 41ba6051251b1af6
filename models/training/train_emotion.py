"""Train models/emotion and models/emotion_calibrated on EmoDB.

    python -m models.training.train_emotion --corpus DIR [--out models/emotion]    (and <out>_calibrated)

Every clip is learnt as it is and in copies (`models.training.copies`). Prints the figures of the card:
leave one speaker out (how sharp a speaker's probabilities are comes from the others), on the clips as they
are and on further copies that no model saw.
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
from models.training import calibrated, plain
from models.training.baselines import drawn_baselines, speaker_baselines
from models.training.calibrated import calibrated_graph, fit_calibrated
from models.training.copies import coloured_copy, one_microphone_copy, respoken_copy
from models.training.corpora import ActedClips, read_emodb
from models.training.emotions import (
    EmotionModel,
    HeldOut,
    Sharpness,
    add_dimensions,
    add_probabilities,
    measure,
)
from models.training.graphs import GraphBuilder
from models.training.model_folder import Provenance, tensor, write_model

UNSEEN_SEED, UNSEEN_MICROPHONE_SEED, UNSEEN_JOINED_SEED = 99, 91, 92
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
    copies = plain.learnt_copies(clips)
    unseen = coloured_copy(clips, UNSEEN_SEED, stretched=False)
    one_microphone = one_microphone_copy(clips, UNSEEN_MICROPHONE_SEED, stretched=False)
    joined = respoken_copy(clips, UNSEEN_JOINED_SEED, by_speaker=True, joined=True)
    judged = [clips.functionals, unseen, one_microphone, joined]
    scores = plain.leave_one_speaker_out(clips, copies, judged)
    held_out = HeldOut(scores[0], scores[-1])
    own, coloured_so, one_so, joined_so = (plain.sharpened(each, held_out, clips) for each in scores)
    figures = measure(own, clips)
    figures |= {f"coloured_{name}": value for name, value in measure(coloured_so, clips).items()}
    figures |= {f"respoken_{name}": value for name, value in measure(joined_so, clips).items()}
    model = plain.fit_plain(clips, copies, np.ones(len(own), dtype=np.bool_))
    graph = emotion_graph(model, held_out.sharpness(clips, np.ones(len(own), dtype=np.bool_)))
    tensors = {"inputs": [_functionals("functionals")], "outputs": _outputs("probabilities")}
    _write(options.out, graph, tensors, figures)
    folder = options.out.with_name(f"{options.out.name}_calibrated")
    calibrate(clips, {"coloured": (one_microphone, one_so), "respoken": (joined, joined_so)}, own, folder)


def calibrate(
    clips: ActedClips,
    changed: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
    unchanged: NDArray[np.float64],
    folder: Path,
) -> None:
    """Cross-validate the learner-calibrated model, print its figures, fit on everything and write it.

    Args:
        clips: The corpus.
        changed: By kind of change, float64 (clips, functionals) as no model learnt them, and the held-out
            probabilities of the plain model on them.
        unchanged: Held-out probabilities of the plain model on the clips as they are.
        folder: Model folder to write.
    """
    copies = calibrated.learnt_copies(clips)
    own, speakers, emotions = clips.functionals, clips.speakers, clips.emotions
    regimes = {
        "all_clips": (own, speaker_baselines(own, speakers)),
        **{f"{n}_clips": (own, drawn_baselines(own, speakers, clips=n)) for n in (20, 10, 5, 1)},
        "one_mood_20_clips": (own, drawn_baselines(own, speakers, clips=20, moods=emotions)),
        **{
            f"{kind}_all_clips": (rows, speaker_baselines(rows, speakers))
            for kind, (rows, _) in changed.items()
        },
    }
    by_regime = dict.fromkeys(regimes, unchanged) | {
        f"{kind}_all_clips": so for kind, (_, so) in changed.items()
    }
    mixed, sharpness = calibrated.leave_one_speaker_out(
        clips, copies, regimes, by_regime, respoken="respoken_all_clips"
    )
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
