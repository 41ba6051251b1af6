"""Figures → Vega-Lite charts, one function a chart."""

import altair as alt
import pandas as pd

from engagement.report import words
from engagement.report.chart_parts import (
    PHASE_NAMES,
    Spec,
    average_line,
    chosen_rows,
    commonest_drivers,
    labelled,
    language_colour,
    language_names,
    largest_first,
    levels,
    phase_colour,
    phase_shape,
    score_axis,
    spec,
    tooltip,
    with_languages,
)


def levels_chart(cells: pd.DataFrame) -> Spec:
    """Return engagement by level and phase with intervals, for the cells of one language."""
    base = chosen_rows().encode(
        x=alt.X("level:N", sort=levels(labelled(cells)), title="level", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("phase:N", sort=PHASE_NAMES),
        color=phase_colour(),
        tooltip=tooltip(
            ["level:N", "phase:N", "learners:Q", "scored:Q", "responses:Q", "score:N", "range:N"]
        ),
    )
    scores = score_axis()
    intervals = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        y=alt.Y("engagement_low:Q", **scores), y2="engagement_high:Q"
    )
    means = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("engagement:Q", **scores), shape=phase_shape()
    )
    average = average_line(alt.Y("average:Q", **scores))
    return spec(average + intervals + means, "Mean engagement by level and phase, with 90 % intervals")


def falling_chart(cells: pd.DataFrame) -> Spec:
    """Return where the learners of one language fade: of those with a trend, the share that surely falls."""
    base = chosen_rows().encode(
        x=alt.X("level:N", sort=levels(labelled(cells)), title="level", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("phase:N", sort=PHASE_NAMES, title=None),
        tooltip=tooltip(["level:N", "phase:N", "falling:Q", "rising:Q", "trended:Q"]),
    )
    opacity = alt.Scale(domain=[0, 1], range=[0.06, 0.6])
    tiles = base.mark_rect(fill="var(--down)", stroke="var(--page)", strokeWidth=2).encode(
        fillOpacity=alt.FillOpacity("falling_share:Q", scale=opacity, legend=None)
    )
    labels = base.mark_text(fontSize=12, fill="var(--ink)").encode(text="label:N")
    return spec(
        tiles + labels,
        "Learners whose engagement falls, by level and phase",
        height=60 + 44 * cells["phase"].nunique(),
    )


def weeks_chart(weeks: pd.DataFrame) -> Spec:
    """Return mean engagement week by week with its interval, one line a language."""
    shown = with_languages(weeks)
    base = chosen_rows().encode(
        x=alt.X("week:T", title="week from", axis=_week_axis(shown)),
        color=language_colour(shown),
        tooltip=tooltip(["language:N", "week:T", "learners:Q", "responses:Q", "score:N", "range:N"]),
    )
    scores = score_axis()
    bands = base.mark_area(opacity=0.18).encode(y=alt.Y("engagement_low:Q", **scores), y2="engagement_high:Q")
    lines = base.mark_line(strokeWidth=2, point={"size": 45}).encode(
        y=alt.Y("engagement:Q", **scores),
        strokeDash=alt.StrokeDash("language:N", sort=language_names(shown), legend=None),
    )
    average = average_line(alt.Y("average:Q", **scores))
    return spec(average + bands + lines, "Mean engagement by week, with 90 % intervals")


def active_chart(weeks: pd.DataFrame) -> Spec:
    """Return how many learners answered in each week, by language."""
    shown = with_languages(weeks)
    lines = (
        chosen_rows()
        .mark_line(strokeWidth=2, point={"size": 45})
        .encode(
            x=alt.X("week:T", title="week from", axis=_week_axis(shown)),
            y=alt.Y("learners:Q", title="learners who answered", scale=alt.Scale(zero=True)),
            color=language_colour(shown),
            strokeDash=alt.StrokeDash("language:N", sort=language_names(shown), legend=None),
            tooltip=tooltip(["language:N", "week:T", "learners:Q", "responses:Q"]),
        )
    )
    return spec(lines, "Learners who answered, by week", height=220)


def dimensions_chart() -> Spec:
    """Return the mean of each dimension by phase."""
    scores = score_axis()
    points = (
        chosen_rows()
        .mark_point(filled=True, size=100, opacity=1)
        .encode(
            x=alt.X("engagement:Q", **scores),
            y=alt.Y("dimension:N", sort=list(words.DIMENSIONS.values()), title=None),
            yOffset=alt.YOffset("phase:N", sort=PHASE_NAMES),
            color=phase_colour(),
            shape=phase_shape(),
            tooltip=tooltip(["dimension:N", "phase:N", "learners:Q", "score:N"]),
        )
    )
    return spec(
        average_line(alt.X("average:Q", **scores)) + points,
        "Mean score of each dimension, by phase",
        height=220,
    )


def groups_chart(groups: pd.DataFrame) -> Spec:
    """Return the groups by size, stacked by language."""
    shown = with_languages(groups).assign(group=[words.said({}, name) for name in groups["group_name"]])
    order = largest_first(shown, "group")
    bars = (
        chosen_rows()
        .mark_bar()
        .encode(
            x=alt.X("learners:Q", title="learners", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("group:N", sort=order, title=None),
            color=language_colour(shown),
            tooltip=tooltip(["group:N", "language:N", "learners:Q"]),
        )
    )
    return spec(bars, "Learners in each group", height=40 + 34 * len(order))


def drivers_chart(drivers: pd.DataFrame) -> Spec:
    """Return how many learners each of the commonest drivers lifts (right) and holds back (left)."""
    order = commonest_drivers(drivers)
    effect = alt.Scale(domain=["holds back", "lifts"], range=["var(--down)", "var(--up)"])
    bars = (
        chosen_rows()
        .mark_bar()
        .encode(
            x=alt.X(
                "signed:Q",
                title="← held back · learners · lifted →",
                axis=alt.Axis(labelExpr="abs(datum.value)", tickMinStep=1),
            ),
            y=alt.Y("driver:N", sort=order, title=None),
            color=alt.Color("effect:N", scale=effect, title=None),
            tooltip=tooltip(["driver:N", "effect:N", "learners:Q", "points:N"]),
        )
    )
    return spec(bars, "Learners whom each driver lifts or holds back", height=40 + 30 * len(order))


def _week_axis(shown: pd.DataFrame) -> alt.Axis:
    """Return an axis with its ticks on the weeks' first days: Vega's own weeks begin on Sundays."""
    mondays = sorted(shown["week"].unique())
    ticks = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in mondays]
    return alt.Axis(values=ticks, format="%-d %b", labelOverlap=True)
