"""Recordings that went wrong: missing, empty, not audio, cut off, or named outside of the audio root."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from engagement.demo.diary import Answer, Happening

# Share of the recordings that each fault befalls, at least one where there are enough of them.
SHARES = {"not_found": 0.004, "empty": 0.001, "not_audio": 0.001, "truncated": 0.001, "outside_root": 0.001}
FEWEST_RECORDINGS = 20
ERROR_PAGE = b"<!DOCTYPE html>\n<html><head><title>403</title></head><body>Access denied</body></html>\n"


def choose_faults(answers: Sequence[Answer], *, seed: int) -> dict[str, str]:
    """Return which audio keys get which fault; answers that were silent or profane are left alone."""
    draw = Random(f"{seed}:faults")
    keys = [
        answer.audio_key for answer in answers if answer.audio_key and answer.manner and not answer.is_profane
    ]
    if len(keys) < FEWEST_RECORDINGS:
        return {}
    faults: dict[str, str] = {}
    for fault, share in SHARES.items():
        left = [key for key in keys if key not in faults]
        faults.update(dict.fromkeys(draw.sample(left, max(1, round(share * len(keys)))), fault))
    return faults


def misname(happenings: Sequence[Happening], faults: dict[str, str]) -> list[Happening]:
    """Return the happenings with the keys of the fault `outside_root` made to point there."""
    return [
        replace(happening, audio_key=f"../../{happening.audio_key}")
        if isinstance(happening, Answer) and faults.get(happening.audio_key) == "outside_root"
        else happening
        for happening in happenings
    ]


def spoil(root: Path, faults: dict[str, str]) -> None:
    """Spoil the recordings under the audio root that were written for the keys."""
    for key, fault in faults.items():
        path = root / key
        if fault in ("not_found", "outside_root"):
            path.unlink()
        elif fault == "empty":
            path.write_bytes(b"")
        elif fault == "not_audio":
            path.write_bytes(ERROR_PAGE)
        elif fault == "truncated":
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) * 2 // 5])
