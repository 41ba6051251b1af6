"""Rows that the page's filters choose from, packed as columns: what is embedded in the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engagement.report import words
from engagement.report.cells import level_order
from engagement.report.chart_parts import commonest_drivers, labelled, with_languages
from engagement.report.figures import ALL, Figures, everywhere

FILTERS: Mapping[str, str] = {
    "language": "language",
    "level": "level",
    "phase": "phase",
    "school": "school_id",
}
_FEW_LEVELS = 7

Codes = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choice:
    """One thing that a filter can be set to."""

    code: str
    label: str


def codes_of(rows: pd.DataFrame, filters: Sequence[str]) -> Codes:
    """Return what the filters compare, per row: the value of each filter's column, empty for null.

    A column that holds `ALL` has its totals in rows of their own: no choice shows those. In a column without,
    no choice shows every row.

    Args:
        rows: The rows that can be chosen from.
        filters: Which filters act on them, of `FILTERS`.
    """
    return {name: rows[FILTERS[name]].fillna("").astype(str).tolist() for name in filters}


def chosen_first(codes: Codes, rows: int) -> list[int]:
    """Return the places of the rows that stand in the page as long as nothing is chosen."""
    totals = [column for column in codes.values() if ALL in column]
    return [place for place in range(rows) if all(column[place] == ALL for column in totals)]


def packed(rows: pd.DataFrame, codes: Codes) -> dict[str, Any]:
    """Return rows as columns, each text told once."""
    columns = {str(name): _packed(_plain(rows[name])) for name in rows.columns}
    return {
        "rows": len(rows),
        "codes": {name: _packed(list(column)) for name, column in codes.items()},
        "columns": columns,
    }


def chart_slices(figures: Figures) -> dict[str, dict[str, Any]]:
    """Return the rows behind the charts, by the name under which a chart asks for them."""
    weeks = figures.weeks[figures.weeks["scored"] > 0]
    named = figures.drivers.assign(name=[words.driver(name) for name in figures.drivers["driver"]])
    common = named[named["name"].isin(commonest_drivers(figures.drivers))]
    return {
        "cells": _slice(_cells(figures.cells), figures.cells, ["language", "level", "phase", "school"]),
        "weeks": _slice(with_languages(weeks).drop(columns=_UNSEEN), weeks, ["language", "school"]),
        "groups": _slice(
            with_languages(figures.groups)[["language", "learners"]].assign(
                group=[words.said({}, name) for name in figures.groups["group_name"]]
            ),
            figures.groups,
            ["language", "school"],
        ),
        "dimensions": _slice(
            labelled(long_dimensions(figures.dimensions))[
                ["phase", "dimension", "engagement", "learners", "score"]
            ],
            long_dimensions(figures.dimensions),
            ["language", "phase", "school"],
        ),
        "drivers": _slice(_drivers(common), common, ["language", "phase"]),
        "survival": _slice(
            labelled(figures.survival).drop(columns="language"), figures.survival, ["language", "phase"]
        ),
    }


def long_dimensions(means: pd.DataFrame) -> pd.DataFrame:
    """Return one row per row of the means and dimension with a mean, which is its engagement."""
    long = [
        means[["school_id", "language", "phase"]].assign(
            dimension=name, engagement=means[dimension], learners=means[f"{dimension}_learners"]
        )
        for dimension, name in words.DIMENSIONS.items()
    ]
    whole = pd.concat(long, ignore_index=True)
    return whole[whole["engagement"].notna()].reset_index(drop=True)


def choices(figures: Figures) -> dict[str, list[Choice]]:
    """Return what each filter can be set to; one with fewer than two choices is left out."""
    total = everywhere(figures.cells)
    levels = sorted(total["level"].dropna().unique(), key=lambda level: (level_order(level), level))
    schools = figures.cells[figures.cells["school_id"].ne(ALL)]
    largest = schools.groupby("school_id")["learners"].sum().sort_values(ascending=False, kind="stable")
    offered = {
        "language": [
            Choice(language or "", words.said(words.LANGUAGES, language)) for language in figures.languages
        ],
        "level": [Choice(level, level) for level in levels],
        "phase": [
            Choice(phase, name) for phase, name in words.PHASES.items() if (total["phase"] == phase).any()
        ],
        "school": [Choice(str(school), f"school {str(school)[:8]}") for school in largest.index],
    }
    return {
        name: choice for name, choice in offered.items() if len(choice) > 1 or (name == "school" and choice)
    }


_UNSEEN = ["school_id", "scored", "variance", "error_variance"]


def _cells(cells: pd.DataFrame) -> pd.DataFrame:
    few = cells.groupby("language", dropna=False)["level"].transform("nunique") <= _FEW_LEVELS
    marked = labelled(cells).assign(
        falling_share=cells["falling"] / cells["trended"].replace(0, float("nan")),
        # On more levels the tiles are too narrow for both; hovering tells the rest.
        label=[
            f"{fell} of {n}" if is_few else f"{fell}"
            for fell, n, is_few in zip(cells["falling"], cells["trended"], few, strict=True)
        ],
    )
    return marked.drop(columns=["school_id", "language", "variance", "error_variance", "trend"])


def _drivers(drivers: pd.DataFrame) -> pd.DataFrame:
    held_back = drivers["direction"] == "down"
    return pd.DataFrame(
        {
            "driver": drivers["name"],
            "effect": drivers["direction"].map(words.EFFECTS),
            "learners": drivers["learners"],
            "signed": drivers["learners"].where(~held_back, -drivers["learners"]),
            "points": [words.number(value, decimals=1, signed=True) for value in drivers["contribution"]],
        }
    )


def _slice(rows: pd.DataFrame, coded: pd.DataFrame, filters: Sequence[str]) -> dict[str, Any]:
    return packed(rows, codes_of(coded, filters))


def _plain(column: pd.Series) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [moment.isoformat() for moment in column]
    if pd.api.types.is_float_dtype(column):
        # Two decimals of a point are finer than a pixel; of a share, four are.
        decimals = 4 if column.abs().max() <= 1 else 2
        return [None if pd.isna(value) else round(value, decimals) for value in column]
    return [None if pd.isna(value) else value for value in column.tolist()]


def _packed(values: list[Any]) -> Any:
    if not values or not all(isinstance(value, str) for value in values):
        return values
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return {"texts": list(places), "places": [places[value] for value in values]}
