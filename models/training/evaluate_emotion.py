"""Check models/emotion on a corpus in another language that no weight was trained on.

    python -m models.training.evaluate_emotion --corpus DIR [--model emotion]

The corpus has some of the seven emotions: the others' probabilities are left out and the rest rescaled.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from engagement.inference.emotion import EMOTIONS, load_emotion_model, score_emotion
from models.training.corpora import read_ased
from models.training.evaluation import calibration_error, interval, recall
from models.training.train_emotion import AROUSED


def main(arguments: list[str]) -> None:
    """Score the corpus and print unweighted average recalls and the calibration error."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluate_emotion")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the Amharic corpus ASED")
    parser.add_argument("--model", default="emotion", help="model of models/, or a model folder")
    options = parser.parse_args(arguments)
    clips = read_ased(options.corpus)
    scores = score_emotion(load_emotion_model(options.model), clips.functionals)
    present = np.unique(clips.emotions)
    probabilities = np.stack([scores[f"emotion_{EMOTIONS[label]}"] for label in present], axis=1)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = present[probabilities.argmax(axis=1)]
    is_aroused = np.isin(clips.emotions, [EMOTIONS.index(label) for label in AROUSED])
    low, high = interval(recall, clips.emotions, predicted, clips.speakers)
    figures = {
        f"uar_{len(present)}_emotions": recall(clips.emotions, predicted),
        f"uar_{len(present)}_emotions_low": low,
        f"uar_{len(present)}_emotions_high": high,
        "uar_arousal": recall(is_aroused.astype(np.int64), (scores["arousal"] > 0.5).astype(np.int64)),
        "calibration_error": calibration_error(np.searchsorted(present, clips.emotions), probabilities),
    }
    for name, value in figures.items():
        print(f"{name:40s} {value:.3f}")  # noqa: T201 - the command's output


if __name__ == "__main__":
    main(sys.argv[1:])
