"""What the exports of a simulated class cover, and how to make them cover less."""

import csv
import json
from collections.abc import Collection
from pathlib import Path
from random import Random

from engagement.demo.exports import PROGRESS_COLUMNS


def covered_sessions(exports: Path) -> set[str]:
    """Return the ContentSessions that any export names together with a learner.

    Args:
        exports: Folder of the class's exports: lines of JSON, and CSV with a header.
    """
    return {
        _field(row, path, "sessionId")
        for path in exports.iterdir()
        for row in _rows(path)
        if _field(row, path, "userId")
    } - {""}


def learners_in(exports: Path) -> set[str]:
    """Return the raw ids that any export names."""
    return {_field(row, path, "userId") for path in exports.iterdir() for row in _rows(path)} - {""}


def keep_learners(exports: Path, *, count: int, seed: int) -> None:
    """Take the rows of all but `count` learners, drawn by chance, out of a class's exports; nobody's stay.

    Fewer are kept where the exports name no more.
    """
    named = sorted(learners_in(exports))
    kept = {"", *Random(f"{seed}:covered").sample(named, min(count, len(named)))}
    for path in exports.iterdir():
        _keep_rows(path, kept)


def _keep_rows(path: Path, learners: Collection[str]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        header = [next(lines)] if path.suffix == ".csv" else []
    kept = [row for row in _rows(path) if _field(row, path, "userId") in learners]
    path.write_text("".join([*header, *kept]), encoding="utf-8", newline="")


def _rows(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = lines.readlines()
    return rows[1:] if path.suffix == ".csv" else rows


def _field(row: str, path: Path, name: str) -> str:
    """Return a field of a row; nothing where it is missing or the row cannot be read."""
    if path.suffix == ".csv":
        return dict(zip(PROGRESS_COLUMNS, next(csv.reader([row])), strict=True))[name]
    try:
        return str(json.loads(row).get(name, ""))
    except json.JSONDecodeError:
        return ""
