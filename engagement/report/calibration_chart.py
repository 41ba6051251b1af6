"""The chances that the forecast told, against the shares that stopped, as a chart."""

from typing import Any

import altair as alt
import pandas as pd

from engagement.report.chart_parts import Spec, spec


def calibration_chart(steps: pd.DataFrame) -> Spec:
    """Return chances told against what came, with intervals.

    Args:
        steps: One row per step: told, value (the share that stopped), low, high and n.
    """
    limit = min(1.0, float(steps[["told", "high"]].max().max()) * 1.05)
    scale = alt.Scale(domain=[0, limit])
    told = alt.X("told:Q", title="chance told", scale=scale, axis=alt.Axis(format="%"))
    came: dict[str, Any] = {"scale": scale, "axis": alt.Axis(format="%"), "title": "share that stopped"}
    ends = alt.Chart(pd.DataFrame({"told": [0.0, limit], "value": [0.0, limit]}))
    line = ends.mark_line(strokeDash=[4, 4], stroke="var(--ink-soft)").encode(told, alt.Y("value:Q", **came))
    base = alt.Chart(steps).encode(told)
    intervals = base.mark_rule(strokeWidth=3, opacity=0.55, stroke="var(--first)").encode(
        y=alt.Y("low:Q", **came), y2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, opacity=1, fill="var(--first)").encode(
        y=alt.Y("value:Q", **came),
        tooltip=[
            alt.Tooltip("told:Q", format=".0%", title="chance told"),
            alt.Tooltip("value:Q", format=".0%", title="stopped"),
            alt.Tooltip("n:Q", title="forecasts"),
        ],
    )
    return spec(line + intervals + points, "Chance of stopping told, against the share that stopped")
