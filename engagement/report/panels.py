"""Figures → panels: a chart, the sentence that says the same, and the table behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from engagement.report import charts, grids, words
from engagement.report.cells import extremes
from engagement.report.chart_parts import Spec
from engagement.report.figures import Figures
from engagement.report.grids import Grid

CHARTED_LANGUAGES = 6  # further languages stand in the tables; more panels than this nobody compares


@dataclass(frozen=True)
class Panel:
    """A chart with its words.

    Attributes:
        anchor: Id of its place in the page.
        title: What it shows.
        sentence: The same in words.
        chart: The chart, as Vega-Lite.
        grid: The figures drawn; None where a table of the section has them.
    """

    anchor: str
    title: str
    sentence: str
    chart: Spec
    grid: Grid | None = None


def level_panels(figures: Figures) -> list[Panel]:
    """Return engagement by level and phase, one panel a language."""
    scored = figures.cells[figures.cells["scored"] > 0]
    return [
        Panel(
            f"levels-{place}",
            f"{name}: engagement by level and phase",
            extremes(cells),
            charts.levels_chart(cells),
        )
        for place, name, cells in _by_language(figures, scored)
    ]


def dimension_panels(figures: Figures) -> list[Panel]:
    """Return the four dimensions by phase."""
    means = charts.dimension_means(figures.cells)
    if means.empty:
        return []
    sentence = "Behaviour and cognition weigh most in a score; voice is evidence, never a verdict."
    chart = charts.dimensions_chart(means)
    return [Panel("dimensions", "The four dimensions, by phase", sentence, chart, grids.dimensions(means))]


def week_panels(figures: Figures) -> list[Panel]:
    """Return engagement and activity week by week."""
    weeks = figures.weeks[figures.weeks["scored"] > 0]
    if weeks.empty:
        return []
    return [
        Panel(
            "weeks",
            "Engagement, week by week",
            "Mean over the learners who answered in the week, each counted once, however little he answered; "
            "50 is the mean over all answers. Who stopped is no longer in it.",
            charts.weeks_chart(weeks),
            grids.weeks(weeks),
        ),
        Panel(
            "active",
            "Learners who answered, week by week",
            "A falling line is learners who left or paused.",
            charts.active_chart(weeks),
        ),
    ]


def falling_panels(figures: Figures) -> list[Panel]:
    """Return where learners fade, one panel a language."""
    trended = figures.cells[figures.cells["trended"] > 0]
    return [
        Panel(
            f"falling-{place}",
            f"{name}: where learners fade",
            f"{words.count(cells['falling'].sum())} of {words.count(cells['trended'].sum())} phases long "
            "enough for a trend fall for sure: the trend's whole 90 % interval lies below zero.",
            charts.falling_chart(cells),
        )
        for place, name, cells in _by_language(figures, trended)
    ]


def group_panels(figures: Figures) -> list[Panel]:
    """Return the groups by size."""
    if figures.groups.empty:
        return []
    sentence = "A learner of two languages stands in a group of each."
    return [Panel("sizes", "Learners in each group", sentence, charts.groups_chart(figures.groups))]


def driver_panels(figures: Figures) -> list[Panel]:
    """Return what lifts and what holds back how many learners."""
    if figures.drivers.empty:
        return []
    return [
        Panel(
            "effects",
            "What lifts learners and what holds them back",
            "Learners for whom the driver is among the strongest of a phase; it can lift one phase of "
            "a learner and hold back another.",
            charts.drivers_chart(figures.drivers),
            grids.drivers(figures),
        )
    ]


def _by_language(figures: Figures, cells: pd.DataFrame) -> Iterator[tuple[int, str, pd.DataFrame]]:
    """Yield place, name and cells of the languages with most learners that have any cells."""
    for place, language in enumerate(figures.languages[:CHARTED_LANGUAGES]):
        column = cells["language"]
        of_language = cells[column.isna() if language is None else column == language]
        if len(of_language):
            yield place, words.said(words.LANGUAGES, language), of_language
