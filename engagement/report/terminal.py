"""Figures → the closing screen of a run: plain text, at most 100 columns, readable in any terminal or log."""

from collections.abc import Sequence
from math import isnan

from engagement.report import grids, learner_grids, ledger_grids
from engagement.report.cells import ordered_cells
from engagement.report.figures import Figures, everywhere
from engagement.report.findings import findings
from engagement.report.grids import Grid
from engagement.report.plain import bullet, heading, paragraph, text_grid
from engagement.report.section import hidden_cells

_STRIP_LOW, _STRIP_HIGH, _STRIP_COLUMNS = 30, 70, 21  # two points a column, around the average


def summary_text(figures: Figures, *, warehouse: str, report: str) -> str:
    """Return the closing screen: ledger, phase scores, groups, and where everything lies.

    Args:
        figures: What to show.
        warehouse: Folder of the tables.
        report: File of the HTML report.
    """
    parts = [
        heading("What came in"),
        text_grid(ledger_grids.ledger(figures)),
        text_grid(ledger_grids.rejects(figures)),
        text_grid(ledger_grids.recordings(figures)),
        heading("Engagement by language, level and phase (mean over learners, 0–100; 50 is average)"),
        text_grid(_phase_strips(figures)),
        *(paragraph(sentence) for sentence in hidden_cells(figures)),
        heading("Groups"),
        text_grid(_columns(learner_grids.groups(figures), [0, 1, 2, 3, 4, 6])),
        heading("In short"),
        *(bullet(finding) for finding in findings(figures)),
        heading("Where it lies"),
        f"  report    {report}",
        f"  tables    {warehouse}",
        f"  notebook  ./spark-submit.sh notebook --warehouse {warehouse}",
    ]
    return "\n".join(parts) + "\n"


def _phase_strips(figures: Figures) -> Grid:
    """Return engagement by cell with a strip around the average: ● the mean, ── its interval, ┊ 50."""
    cells = ordered_cells(everywhere(figures.cells))
    whole = grids.phases(cells)
    ends = zip(cells["engagement_low"], cells["engagement"], cells["engagement_high"], strict=True)
    strips = [_strip(low, mean, high) for low, mean, high in ends]
    narrow = _columns(whole, [0, 1, 2, 3, 5, 6, 7, 8])
    rows = [[*row[:7], strip, row[7]] for row, strip in zip(narrow.rows, strips, strict=True)]
    headers = [
        "language",
        "level",
        "phase",
        "learners",
        "responses",
        "score",
        "90 %",
        f"{_STRIP_LOW:<10}{50:<9}{_STRIP_HIGH}",
        "/week",
    ]
    return Grid("", headers, rows, frozenset({3, 4, 5, 6, 8}))


def _strip(low: float, mean: float, high: float) -> str:
    """Return the strip of one cell; what lies beyond an end is drawn at the end."""
    cells = list(" " * _STRIP_COLUMNS)
    cells[_place((_STRIP_LOW + _STRIP_HIGH) / 2)] = "┊"
    if not (isnan(low) or isnan(high)):
        for place in range(_place(low), _place(high) + 1):
            cells[place] = "─"
    if not isnan(mean):
        cells[_place(mean)] = "●"
    return "".join(cells)


def _place(score: float) -> int:
    share = (score - _STRIP_LOW) / (_STRIP_HIGH - _STRIP_LOW)
    return min(_STRIP_COLUMNS - 1, max(0, round(share * (_STRIP_COLUMNS - 1))))


def _columns(grid: Grid, places: Sequence[int]) -> Grid:
    numeric = frozenset(new for new, old in enumerate(places) if old in grid.numeric)
    rows = [[row[place] for place in places] for row in grid.chosen]
    return Grid(grid.title, [grid.headers[place] for place in places], rows, numeric)
