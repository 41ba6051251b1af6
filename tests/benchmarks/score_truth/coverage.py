"""Exports that cover part of a class."""

import csv
import json
from pathlib import Path
from random import Random


def keep_learners(exports: Path, *, share: float) -> None:
    """Take the rows of all but a share of the learners out of the exports of a simulated class.

    Args:
        exports: Folder of the class's exports: lines of JSON, and CSV with a header.
        share: Share of the learners that any export holds once this is done, 0–1.
    """
    for path in sorted(exports.iterdir()):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = lines.readlines()
        header = rows[:1] if path.suffix == ".csv" else []
        kept = [row for row in rows[len(header) :] if is_covered(_learner(row, path.suffix), share)]
        path.write_text("".join([*header, *kept]), encoding="utf-8", newline="")


def is_covered(learner: str, share: float) -> bool:
    """Return whether a learner's rows are kept; a row of nobody always is."""
    return not learner or Random(f"covered:{learner}").random() < share


def _learner(row: str, suffix: str) -> str:
    """Return whose row it is: the first column, or `userId`; nothing where that cannot be read."""
    if suffix == ".csv":
        return next(csv.reader([row]))[0]
    try:
        return str(json.loads(row).get("userId", ""))
    except json.JSONDecodeError:
        return ""
