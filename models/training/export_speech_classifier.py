"""Bring your own emotion model: a local Hugging Face checkpoint → a model folder.

    python -m models.training.export_speech_classifier --checkpoint DIR --to DIR --licence TEXT
        [--training-data TEXT] [--emotion LABEL=EMOTION]...

Takes wav2vec2, HuBERT, WavLM and Whisper-encoder classifiers that hear 16 kHz; needs the `export` extra. Run
the job with `--set voice.emotion_model=DIR`. What the labels mean here is told by their names where these are
plain, else by --emotion, once for each label; EMOTION is one of ours or none.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from engagement.audio.frames import RATE_HZ
from engagement.errors import ConfigurationError, EngagementError, ModelError
from engagement.inference.emotion import EMOTIONS, load_emotion_model
from engagement.inference.waveforms import MASK, SILENCE_FILLED_WAVEFORM, WAVEFORM, run_on_waveforms
from models.training.model_folder import Provenance, write_model
from models.training.speech_classifier import SpeechClassifier

# How speech corpora call our emotions.
_NAMES = {
    "anger": ("ang", "angry", "anger"),
    "boredom": ("bor", "bored", "boredom"),
    "disgust": ("dis", "disgust", "disgusted"),
    "fear": ("fea", "fear", "fearful"),
    "happiness": ("hap", "happy", "happiness", "joy"),
    "sadness": ("sad", "sadness"),
    "neutral": ("neu", "neutral"),
}
# Largest difference of a probability from PyTorch's at which the exported graph is the checkpoint.
LARGEST_DIFFERENCE = 1e-3
_CHECKED_SECONDS = (0.5, 1.3, 2.0, 3.7)


def main(arguments: list[str]) -> None:
    """Export, check against PyTorch and print what was written."""
    parser = argparse.ArgumentParser(prog="python -m models.training.export_speech_classifier")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--to", type=Path, required=True, help="model folder to write")
    parser.add_argument("--licence", required=True, help="licence of the weights")
    parser.add_argument("--training-data", default="not told", help="what the model was trained on")
    parser.add_argument("--emotion", action="append", default=[], metavar="LABEL=EMOTION")
    options = parser.parse_args(arguments)
    classifier = SpeechClassifier(options.checkpoint)
    emotions = meanings(classifier.labels, options.emotion)
    sha256 = write_model(
        options.to,
        classifier.graph(),
        tensors=_tensors(classifier),
        labels=emotions,
        provenance=Provenance(options.licence, options.training_data),
        figures={},
    )
    difference = largest_difference(classifier, options.to)
    if difference > LARGEST_DIFFERENCE:
        raise ModelError(
            f"{options.to}/model.onnx differs from the checkpoint by {difference:.1e} in a probability; "
            f"expected at most {LARGEST_DIFFERENCE:.0e}."
        )
    print(f"{options.to}: {sha256}, within {difference:.1e} of the checkpoint")  # noqa: T201
    for label, emotion in emotions.items():
        print(f"  {label} = {emotion or 'none'}")  # noqa: T201


def meanings(labels: tuple[str, ...], told: list[str]) -> dict[str, str | None]:
    """Return which of our emotions each label is.

    Args:
        labels: The model's labels.
        told: LABEL=EMOTION, which go before what the names say.

    Raises:
        ConfigurationError: a label is not the model's, an emotion not ours, or what a label means not known.
    """
    by_name = {name: emotion for emotion, names in _NAMES.items() for name in names}
    found = {label: by_name.get(label.lower(), "") for label in labels}
    for entry in told:
        label, _, emotion = entry.rpartition("=")
        if label not in found or emotion not in (*EMOTIONS, "none"):
            raise ConfigurationError(
                f"--emotion is {entry!r}; expected LABEL=EMOTION with a label of {', '.join(labels)} and an "
                f"emotion of {', '.join(EMOTIONS)}, none."
            )
        found[label] = emotion
    unknown = [label for label, emotion in found.items() if not emotion]
    if unknown:
        raise ConfigurationError(
            f"What the label {', '.join(unknown)} means is not known: add --emotion {unknown[0]}=EMOTION; "
            f"EMOTION is none or one of {', '.join(EMOTIONS)}."
        )
    return {label: None if emotion == "none" else emotion for label, emotion in found.items()}


def largest_difference(classifier: SpeechClassifier, folder: Path) -> float:
    """Return how far the exported model, on padded batches, is from PyTorch on each clip alone."""
    random = np.random.default_rng(0)
    signals = [
        (0.1 * random.standard_normal(int(seconds * RATE_HZ))).astype(np.float32)
        for seconds in _CHECKED_SECONDS
    ]
    expected = np.stack([classifier.probabilities(signal) for signal in signals])
    return float(np.abs(run_on_waveforms(load_emotion_model(str(folder)), signals) - expected).max())


def _tensors(classifier: SpeechClassifier) -> dict[str, list[dict[str, object]]]:
    def sound(name: str, dtype: str, content: str) -> dict[str, object]:
        return {
            "name": name,
            "shape": ["clips", "samples"],
            "dtype": dtype,
            "content": content,
            "rate_hz": RATE_HZ,
        }

    content = SILENCE_FILLED_WAVEFORM if classifier.is_silence_filled else WAVEFORM
    masks = [sound("attention_mask", "int64", MASK)] if classifier.is_masked else []
    scores = {
        "name": "probabilities",
        "shape": ["clips", len(classifier.labels)],
        "dtype": "float32",
        "content": "probability of each label, sum 1",
    }
    return {"inputs": [sound("waveform", "float32", content), *masks], "outputs": [scores]}


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except EngagementError as error:
        raise SystemExit(f"export_speech_classifier: {error}") from error
