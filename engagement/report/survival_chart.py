"""How long learners stay, as a chart."""

from typing import Any

import altair as alt

from engagement.report.chart_parts import Spec, chosen_rows, phase_colour, phase_shape, spec


def survival_chart() -> Spec:
    """Return the share of learners still active, by weeks since they began each phase."""
    base = chosen_rows().encode(
        x=alt.X("weeks:Q", title="weeks since the phase began", axis=alt.Axis(tickMinStep=1)),
        color=phase_colour(),
        tooltip=[
            alt.Tooltip("phase:N"),
            alt.Tooltip("weeks:Q"),
            alt.Tooltip("at_risk:Q", title="followed so far"),
            alt.Tooltip("staying:Q", format=".0%", title="still active"),
            alt.Tooltip("low:Q", format=".0%", title="90 % interval from"),
            alt.Tooltip("high:Q", format=".0%", title="to"),
        ],
    )
    share: dict[str, Any] = {
        "title": "still active",
        "axis": alt.Axis(format="%"),
        "scale": alt.Scale(domain=[0, 1]),
    }
    bands = base.mark_area(opacity=0.14, interpolate="step-before").encode(
        y=alt.Y("low:Q", **share), y2="high:Q"
    )
    lines = base.mark_line(strokeWidth=2, interpolate="step-before").encode(y=alt.Y("staying:Q", **share))
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=alt.Y("staying:Q", **share), shape=phase_shape()
    )
    return spec(
        bands + lines + points, "Share of learners still active, by weeks since they began each phase"
    )
