"""How fast recordings are scored: ours against other engines that call the same functions, side by side.

    python -m tests.benchmarks.score_recordings --recordings FOLDER --clips 3000 --rounds 5

After a warm-up every contender scores the same clips once a round, in an order that moves on from round to
round, and writes Parquet; the scores must equal ours to 1e-6. Printed are medians with their range, and each
figure against ours as the median over the rounds. `--contenders` chooses; `--memory` adds the peak of a
worker at 1,000 and 10,000 clips. Ray and Daft: `pip install .[bench]`.
"""

import argparse
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from engagement.config import VoiceSettings
from tests.benchmarks.object_client import ServedFolder, client_seconds
from tests.benchmarks.voice_figures import Figures, differences, table
from tests.benchmarks.voice_homes import Home

# Name → the contender of voice_contenders.py, cores (0: --cores), and whether recordings come over HTTP.
MATCHES = {
    "spark": ("spark", 0, False),
    "pool": ("pool", 0, False),
    "ray": ("ray", 0, False),
    "daft": ("daft", 0, False),
    "http": ("spark", 0, True),
    "one core": ("spark", 1, False),
    "naive": ("naive", 0, False),
}
LARGEST_DIFFERENCE = 1e-6


def main() -> None:
    """Warm up, measure, compare, print."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="voice-benchmark-"))
    try:
        _measure(options, folder)
        if options.memory:
            _measure_memory(options, folder)
    finally:
        shutil.rmtree(folder)


def recordings_of(root: Path, clips: int) -> pd.DataFrame:
    """Return `clips` rows, shuffled; where there are fewer files they come again under other ids."""
    keys = sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.suffix in {".flac", ".wav", ".ogg", ".mp3"}
    )
    drawn = np.random.default_rng(1).permutation(keys)
    return pd.DataFrame(
        {
            "response_id": [f"r{number:06}" for number in range(clips)],
            "response_date": None,
            "audio_key": np.resize(drawn, clips),
            "first_tried_at": None,
            "original_text": None,
        }
    )


def _measure(options: argparse.Namespace, folder: Path) -> None:
    recordings = recordings_of(options.recordings, options.clips)
    local = VoiceSettings(audio_root=str(options.recordings.resolve()))
    with ServedFolder(options.recordings, latency_milliseconds=options.latency) as server:
        client = client_seconds(options.recordings, recordings["audio_key"][:300].tolist())
        remote = replace(local, audio_root="s3://recordings", s3_endpoint=server.endpoint)
        homes = {name: _home(name, options.cores) for name in options.contenders}
        figures = Figures(clips=len(recordings), cores=options.cores, client_seconds=client)
        for number in range(-1, options.rounds):
            for name in _rotated(options.contenders, number):
                settings = remote if MATCHES[name][2] else local
                # The warm-up takes a fifth: sessions, workers, compiled code.
                rows = recordings if number >= 0 else recordings[: len(recordings) // 5]
                before = server.cpu_seconds()
                seconds = homes[name].run(rows, settings, folder / name)
                if number >= 0:
                    figures.add(name, seconds, server_seconds=server.cpu_seconds() - before)
                    _say(f"round {number + 1}: {name} {seconds:.2f} s, {len(rows) / seconds:.1f} clips/s")
        for name in options.contenders:
            few = recordings[: 2 * options.cores]
            settings = remote if MATCHES[name][2] else local
            figures.start_seconds[name] = homes[name].run(few, settings, folder / f"{name} start")
            homes[name].close()
    _check(options.contenders, folder)
    _say(table(figures))


def _check(names: list[str], folder: Path) -> None:
    if "spark" not in names:
        return
    for name in names:
        difference = differences(folder / "spark", folder / name)
        if difference > LARGEST_DIFFERENCE:
            raise SystemExit(
                f"{name} differs from ours by {difference}; expected at most {LARGEST_DIFFERENCE}."
            )
    _say(f"All scores equal ours to {LARGEST_DIFFERENCE}.")


def _measure_memory(options: argparse.Namespace, folder: Path) -> None:
    settings = VoiceSettings(audio_root=str(options.recordings.resolve()))
    peaks = {}
    for clips in (1_000, 10_000):
        home = Home("spark large tasks", cores=options.cores)
        home.run(recordings_of(options.recordings, clips), settings, folder / "memory")
        peaks[clips] = home.worker_peak_bytes()
        home.close()
        _say(f"Peak of a Python worker at {clips:,} clips, a task a core: {peaks[clips] / 1e6:.0f} MB")
    _say(f"10,000 clips against 1,000: {peaks[10_000] / peaks[1_000]:.3f} ×")


def _home(name: str, cores: int) -> Home:
    contender, own_cores, _ = MATCHES[name]
    return Home(contender, cores=own_cores or cores)


def _rotated(names: list[str], number: int) -> list[str]:
    start = number % len(names)
    return names[start:] + names[:start]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = os.environ.get("ENGAGEMENT_DATA")
    parser.add_argument("--recordings", type=Path, default=data, required=not data)
    parser.add_argument("--clips", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--latency", type=float, default=30.0, help="wait before each answer, milliseconds")
    parser.add_argument("--contenders", nargs="+", choices=list(MATCHES), default=list(MATCHES))
    parser.add_argument("--memory", action="store_true", help="measure the peak memory of a worker, too")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
