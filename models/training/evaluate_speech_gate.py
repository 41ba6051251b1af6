"""Count what the speech gate lets in and keeps out, wrongly and rightly.

    python -m models.training.evaluate_speech_gate --speechocean DIR --emodb DIR

Made-up sounds in 200 draws of 1 to 6 s, at peaks from full scale to 30 dB below; a television in the next
room that plays clips of the corpora; and the clips of both corpora as they are, in noise and at 8 kHz.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from engagement.audio.acoustics import measure
from engagement.audio.frames import RATE_HZ, analyse
from engagement.config import VoiceSettings
from models.training.corpora import decoded
from models.training.made_up_sounds import Sound, far_television, in_noise, made_up_sounds

DRAWS = 200
SIGNAL_TO_NOISE_DB = (15, 10, 5)
# Clips of a corpus that are heard under each condition but the first: every fifth.
_STRIDE = 5

Change = Callable[[NDArray[np.float32], np.random.Generator], Sound]


def main(arguments: list[str]) -> None:
    """Print the share accepted as speech, by kind of sound."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluate_speech_gate")
    parser.add_argument("--speechocean", type=Path, required=True, help="folder of speechocean762")
    parser.add_argument("--emodb", type=Path, required=True, help="folder of EmoDB")
    options = parser.parse_args(arguments)
    for kind, make in made_up_sounds().items():
        _tell(kind, (_drawn(make, draw) for draw in range(DRAWS)))
    for name, folder in (("speechocean762", options.speechocean), ("EmoDB", options.emodb)):
        paths = sorted((folder / "flac").glob("*.flac"))
        _tell(name, (decoded(path).signal for path in paths))
        for condition, change in _conditions().items():
            clips = (decoded(path).signal for path in paths[::_STRIDE])
            changed = (change(signal, np.random.default_rng(i)) for i, signal in enumerate(clips))
            _tell(f"{name}, {condition}", changed)


def _drawn(make: Callable[[float, np.random.Generator], Sound], draw: int) -> Sound:
    random = np.random.default_rng(draw)
    return np.asarray(make(random.uniform(1, 6), random) * 10 ** (-random.uniform(0, 30) / 20))


def _conditions() -> dict[str, Change]:
    def noisy(signal_to_noise_db: float) -> Change:
        return lambda signal, random: 0.3 * in_noise(signal, random, signal_to_noise_db=signal_to_noise_db)

    return {
        **{f"noise at {db} dB": noisy(db) for db in SIGNAL_TO_NOISE_DB},
        "telephone band": lambda signal, _: soxr.resample(
            soxr.resample(signal, RATE_HZ, RATE_HZ // 2), RATE_HZ // 2, RATE_HZ
        ),
        "20 dB softer": lambda signal, _: np.asarray(0.1 * signal),
        "on a far television": lambda signal, random: 0.05 * far_television(signal, random),
    }


def _tell(kind: str, sounds: Iterable[NDArray[np.floating]]) -> None:
    least_seconds = VoiceSettings().min_speech_seconds
    accepted = [
        measure(analyse(sound.astype(np.float32))).speech_seconds >= least_seconds for sound in sounds
    ]
    share = 100 * np.mean(accepted)
    print(f"{kind:44s} {share:5.1f} % accepted of {len(accepted)}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
