"""Figures about learners → grids of words, which the page and the closing screen show as tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from engagement.report import words
from engagement.report.cells import ordered_cells, rows_of, where
from engagement.report.figures import Figures


@dataclass(frozen=True)
class Grid:
    """A table of words.

    Attributes:
        title: What one row is.
        headers: Names of the columns.
        rows: The cells, as they are shown.
        numeric: Places of the columns to align right.
        identifiers: Places of the columns with hashes, shown by their first characters.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    identifiers: frozenset[int] = frozenset()


def phases(cells: pd.DataFrame) -> Grid:
    """Return engagement by language, level and phase."""
    rows = [
        [
            words.said(words.LANGUAGES, row["language"]),
            words.said({}, row["level"]),
            words.said(words.PHASES, row["phase"]),
            words.count(row["learners"]),
            words.count(row["scored"]),
            words.count(row["responses"]),
            words.number(row["engagement"]),
            words.interval(row["engagement_low"], row["engagement_high"]),
            words.number(row["trend"], decimals=1, signed=True),
            f"{row['falling']} of {row['trended']}",
        ]
        for row in rows_of(ordered_cells(cells))
    ]
    headers = ["language", "level", "phase", "learners", "scored", "responses", "engagement", "90 % interval"]
    return Grid(
        "Engagement by language, level and phase",
        [*headers, "trend / week", "falling"],
        rows,
        frozenset(range(3, 10)),
    )


def weeks(weeks: pd.DataFrame) -> Grid:
    """Return engagement and activity by week and language, the oldest week first."""
    rows = [
        [
            words.day(row["week"]),
            words.said(words.LANGUAGES, row["language"]),
            words.count(row["learners"]),
            words.count(row["responses"]),
            words.number(row["engagement"]),
            words.interval(row["engagement_low"], row["engagement_high"]),
        ]
        for row in rows_of(weeks.sort_values(["week", "language"], kind="stable"))
    ]
    headers = ["week from", "language", "learners", "responses", "engagement", "90 % interval"]
    return Grid("Engagement and activity by week", headers, rows, frozenset(range(2, 6)))


def dimensions(means: pd.DataFrame) -> Grid:
    """Return the mean score of each dimension by phase."""
    rows = [
        [
            words.said(words.PHASES, row["phase"]),
            row["dimension"],
            words.count(row["learners"]),
            words.number(row["engagement"]),
        ]
        for row in rows_of(means)
    ]
    return Grid(
        "Mean score of each dimension, by phase",
        ["phase", "dimension", "learners", "mean"],
        rows,
        frozenset({2, 3}),
    )


def drivers(figures: Figures) -> Grid:
    """Return how many learners each driver lifts or holds back, and by how much on average."""
    effects = {"up": "lifts", "down": "holds back"}
    rows = [
        [
            words.driver(row["driver"]),
            words.said(effects, row["direction"]),
            words.count(row["learners"]),
            words.number(row["contribution"], decimals=1, signed=True),
        ]
        for row in rows_of(figures.drivers)
    ]
    return Grid(
        "Drivers, by learners moved", ["driver", "effect", "learners", "points"], rows, frozenset({2, 3})
    )


def groups(figures: Figures) -> Grid:
    """Return the groups: what they mean, how many learners, their middle figures."""
    rows = [
        [
            words.said({}, row["group_name"]),
            words.said(words.LANGUAGES, row["language"]),
            words.count(row["learners"]),
            words.number(row["engagement"]),
            words.number(row["trend"], decimals=1, signed=True),
            words.number(row["achievement"]),
            words.GROUPS.get(row["group_name"] or "", ""),
            row["example"] or words.NO_FIGURE,
        ]
        for row in rows_of(figures.groups)
    ]
    headers = ["group", "language", "learners", "engagement", "trend / week", "achievement"]
    return Grid(
        "Groups of learners", [*headers, "meaning", "one learner's reason"], rows, frozenset({2, 3, 4, 5})
    )


def class_insights(figures: Figures) -> Grid:
    """Return what lifts the class and what holds it back."""
    rows = [
        [
            where(row),
            row["direction"] or words.NO_FIGURE,
            words.number(row["contribution"], decimals=1, signed=True),
            row["sentence"] or words.NO_FIGURE,
            row["next_step"] or words.NO_FIGURE,
        ]
        for row in rows_of(figures.class_insights)
    ]
    return Grid(
        "What moves the class",
        ["where", "direction", "points", "what it says", "next step"],
        rows,
        frozenset({2}),
    )


def attention(figures: Figures) -> Grid:
    """Return the learners who need attention."""
    rows = [
        [
            row["learner_id"],
            words.said(words.LANGUAGES, row["language"]),
            words.said({}, row["group_name"]),
            words.number(row["engagement"]),
            words.number(row["trend"], decimals=1, signed=True),
            words.share(row["stop_probability"], 1)
            if row["stop_probability"] is not None
            else words.NO_FIGURE,
            words.day(row["last_response_at"]),
            row["reason"] or words.NO_FIGURE,
            f"{where({**row, 'language': None})}: {row['next_step']}"
            if row["next_step"]
            else words.NO_FIGURE,
        ]
        for row in rows_of(figures.attention)
    ]
    headers = ["learner", "language", "group", "engagement", "trend / week", "may stop"]
    return Grid(
        "The most urgent first",
        [*headers, "last seen", "why", "next step"],
        rows,
        frozenset({3, 4, 5}),
        frozenset({0}),
    )
