"""What the exports of a simulated class cover."""

import csv
import json
from pathlib import Path

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
