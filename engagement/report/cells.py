"""Rows of figures in the order of learning and in words."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from engagement.report import words

Row = dict[str, Any]

COMPARABLE_LEARNERS = 5


def rows_of(frame: pd.DataFrame) -> Iterable[Row]:
    """Yield the rows as mappings, null as None whatever the column's kind."""
    for row in frame.to_dict("records"):
        yield {str(name): None if pd.isna(value) else value for name, value in row.items()}


def ordered_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells by language, level m0 … m15 and phase in the order of learning."""
    phase_order = {phase: place for place, phase in enumerate(words.PHASES)}
    return cells.assign(
        _level=cells["level"].map(level_order),
        _phase=cells["phase"].map(lambda phase: phase_order.get(phase, len(phase_order))),
    ).sort_values(["language", "_level", "_phase"], kind="stable", na_position="last")


def extremes(cells: pd.DataFrame) -> str:
    """Return the sentence that names the cells with the lowest and highest mean, of those with a score.

    Cells of fewer than five scored learners are left out where there are others: one learner is no stage.
    """
    well_known = cells[cells["scored"] >= COMPARABLE_LEARNERS]
    ranked = (well_known if len(well_known) else cells).sort_values("engagement", kind="stable")
    lowest, *_, highest = [*rows_of(ranked), *rows_of(ranked.tail(1))]
    if len(ranked) == 1:
        return f"Engagement is {_mean(lowest)} in {where(lowest)}."
    return (
        f"Engagement is lowest in {where(lowest)} ({_mean(lowest)}) "
        f"and highest in {where(highest)} ({_mean(highest)})."
    )


def level_order(level: object) -> int:
    """Return the place of a level in the order of learning; what is no level comes last."""
    digits = level[1:] if isinstance(level, str) else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 1000


def where(row: Row) -> str:
    """Return the language, level and phase of a row in words: `Tamil, m3, practice`."""
    parts = [
        words.said(words.LANGUAGES, row["language"]) if row["language"] else "",
        row["level"] or "",
        row["phase"] or "",
    ]
    return ", ".join(part for part in parts if part) or "all"


def _mean(cell: Row) -> str:
    between = words.interval(cell["engagement_low"], cell["engagement_high"])
    learners = words.plural(cell["scored"], "learner")
    return f"{words.number(cell['engagement'])}; 90 % interval {between}; {learners}"
