"""How the notebooks' plots look: colours that the colour-blind tell apart, a headline that says the finding.

`matplotlib.pyplot.style.use("engagement.exploring.talk")` sets sizes and colours (talk.mplstyle).
"""

import textwrap
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pyspark.sql import Column, functions as F

from engagement.report.cells import level_order
from engagement.report.figures import INTERVAL_Z
from engagement.schemas.enums import Phase

# Colours of Okabe and Ito (2008), which people with any of the usual colour deficiencies tell apart.
PHASE_COLOURS: Mapping[str, str] = {
    Phase.DISCOVERY: "#0072b2",
    Phase.PRACTICE: "#d55e00",
    Phase.SHOWCASE: "#009e73",
}
PHASE_MARKERS: Mapping[str, str] = {Phase.DISCOVERY: "o", Phase.PRACTICE: "s", Phase.SHOWCASE: "^"}
GOOD, POOR, NEUTRAL, SOFT = "#0072b2", "#d55e00", "#5b6670", "#c9ced3"

_HEADLINE_CHARACTERS = 78


def headline(figure: Any, finding: str) -> None:
    """Put the finding over a figure, from its left edge, in as many lines as it takes."""
    text = textwrap.fill(finding, _HEADLINE_CHARACTERS)
    figure.suptitle(text, x=0.01, horizontalalignment="left")


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by their column `level` in the order of learning; what is no level comes last."""
    return rows.sort_values("level", key=lambda levels: levels.map(level_order), kind="stable")


def mean_with_interval(name: str) -> list[Column]:
    """Return aggregates of a column: its mean under its name, and `…_low` and `…_high`, the 90 % interval.

    The interval is that of independent rows (the normal distribution's); null with fewer than two.
    """
    half_width = INTERVAL_Z * F.stddev_samp(name) / F.sqrt(F.count(name))
    return [
        F.avg(name).alias(name),
        (F.avg(name) - half_width).alias(f"{name}_low"),
        (F.avg(name) + half_width).alias(f"{name}_high"),
    ]
