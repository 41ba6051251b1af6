"""Plain text for the screen: headings, points and grids of at most 100 columns."""

import textwrap

from engagement.report.grids import Grid
from engagement.screen import one_line

WIDTH_COLUMNS = 100


def text_grid(grid: Grid) -> str:
    """Return the grid as aligned columns; where they are too wide, the last one is cut."""
    rows = [[one_line(cell) for cell in row] for row in grid.rows]
    lines = [grid.headers, *rows] if rows else [["none"]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    title = [f"  {grid.title}"] if grid.title else []
    written = [
        "    "
        + "  ".join(_aligned(cell, widths[place], place in grid.numeric) for place, cell in enumerate(line))
        for line in lines
    ]
    return "\n".join([*title, *(_fitted(line) for line in written), ""])


def heading(title: str) -> str:
    """Return a line that opens a part of the screen."""
    return f"\n── {title} ".ljust(WIDTH_COLUMNS + 1, "─")


def bullet(sentence: str) -> str:
    """Return a sentence as one point of a list."""
    return textwrap.fill(sentence, WIDTH_COLUMNS, initial_indent="  • ", subsequent_indent="    ")


def paragraph(sentence: str) -> str:
    """Return a sentence in lines that fit."""
    return textwrap.fill(sentence, WIDTH_COLUMNS, initial_indent="  ", subsequent_indent="  ")


def _aligned(cell: str, width: int, numeric: bool) -> str:
    return cell.rjust(width) if numeric else cell.ljust(width)


def _fitted(line: str) -> str:
    line = line.rstrip()
    return line if len(line) <= WIDTH_COLUMNS else f"{line[: WIDTH_COLUMNS - 1]}…"
