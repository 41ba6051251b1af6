"""Corpus folders → labelled clips with their functionals, by the code that inference runs."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engagement.audio.decode import Clip, decode
from engagement.audio.frames import analyse
from engagement.audio.functionals import functionals
from engagement.errors import InputError
from engagement.inference.emotion import EMOTIONS
from models.training.augmentation import by_telephone

# EmoDB names the emotion in German at the sixth character of a file's name.
_EMODB_LETTERS = {
    "W": "anger",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happiness",
    "T": "sadness",
    "N": "neutral",
}
_TELEPHONE_SEED = 7
_LONGEST_SECONDS = 60.0

Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class SpokenClips:
    """Clips of a corpus; every array has the same first axis.

    Attributes:
        clip_ids: Names of the clips.
        paths: Their files.
        speakers: str (clips,).
        functionals: float64 (clips, functionals).
    """

    clip_ids: list[str]
    paths: list[Path]
    speakers: NDArray[np.str_]
    functionals: NDArray[np.float64]


@dataclass(frozen=True)
class ReadUtterances(SpokenClips):
    """speechocean762: English sentences read by learners and scored by five experts.

    Attributes:
        texts: What was to be read.
        medians: float64 (clips, 2), prosodic and fluency, 0–10: the median of five experts.
        ratings: float64 (clips, 2, 5), what each expert said.
        ages: int64 (clips,), years.
        genders: str (clips,), m or f.
    """

    texts: list[str]
    medians: NDArray[np.float64]
    ratings: NDArray[np.float64]
    ages: NDArray[np.int64]
    genders: NDArray[np.str_]

    @property
    def means(self) -> NDArray[np.float64]:
        """Return float64 (clips, 2): the mean of the five experts, finer than their median."""
        return np.asarray(self.ratings.mean(axis=2))


@dataclass(frozen=True)
class EmotionalClips(SpokenClips):
    """Acted emotions.

    Attributes:
        emotions: int64 (clips,), places in `EMOTIONS`.
    """

    emotions: NDArray[np.int64]


@dataclass(frozen=True)
class ActedClips(EmotionalClips):
    """EmoDB, to learn from.

    Attributes:
        is_reliable: bool (functionals,), whether a telephone moves it less than speakers and moods do.
    """

    is_reliable: NDArray[np.bool_]


def read_speechocean(folder: Path) -> ReadUtterances:
    """Read the training half of speechocean762: `train.csv` and `flac/`."""
    with _existing(folder / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["utterance_id"])
    paths = [folder / "flac" / f"{row['utterance_id']}.flac" for row in rows]
    return ReadUtterances(
        clip_ids=[row["utterance_id"] for row in rows],
        speakers=np.array([row["speaker_id"] for row in rows]),
        paths=paths,
        functionals=clip_functionals(paths),
        texts=[row["text"] for row in rows],
        medians=np.array([[float(row["prosodic"]), float(row["fluency"])] for row in rows]),
        ratings=np.array(
            [[_ratings(row["prosodic_raters"]), _ratings(row["fluency_raters"])] for row in rows]
        ),
        ages=np.array([int(row["age"]) for row in rows], dtype=np.int64),
        genders=np.array([row["gender"] for row in rows]),
    )


def read_emodb(folder: Path) -> ActedClips:
    """Read EmoDB: `flac/`, in the names' characters 1–2 the speaker, 3–5 the sentence, 6 the emotion."""
    paths = sorted(_existing(folder / "flac").glob("*.flac"))
    own = clip_functionals(paths)
    random = np.random.default_rng(_TELEPHONE_SEED)
    telephoned = clip_functionals(paths, change=lambda signal: by_telephone(signal, random))
    return ActedClips(
        clip_ids=[path.stem for path in paths],
        paths=paths,
        speakers=np.array([path.stem[:2] for path in paths]),
        functionals=own,
        emotions=np.array([EMOTIONS.index(_EMODB_LETTERS[path.stem[5]]) for path in paths], dtype=np.int64),
        is_reliable=((telephoned - own) ** 2).mean(axis=0) < own.var(axis=0),
    )


def read_ased(folder: Path) -> EmotionalClips:
    """Read the Amharic clips that models are checked on, never trained on: `labels.csv` and `flac/`."""
    with _existing(folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["clip_id"])
    paths = [folder / "flac" / f"{row['clip_id']}.flac" for row in rows]
    return EmotionalClips(
        clip_ids=[row["clip_id"] for row in rows],
        speakers=np.array([row["speaker"] for row in rows]),
        paths=paths,
        functionals=clip_functionals(paths),
        emotions=np.array([EMOTIONS.index(row["emotion"]) for row in rows], dtype=np.int64),
    )


def clip_functionals(paths: list[Path], *, change: Change | None = None) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) of audio files, of their signals changed first where asked."""
    signals = (decoded(path).signal for path in paths)
    return np.stack([functionals(analyse(change(signal) if change else signal)) for signal in signals])


def decoded(path: Path) -> Clip:
    """Return a clip of a corpus.

    Raises:
        InputError: it is not there, or cannot be decoded.
    """
    clip = decode(_existing(path).read_bytes(), max_seconds=_LONGEST_SECONDS)
    if not isinstance(clip, Clip):
        raise InputError(f"{path} cannot be decoded: {clip}.")
    return clip


def _existing(path: Path) -> Path:
    if not path.exists():
        raise InputError(f"{path} does not exist: --corpus must name the corpus' folder.")
    return path


def _ratings(ratings: str) -> list[float]:
    return [float(rating) for rating in ratings.split()]
