"""Figures → panels: a chart, the sentence that says the same, and the table behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from engagement.report import charts, grids, learner_grids, words
from engagement.report.cells import extremes
from engagement.report.chart_parts import Spec
from engagement.report.figures import Figures, everywhere
from engagement.report.grids import Grid
from engagement.report.survival_chart import survival_chart

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
        rows: Name of the rows that the page fills in (engagement.report.slices); None: they are in the chart.
        counted: Column of the rows that must be above 0.
        language: Code of the one language that it shows; None: any.
        is_computed: Whether the sentence tells figures of the whole selection, untrue of a part of it.
    """

    anchor: str
    title: str
    sentence: str
    chart: Spec
    grid: Grid | None = None
    rows: str | None = None
    counted: str = "learners"
    language: str | None = None
    is_computed: bool = False


def level_panels(figures: Figures) -> list[Panel]:
    """Return engagement by level and phase, one panel a language."""
    total = everywhere(figures.cells)
    return [
        Panel(
            f"levels-{place}",
            f"{name}: engagement by level and phase",
            extremes(cells),
            charts.levels_chart(cells),
            rows="cells",
            counted="scored",
            language=language,
            is_computed=True,
        )
        for place, language, name, cells in _by_language(figures, total[total["scored"] > 0])
    ]


def dimension_panels(figures: Figures) -> list[Panel]:
    """Return the four dimensions by phase."""
    if figures.dimensions.empty:
        return []
    sentence = "Behaviour and cognition weigh most in a score; voice is evidence, never a verdict."
    return [
        Panel(
            "dimensions",
            "The four dimensions, by phase",
            sentence,
            charts.dimensions_chart(),
            grids.dimensions(figures.dimensions),
            rows="dimensions",
        )
    ]


def week_panels(figures: Figures) -> list[Panel]:
    """Return engagement week by week."""
    weeks = figures.weeks[figures.weeks["scored"] > 0]
    if weeks.empty:
        return []
    total = everywhere(weeks)
    return [
        Panel(
            "weeks",
            "Engagement, week by week",
            "Mean over the learners who answered in the week, each counted once, with its 90 % interval; who "
            "stopped is no longer in it.",
            charts.weeks_chart(total),
            grids.weeks(weeks),
            rows="weeks",
        ),
    ]


def active_panels(figures: Figures) -> list[Panel]:
    """Return how many learners answered, week by week."""
    weeks = figures.weeks[figures.weeks["scored"] > 0]
    if weeks.empty:
        return []
    return [
        Panel(
            "active",
            "Learners who answered, week by week",
            "A falling line is learners who left or paused.",
            charts.active_chart(everywhere(weeks)),
            rows="weeks",
        )
    ]


def falling_panels(figures: Figures) -> list[Panel]:
    """Return where learners fade, one panel a language."""
    total = everywhere(figures.cells)
    return [
        Panel(
            f"falling-{place}",
            f"{name}: where learners fade",
            f"{words.count(cells['falling'].sum())} of {words.count(cells['trended'].sum())} phases long "
            "enough for a trend fall for sure: the trend's whole 90 % interval lies below zero.",
            charts.falling_chart(cells),
            rows="cells",
            counted="trended",
            language=language,
            is_computed=True,
        )
        for place, language, name, cells in _by_language(figures, total[total["trended"] > 0])
    ]


def survival_panels(figures: Figures) -> list[Panel]:
    """Return how long learners stay, from the start of each phase on."""
    if figures.survival.empty:
        return []
    sentence = (
        "Of the learners who began a phase, the share not yet silent so many weeks later (Kaplan-Meier, with "
        "90 % intervals). Who is still active when the data end counts for as long as is known."
    )
    return [
        Panel(
            "survival",
            "Who stays, from the start of each phase",
            sentence,
            survival_chart(),
            grids.survival(figures.survival),
            rows="survival",
            counted="at_risk",
        )
    ]


def group_panels(figures: Figures) -> list[Panel]:
    """Return the groups by size."""
    if figures.groups.empty:
        return []
    sentence = (
        "A learner of two languages stands in a group of each; of a language, groups of fewer than "
        f"{words.plural(figures.minimum_learners, 'learner')} are not shown."
    )
    chart = charts.groups_chart(everywhere(figures.groups))
    return [Panel("sizes", "Learners in each group", sentence, chart, rows="groups")]


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
            learner_grids.drivers(figures),
            rows="drivers",
        )
    ]


def _by_language(figures: Figures, cells: pd.DataFrame) -> Iterator[tuple[int, str, str, pd.DataFrame]]:
    """Yield place, code, name and cells of the languages with most learners that have any cells."""
    for place, language in enumerate(figures.languages[:CHARTED_LANGUAGES]):
        column = cells["language"]
        of_language = cells[column.isna() if language is None else column == language]
        if len(of_language):
            yield place, language or "", words.said(words.LANGUAGES, language), of_language
