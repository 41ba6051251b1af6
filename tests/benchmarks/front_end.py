"""What an hour of audio costs on one core: decode → features → both models, against openSMILE's eGeMAPS.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.front_end --clips FOLDER [--count N] [--pitch]

The same clips go through both in turn, round by round, in this process; the least CPU time of each counts,
since other work on the machine only ever adds. `opensmile` forbids commercial use: it is the extra
`bench-opensmile`, for this comparison alone. With --pitch the pitch tracker is set beside librosa's.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np

from engagement.audio.acoustics import measure
from engagement.audio.decode import Clip, decode
from engagement.audio.frames import HOP_SAMPLES, RATE_HZ, WINDOW_SAMPLES, analyse
from engagement.audio.functionals import functionals
from engagement.audio.pitch import HIGHEST_HZ, LOWEST_HZ
from engagement.inference.emotion import load_emotion_model, score_emotion
from engagement.inference.tone import load_tone_model, score_tone
from engagement.resources import model_files

ROUNDS = 3
CLIPS_PER_CALL = 64
Work = Callable[[list[bytes]], object]


def main(arguments: list[str]) -> None:
    """Print seconds per hour of audio for every stage, the ratio to eGeMAPS, memory and sizes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.front_end")
    parser.add_argument("--clips", type=Path, required=True, help="folder of audio files")
    parser.add_argument("--count", type=int, default=128, help="clips, evenly spread over the folder")
    parser.add_argument("--pitch", action="store_true", help="compare the pitch tracker with librosa's")
    options = parser.parse_args(arguments)
    paths = sorted(path for path in options.clips.iterdir() if path.is_file())
    contents = [path.read_bytes() for path in paths[:: max(len(paths) // options.count, 1)][: options.count]]
    hours = sum(len(_decoded(content)) for content in contents) / RATE_HZ / 3600
    _tell(f"{len(contents)} clips, {3600 * hours:.0f} s of audio")
    stages: dict[str, Work] = {
        "decode": lambda clips: [_decoded(clip) for clip in clips],
        "decode, frames with pitch": lambda clips: [analyse(_decoded(clip)) for clip in clips],
        "decode, frames, functionals": lambda clips: [functionals(analyse(_decoded(clip))) for clip in clips],
        "everything, both models": _everything,
        "openSMILE eGeMAPS": _egemaps(),
    }
    seconds = _fastest(stages, contents)
    for stage, taken in seconds.items():
        _tell(f"{stage:32s} {taken / hours:8.1f} s per hour of audio")
    ratio = seconds["openSMILE eGeMAPS"] / seconds["everything, both models"]
    _tell(f"everything is {ratio:.1f} times as fast as eGeMAPS alone")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _tell(f"peak memory of this process, openSMILE included: {peak_mib:.0f} MiB")
    for name in ("emotion", "tone", "emotion_calibrated"):
        size = len(model_files(name).joinpath("model.onnx").read_bytes())
        _tell(f"models/{name}/model.onnx {size / 1e6:.2f} MB")
    if options.pitch:
        _compare_pitch([_decoded(content) for content in contents[::8]])


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the benchmark's output


def _fastest(stages: dict[str, Work], contents: list[bytes]) -> dict[str, float]:
    for work in stages.values():
        work(contents[:CLIPS_PER_CALL])
    taken: dict[str, list[float]] = {stage: [] for stage in stages}
    for _ in range(ROUNDS):
        for stage, work in stages.items():
            start = time.process_time()
            work(contents)
            taken[stage].append(time.process_time() - start)
    return {stage: min(times) for stage, times in taken.items()}


def _decoded(content: bytes) -> np.ndarray:
    clip = decode(content, max_seconds=60)
    if not isinstance(clip, Clip):
        raise SystemExit(f"A clip cannot be decoded: {clip}.")
    return clip.signal


def _everything(contents: list[bytes]) -> None:
    emotion, tone = load_emotion_model("emotion"), load_tone_model("tone")
    for start in range(0, len(contents), CLIPS_PER_CALL):
        frames = [analyse(_decoded(content)) for content in contents[start : start + CLIPS_PER_CALL]]
        for each in frames:
            measure(each)
        rows = np.stack([functionals(each) for each in frames])
        score_emotion(emotion, rows)
        score_tone(tone, rows, ["we call it bear"] * len(rows))


def _egemaps() -> Work:
    try:
        import opensmile  # noqa: PLC0415 - forbids commercial use, never needed otherwise
    except ImportError as error:
        raise SystemExit("opensmile is not installed: install the extra `bench-opensmile`.") from error
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )
    return lambda clips: [smile.process_signal(_decoded(clip), RATE_HZ) for clip in clips]


def _compare_pitch(signals: list[np.ndarray]) -> None:
    """Print how far the pitch is from pyin's and yin's, over the frames that both call voiced."""
    settings = {
        "sr": RATE_HZ, "fmin": LOWEST_HZ, "fmax": HIGHEST_HZ, "frame_length": 1024,
        "hop_length": HOP_SAMPLES, "center": False,
    }  # fmt: skip
    margin = (1024 - WINDOW_SAMPLES) // 2
    differences: dict[str, list[np.ndarray]] = {"pyin": [], "yin": []}
    agreed = []
    for signal in signals:
        padded = np.pad(signal, margin)
        ours = analyse(signal)
        theirs, voiced, _ = librosa.pyin(padded, **settings)
        frames = min(len(theirs), len(ours.pitch_hz))
        is_voiced, both = ours.voiced[:frames], ours.voiced[:frames] & voiced[:frames]
        agreed.append((is_voiced == voiced[:frames])[ours.speech[:frames]])
        for name, pitch_hz in (("pyin", theirs), ("yin", librosa.yin(padded, **settings))):
            ratio = ours.pitch_hz[:frames][both] / pitch_hz[:frames][both]
            differences[name].append(np.abs(12 * np.log2(ratio)))
    for name, parts in differences.items():
        apart = np.concatenate(parts)
        _tell(
            f"pitch against {name}: median {np.median(apart):.2f} semitones apart; more than 2 in "
            f"{100 * np.mean(apart > 2):.1f} % of the {len(apart)} frames that both call voiced"
        )
    _tell(f"voiced or not as pyin says: {100 * np.concatenate(agreed).mean():.0f} % of the speech frames")


if __name__ == "__main__":
    main(sys.argv[1:])
