"""Check models/emotion and models/emotion_calibrated on a corpus in another language that neither learnt.

    python -m models.training.evaluate_emotion --corpus DIR [--model NAME] [--calibrated NAME]

The corpus has some of the seven emotions: the others' probabilities are left out and the rest rescaled. The
calibrated model hears every clip against all clips of its speaker.
"""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engagement.inference.calibration import load_calibrated_model, score_calibrated
from engagement.inference.emotion import AROUSED, EMOTIONS, load_emotion_model, score_emotion
from models.training.baselines import Baselines, speaker_baselines
from models.training.corpora import EmotionalClips, read_ased
from models.training.evaluation import calibration_error, interval, recall


def main(arguments: list[str]) -> None:
    """Score the corpus and print unweighted average recalls and the calibration error."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluate_emotion")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the Amharic corpus ASED")
    parser.add_argument("--model", default="emotion", help="model of models/, or a model folder")
    parser.add_argument("--calibrated", default="emotion_calibrated", help="the same, for the second pass")
    options = parser.parse_args(arguments)
    clips = read_ased(options.corpus)
    scores = score_emotion(load_emotion_model(options.model), clips.functionals)
    plain = np.stack([scores[f"emotion_{label}"] for label in EMOTIONS], axis=1)
    baselines = speaker_baselines(clips.functionals, clips.speakers)
    calibrated = score_calibrated(
        load_calibrated_model(options.calibrated),
        clips.functionals,
        plain,
        {f"baseline_{field.name}": getattr(baselines, field.name) for field in fields(Baselines)},
    )
    against_own = np.stack([calibrated[f"emotion_calibrated_{label}"] for label in EMOTIONS], axis=1)
    for name, value in [
        *figures(clips, plain, scores["arousal"]).items(),
        *(
            (f"calibrated_{name}", value)
            for name, value in figures(clips, against_own, calibrated["arousal_calibrated"]).items()
        ),
    ]:
        print(f"{name:40s} {value:.3f}")  # noqa: T201 - the command's output


def figures(
    clips: EmotionalClips, probabilities: NDArray[np.float64], arousal: NDArray[np.float64]
) -> dict[str, float]:
    """Return recalls, with the interval over speakers, and the calibration error over the emotions there.

    Args:
        clips: The corpus.
        probabilities: float64 (clips, emotions).
        arousal: float64 (clips,), 0–1.
    """
    present = np.unique(clips.emotions)
    rescaled = probabilities[:, present] / probabilities[:, present].sum(axis=1, keepdims=True)
    predicted = present[rescaled.argmax(axis=1)]
    is_aroused = np.isin(clips.emotions, [EMOTIONS.index(label) for label in AROUSED]).astype(np.int64)
    low, high = interval(recall, clips.emotions, predicted, clips.speakers)
    return {
        f"uar_{len(present)}_emotions": recall(clips.emotions, predicted),
        f"uar_{len(present)}_emotions_low": low,
        f"uar_{len(present)}_emotions_high": high,
        "uar_arousal": recall(is_aroused, (arousal > 0.5).astype(np.int64)),
        "calibration_error": calibration_error(np.searchsorted(present, clips.emotions), rescaled),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
