"""Figures → one HTML page that needs nothing beside itself: text escaped, charts drawn by its own scripts."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from engagement.report import words
from engagement.report.figures import Figures
from engagement.report.findings import findings, headline
from engagement.report.panels import Panel
from engagement.report.section import Section
from engagement.report.sections import overview, sections
from engagement.report.slices import chart_slices, choices, packed


def render(figures: Figures, *, generated_for: str, generated_at: datetime) -> str:
    """Return the report as one HTML page.

    The page asks the network for nothing, and its content security policy forbids it to: only the two
    scripts that are named by their hash run, whatever text the tables hold.

    Args:
        figures: What to show.
        generated_for: Name of the class, programme or selection, for the title.
        generated_at: When the report is made, UTC.
    """
    parts, first = sections(figures), overview(figures)
    scripts = [_vega(), _asset("page.js")]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            figures=figures,
            generated_for=generated_for,
            generated_at=generated_at,
            headline=headline(figures),
            findings=findings(figures),
            overview=first,
            sections=parts,
            filters=choices(figures),
            embedded=_embedded(figures, first, parts),
            style=_trusted(_asset("page.css")),
            scripts=[_trusted(script) for script in scripts],
            script_hashes=" ".join(f"'sha256-{_sha256(script)}'" for script in scripts),
        )
    )


def _embedded(figures: Figures, overview: Sequence[Panel], parts: Sequence[Section]) -> dict[str, Any]:
    """Return what the page's own script works on: charts, the rows behind them, the tables to choose from."""
    panels = [*overview, *(panel for part in parts for panel in part.panels)]
    grids = [
        *(panel.grid for panel in panels if panel.grid),
        *(grid for part in parts for grid in part.grids),
    ]
    return {
        "charts": {
            panel.anchor: {
                "specification": {**panel.chart, "description": f"{panel.title}. {panel.sentence}"},
                "rows": panel.rows,
                "counted": panel.counted,
                "language": panel.language,
            }
            for panel in panels
        },
        "rows": chart_slices(figures),
        "tables": {
            grid.title: {
                **packed(pd.DataFrame(grid.rows, columns=list(range(len(grid.headers)))), grid.codes),
                "numeric": sorted(grid.numeric),
                "identifiers": sorted(grid.identifiers),
                "long": sorted(grid.long),
                "most": grid.most,
            }
            for grid in grids
            if grid.codes
        },
    }


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("engagement.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = words.day
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return environment


@cache
def _vega() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, in the version that Altair writes charts for."""
    major_minor = alt.SCHEMA_VERSION.lstrip("v").rsplit(".", 1)[0]
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=major_minor)
    return bundle.replace("</script", "<\\/script")


def _asset(name: str) -> str:
    return files("engagement.report").joinpath("templates", name).read_text(encoding="utf-8")


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _trusted(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - files of this package and the charting library, never data
