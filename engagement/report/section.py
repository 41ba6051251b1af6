"""A part of the page under one heading, and the words for what it leaves out."""

from collections.abc import Sequence
from dataclasses import dataclass

from engagement.report import words
from engagement.report.figures import Figures, everywhere
from engagement.report.grids import Grid
from engagement.report.panels import Panel


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading.

    Attributes:
        anchor: Id to link to.
        link: Its name among the links.
        title: The heading.
        introduction: How to read what follows.
        panels: The charts.
        grids: The tables.
        notes: What was cut.
        is_filtered: Whether the page's filters act on it.
    """

    anchor: str
    link: str
    title: str
    introduction: str
    panels: Sequence[Panel] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[str] = ()
    is_filtered: bool = False


def small_left_out(figures: Figures, what: str) -> str:
    """Return the sentence that small classes are left out."""
    return f"{what} with fewer than {words.plural(figures.minimum_learners, 'learner')} are not shown."


def hidden_cells(figures: Figures) -> list[str]:
    """Return the sentence that cells are left out, where some are, and how much lies in them."""
    hidden = figures.phases - int(everywhere(figures.cells)["learners"].sum())
    if not hidden:
        return []
    phases = f"{words.count(hidden)} of {words.count(figures.phases)} phases lie in such cells."
    return [f"{small_left_out(figures, 'Cells')} {phases}"]


def cut(is_cut: bool, limit: int, what: str) -> list[str]:
    """Return the sentence that rows were cut, where they were."""
    return [f"Cut to {limit} {what}."] if is_cut else []
