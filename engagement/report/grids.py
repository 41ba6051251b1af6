"""Figures of stages and weeks → grids of words, which the page and the closing screen show as tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from engagement.report import words
from engagement.report.cells import ordered_cells, rows_of
from engagement.report.slices import Codes, chosen_first, codes_of, long_dimensions


@dataclass(frozen=True)
class Grid:
    """A table of words.

    Attributes:
        title: What one row is.
        headers: Names of the columns.
        rows: The cells, as they are shown.
        numeric: Places of the columns to align right.
        identifiers: Places of the columns with hashes, shown by their first characters.
        long: Places of the columns with sentences.
        codes: What the page's filters compare, per row; empty where none acts. Rows of the table that are no
            totals (engagement.report.slices) wait for a choice.
        most: Rows shown at a time; 0: all.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    identifiers: frozenset[int] = frozenset()
    long: frozenset[int] = frozenset()
    codes: Codes = field(default_factory=dict)
    most: int = 0

    @property
    def chosen(self) -> Sequence[Sequence[str]]:
        """Rows that stand in the page as long as nothing is chosen."""
        places = chosen_first(self.codes, len(self.rows))
        return [self.rows[place] for place in places[: self.most or None]]


def phases(cells: pd.DataFrame) -> Grid:
    """Return engagement by language, level and phase."""
    ordered = ordered_cells(cells)
    rows = [
        [
            words.said(words.LANGUAGES, row["language"]),
            words.said({}, row["level"]),
            words.said(words.PHASES, row["phase"]),
            words.count(row["learners"]),
            words.count(row["scored"]) if row["scored"] else words.NO_FIGURE,
            words.count(row["responses"]),
            words.number(row["engagement"]),
            words.interval(row["engagement_low"], row["engagement_high"]),
            words.number(row["trend"], decimals=1, signed=True),
            f"{row['falling']} of {row['trended']}" if row["trended"] else words.NO_FIGURE,
        ]
        for row in rows_of(ordered)
    ]
    headers = ["language", "level", "phase", "learners", "scored", "responses", "engagement", "90 % interval"]
    return Grid(
        "Engagement by language, level and phase",
        [*headers, "trend / week", "falling"],
        rows,
        frozenset(range(3, 10)),
        codes=codes_of(ordered, ["language", "level", "phase", "school"]),
    )


def weeks(weeks: pd.DataFrame) -> Grid:
    """Return engagement and activity by week and language, the oldest week first."""
    ordered = weeks.sort_values(["week", "language"], kind="stable")
    rows = [
        [
            words.day(row["week"]),
            words.said(words.LANGUAGES, row["language"]),
            words.count(row["learners"]),
            words.count(row["responses"]),
            words.number(row["engagement"]),
            words.interval(row["engagement_low"], row["engagement_high"]),
        ]
        for row in rows_of(ordered)
    ]
    headers = ["week from", "language", "learners", "responses", "engagement", "90 % interval"]
    return Grid(
        "Engagement and activity by week",
        headers,
        rows,
        frozenset(range(2, 6)),
        codes=codes_of(ordered, ["language", "school"]),
    )


def dimensions(means: pd.DataFrame) -> Grid:
    """Return the mean score of each dimension by phase (rows of `dimension_means`)."""
    long = long_dimensions(means)
    rows = [
        [
            words.said(words.PHASES, row["phase"]),
            row["dimension"],
            words.count(row["learners"]),
            words.number(row["engagement"]),
        ]
        for row in rows_of(long)
    ]
    return Grid(
        "Mean score of each dimension, by phase",
        ["phase", "dimension", "learners", "mean"],
        rows,
        frozenset({2, 3}),
        codes=codes_of(long, ["language", "phase", "school"]),
    )


def survival(curves: pd.DataFrame) -> Grid:
    """Return the share of learners who are still active, by weeks since they began the phase."""
    rows = [
        [
            words.said(words.PHASES, row["phase"]),
            words.count(row["weeks"]),
            words.count(row["at_risk"]),
            words.share(row["staying"], 1),
            f"{words.share(row['low'], 1)} to {words.share(row['high'], 1)}",
        ]
        for row in rows_of(curves)
    ]
    return Grid(
        "Learners still active, by weeks since they began the phase",
        ["phase", "weeks", "followed so far", "still active", "90 % interval"],
        rows,
        frozenset(range(1, 5)),
        codes=codes_of(curves, ["language", "phase"]),
    )
