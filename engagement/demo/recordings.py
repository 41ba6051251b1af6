"""Real recordings in place of the synthetic voice: one speaker becomes one learner."""

import csv
from dataclasses import dataclass
from pathlib import Path

import soundfile

from engagement.errors import InputError

COLUMNS = ("utterance_id", "speaker_id", "text")
AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")


@dataclass(frozen=True)
class Utterance:
    """One real recording and what was read in it."""

    utterance_id: str
    speaker_id: str
    text: str
    path: Path


def utterances_by_speaker(folder: Path) -> dict[str, list[Utterance]]:
    """Return the recordings of a folder by speaker, both in the order of the folder's CSV.

    Raises:
        InputError: the folder, the CSV, one of its columns or a recording that it names is missing.
    """
    if not folder.is_dir():
        raise InputError(f"--recordings {folder}: no such folder.")
    listing = _listing(folder)
    files = {path.stem: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in AUDIO_SUFFIXES}
    by_speaker: dict[str, list[Utterance]] = {}
    with listing.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            utterance_id, speaker_id = row["utterance_id"], row["speaker_id"]
            if utterance_id not in files:
                raise InputError(
                    f"{listing} names the utterance {utterance_id!r}, but {folder} holds no audio file "
                    f"of that name ({', '.join(AUDIO_SUFFIXES)})."
                )
            utterance = Utterance(utterance_id, speaker_id, row["text"], files[utterance_id])
            by_speaker.setdefault(speaker_id, []).append(utterance)
    if not by_speaker:
        raise InputError(f"{listing} has a header but no rows: expected one row per recording.")
    return by_speaker


def place(utterance: Utterance, target: Path) -> None:
    """Write a recording where the app would have put it: as WAV, at its own rate.

    Raises:
        InputError: the file cannot be read as audio.
    """
    try:
        samples, rate_hz = soundfile.read(utterance.path, dtype="int16")
    except soundfile.LibsndfileError as error:
        raise InputError(f"{utterance.path} cannot be read as audio: {error}") from error
    target.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(target, samples, rate_hz, subtype="PCM_16", format="WAV")


def _listing(folder: Path) -> Path:
    """Return the CSV of the folder that lists the recordings."""
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise InputError(f"{folder} holds no CSV: expected one with the columns {', '.join(COLUMNS)}.")
    missing: dict[str, list[str]] = {}
    for path in found:
        missing[path.name] = _missing_columns(path)
        if not missing[path.name]:
            return path
    lacks = "; ".join(f"{name} lacks {', '.join(columns)}" for name, columns in missing.items())
    raise InputError(f"{folder} holds no CSV with the columns {', '.join(COLUMNS)}: {lacks}.")


def _missing_columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines), [])
    return [column for column in COLUMNS if column not in header]
