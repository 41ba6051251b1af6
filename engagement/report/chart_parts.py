"""What the charts have in common: scales, colours, tooltips, and the Vega-Lite text around a chart."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from engagement.report import words
from engagement.report.cells import level_order
from engagement.report.figures import everywhere

Spec = dict[str, Any]

AVERAGE = 50.0  # the reference's average, by definition of the score
PHASE_NAMES = list(words.PHASES.values())
_PHASE_COLOURS = ["var(--first)", "var(--second)", "var(--third)"]
_LANGUAGE_COLOURS = [*_PHASE_COLOURS, "var(--fourth)", "var(--fifth)", "var(--ink-soft)"]
_CONFIG = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelColor": "var(--ink-soft)",
        "titleColor": "var(--ink-soft)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 170,
        "tickCount": 6,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink-soft)",
        "labelFontSize": 12,
        "titleFontWeight": "normal",
        "orient": "top",
        "labelLimit": 170,
        "symbolOpacity": 1,
    },
}


def chosen_rows() -> alt.Chart:
    """Return a chart of the rows that the page's filters let through; the page fills them in."""
    chart: alt.Chart = alt.Chart(alt.NamedData("rows"))
    return chart


def spec(chart: alt.Chart | alt.LayerChart, description: str, *, height: int = 280) -> Spec:
    """Return the chart as Vega-Lite, as wide as its place in the page.

    Colours in it are CSS variables of the page, so that one chart serves light, dark and print.
    """
    complete = chart.properties(width="container", height=height, description=description)
    written: Spec = complete.to_dict()
    return {**written, "config": _CONFIG}


def average_line(axis: alt.X | alt.Y) -> alt.Chart:
    """Return the dashed line at the reference's average, across the given axis of scores.

    Two more lines that nobody sees make the axis reach 10 points to either side.
    """
    places = pd.DataFrame({"average": [AVERAGE - 10, AVERAGE, AVERAGE + 10]})
    rule: alt.Chart = alt.Chart(places).mark_rule(strokeDash=[4, 4], stroke="var(--ink-soft)")
    seen = alt.condition(f"datum.average == {AVERAGE}", alt.value(1), alt.value(0))
    return rule.encode(axis, opacity=seen)


def score_axis() -> dict[str, Any]:
    """Return title and scale of an axis of scores; every layer of a chart needs the same."""
    return {"title": "engagement, 0–100", "scale": alt.Scale(zero=False, nice=True)}


def levels(shown: pd.DataFrame) -> list[str]:
    """Return the levels in the order of learning."""
    return sorted(shown["level"].unique(), key=lambda level: (level_order(level), level))


def labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with phase and level in words, and the score as it is to be read."""
    return _with_scores(
        rows.assign(
            phase=[words.said(words.PHASES, phase) for phase in rows["phase"]],
            **({"level": [words.said({}, level) for level in rows["level"]]} if "level" in rows else {}),
        )
    )


def with_languages(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the language in words, and the score as it is to be read."""
    return _with_scores(
        rows.assign(language=[words.said(words.LANGUAGES, value) for value in rows["language"]])
    )


def language_names(shown: pd.DataFrame) -> list[str]:
    """Return the languages, the one with most learners first."""
    return largest_first(shown, "language")


def phase_colour() -> alt.Color:
    """Return the colour of a phase; its shape says the same, so that colour is never alone."""
    return alt.Color("phase:N", scale=alt.Scale(domain=PHASE_NAMES, range=_PHASE_COLOURS), title="phase")


def phase_shape() -> alt.Shape:
    """Return the shape of a phase; its scale is that of the colour, so that the two share one legend."""
    return alt.Shape("phase:N", scale=alt.Scale(domain=PHASE_NAMES), title="phase")


def language_colour(shown: pd.DataFrame) -> alt.Color:
    """Return the colour of a language."""
    names = language_names(shown)
    colours = [_LANGUAGE_COLOURS[min(place, len(_LANGUAGE_COLOURS) - 1)] for place in range(len(names))]
    return alt.Color("language:N", scale=alt.Scale(domain=names, range=colours), title="language")


def tooltip(fields: Sequence[str]) -> list[alt.Tooltip]:
    """Return what hovering shows, with the fields named as in the page's tables."""
    titles = {"score": "engagement", "range": "90 % interval", "trended": "with a trend"}
    named = [(field, field.split(":")[0]) for field in fields]
    return [
        alt.Tooltip(
            field, title=titles.get(name, name), format="%d %b %Y" if name == "week" else alt.Undefined
        )
        for field, name in named
    ]


def largest_first(shown: pd.DataFrame, name: str) -> list[str]:
    """Return the values of a column, the one with most learners first."""
    sizes = shown.groupby(name)["learners"].sum().sort_values(ascending=False, kind="stable")
    return [str(value) for value in sizes.index]


def commonest_drivers(drivers: pd.DataFrame, *, most: int = 12) -> list[str]:
    """Return the words for the drivers that move most learners."""
    named = everywhere(drivers).assign(driver=lambda rows: [words.driver(name) for name in rows["driver"]])
    return largest_first(named, "driver")[:most]


def _with_scores(rows: pd.DataFrame) -> pd.DataFrame:
    if "engagement" not in rows:
        return rows
    scored = rows.assign(score=[words.number(value) for value in rows["engagement"]])
    if "engagement_low" not in rows:
        return scored
    ends = zip(rows["engagement_low"], rows["engagement_high"], strict=True)
    return scored.assign(range=[words.interval(low, high) for low, high in ends])
