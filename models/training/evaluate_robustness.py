"""Measure how far a change of the recording alone moves what the shipped models say.

    python -m models.training.evaluate_robustness --corpus DIR [--emotion NAME] [--tone NAME]

On every 32nd clip of speechocean762: the mean change of each tone score, in points of 10, of arousal, and of
the emotion that moves most. `alone` scores each clip by itself instead of all together.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ, analyse
from engagement.audio.functionals import functionals
from engagement.inference.emotion import EMOTIONS, load_emotion_model, score_emotion
from engagement.inference.tone import load_tone_model, score_tone
from models.training.corpora import decoded
from models.training.made_up_sounds import in_noise

STRIDE = 32
_MARGIN_SECONDS = 0.5

Signal = NDArray[np.float32]
Scores = dict[str, NDArray[np.float64]]


def main(arguments: list[str]) -> None:
    """Print a line for each change."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluate_robustness")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of speechocean762")
    parser.add_argument("--emotion", default="emotion", help="model of models/, or a model folder")
    parser.add_argument("--tone", default="tone", help="the same for tone")
    options = parser.parse_args(arguments)
    emotion, tone = load_emotion_model(options.emotion), load_tone_model(options.tone)
    signals = [decoded(path).signal for path in sorted((options.corpus / "flac").glob("*.flac"))[::STRIDE]]

    def scores(heard: list[Signal]) -> Scores:
        rows = np.stack([functionals(analyse(signal)) for signal in heard])
        return {**score_emotion(emotion, rows), **score_tone(tone, rows, [None] * len(rows))}

    expected = scores(signals)
    each = [scores([signal]) for signal in signals]
    _tell("alone", expected, {name: np.concatenate([one[name] for one in each]) for name in expected})
    for name, change in _changes().items():
        _tell(name, expected, scores([change(signal).astype(np.float32) for signal in signals]))


def _changes() -> dict[str, Callable[[Signal], NDArray[np.floating]]]:
    margin = np.zeros(round(_MARGIN_SECONDS * RATE_HZ), dtype=np.float32)
    random = np.random.default_rng(0)
    return {
        "12 dB softer": lambda signal: signal * 10 ** (-12 / 20),
        "half a second of silence around": lambda signal: np.concatenate([margin, signal, margin]),
        "through 44.1 kHz and back": lambda signal: _through(signal, 44_100),
        "noise at 25 dB": lambda signal: 0.5 * in_noise(signal, random, signal_to_noise_db=25),
        "telephone band": lambda signal: _through(signal, 8_000),
    }


def _through(signal: Signal, rate_hz: int) -> NDArray[np.floating]:
    return np.asarray(soxr.resample(soxr.resample(signal, RATE_HZ, rate_hz), rate_hz, RATE_HZ))


def _tell(name: str, expected: Scores, got: Scores) -> None:
    moved = {key: np.abs(got[key] - expected[key]) for key in expected}
    most = np.max([moved[f"emotion_{label}"] for label in EMOTIONS], axis=0)
    columns = [moved["tone_prosody"], moved["tone_fluency"], moved["arousal"], most]
    figures = "  ".join(f"{column.mean():.4f}" for column in columns)
    worst = max(float(column.max()) for column in moved.values())
    print(f"{name:34s} prosody, fluency, arousal, emotion: {figures}; most {worst:.1e}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
