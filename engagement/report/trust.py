"""Figures → the forecast's section and the one that says how far scores can be trusted."""

from collections.abc import Callable, Mapping

from engagement.gold.measures import MEASURES, Kind
from engagement.report import words
from engagement.report.calibration_chart import calibration_chart
from engagement.report.cells import Row, rows_of
from engagement.report.figures import Figures
from engagement.report.grids import Grid
from engagement.report.panels import Panel

EVERYBODY = "all"
_FORECASTS: Mapping[str, str] = {
    "forecast_auc": "Pairs put in the right order (AUC): of one who stops and one who stays",
    "forecast_auc_recency_frequency": "The same, by a regression on recency, frequency and count",
    "forecast_auc_days_since_last": "The same, by the days since the last visit alone",
    "forecast_auc_gain_over_recency_frequency": "Gain over that regression",
    "forecast_auc_gain_over_days_since_last": "Gain over the days since the last visit",
    "forecast_calibration_error": "Mean gap between the chance told and the share that stopped",
    "forecast_brier": "Mean squared error of the chance told (Brier)",
    "forecast_next_phase_error": "Mean error of the next phase's engagement, points",
    "forecast_next_phase_coverage": "Share of next phases within their 90 % interval",
}
# Distances, which have no direction.
_UNSIGNED = ("voice_change", "forecast_next_phase_error")
_SUBGROUPS: Mapping[str, Mapping[str, str]] = {
    "language": words.LANGUAGES,
    "identity": words.IDENTITIES,
    "level": {},
    "group": {},
}


def forecast_sentences(figures: Figures) -> list[str]:
    """Return how many are expected to stop, and how far that can be relied on; empty without a forecast."""
    said = []
    for row in rows_of(figures.stops):
        if not row["foreseen"]:
            continue
        active = words.plural(row["foreseen"], "active learner")
        likely = words.plural(row["likely"], "learner") if row["likely"] else "none of them"
        said.append(
            f"Of {active}, about {words.count(row['expected'])} are expected to give no answer for "
            f"{row['horizon_days']} days from {words.day(row['as_of'])} on; for {likely} that is more likely "
            "than not."
        )
    told = {row["figure"]: row for row in _rows(figures, EVERYBODY)}
    ours, theirs = told.get("forecast_auc"), told.get("forecast_auc_recency_frequency")
    gain = told.get("forecast_auc_gain_over_recency_frequency")
    if ours and theirs and gain and gain["low"] is not None:
        verdict = (
            "better for sure"
            if gain["low"] > 0
            else "worse for sure"
            if gain["high"] < 0
            else "the difference may be chance"
        )
        tried = words.plural(ours["learners"] or 0, "learner")
        pairs, of_baseline = _percent(ours["value"]), _percent(theirs["value"])
        said.append(
            f"Tried on {tried} that no model was fitted on, at later days: of one who stops and one who "
            f"stays, the forecast gives the one who stops the higher chance in {pairs} of pairs, a "
            f"regression on recency and frequency in {of_baseline}: {verdict}."
        )
    return said


def forecast_panels(figures: Figures) -> list[Panel]:
    """Return how often what was told came."""
    tenths = figures.validation[figures.validation["subgroup"].str.startswith("tenth=")]
    told = tenths[tenths["figure"] == "forecast_told"][["subgroup", "value"]]
    came = tenths[tenths["figure"] == "forecast_came"][["subgroup", "value", "low", "high", "n"]]
    steps = told.rename(columns={"value": "told"}).merge(came, on="subgroup").sort_values("subgroup")
    if steps.empty:
        return []
    error = [
        row["value"] for row in _rows(figures, EVERYBODY) if row["figure"] == "forecast_calibration_error"
    ]
    gap = f" The mean gap is {_percent(error[0], decimals=1)}." if error and error[0] is not None else ""
    sentence = (
        "Each point is a tenth of the forecasts on held-out learners: the chance told, and the share that "
        f"stopped, with its 90 % interval. On the dashed line what was told came.{gap}"
    )
    rows = [
        [_percent(row["told"]), _percent(row["value"]), _between(row, _percent), words.count(row["n"])]
        for row in rows_of(steps)
    ]
    headers = ["chance told", "stopped", "90 % interval", "forecasts"]
    grid = Grid("Forecasts and what came, in tenths", headers, rows, frozenset(range(4)))
    return [
        Panel(
            "calibration", "Is a chance of stopping what it says?", sentence, calibration_chart(steps), grid
        )
    ]


def forecast_grid(figures: Figures) -> Grid:
    """Return the figures of the forecast over everybody."""
    rows = [
        [
            _FORECASTS[row["figure"]],
            _forecast_value(row),
            _between(row, _formatter(row["figure"])),
            words.count(row["n"]),
        ]
        for name in _FORECASTS
        for row in _rows(figures, EVERYBODY)
        if row["figure"] == name
    ]
    headers = ["what was measured", "figure", "90 % interval", "forecasts"]
    return Grid("The forecast, on learners that no model was fitted on", headers, rows, frozenset({1, 2, 3}))


def validation_grid(figures: Figures) -> Grid:
    """Return what was measured of scores and groups over everybody."""
    told = {row["figure"]: row for row in _rows(figures, EVERYBODY)}
    rows = [
        [
            measure.meaning,
            _formatter(name)(told[name]["value"]),
            _between(told[name], _formatter(name))
            if told[name]["reason"] is None
            else words.said(words.NO_FIGURES, told[name]["reason"]),
            words.count(told[name]["n"]),
            words.count(told[name]["learners"] or 0),
        ]
        for name, measure in MEASURES.items()
        if name in told
    ]
    headers = ["what was measured", "figure", "90 % interval", "observations", "learners"]
    return Grid("What the scores are worth", headers, rows, frozenset(range(1, 5)))


def gap_grid(figures: Figures) -> Grid:
    """Return the subgroups whose scores lie off by more than the limit."""
    flagged = figures.validation[figures.validation["is_flagged"].eq(True)]
    rows = [
        [
            _subgroup(row["subgroup"]),
            MEASURES[row["figure"]].meaning,
            _formatter(row["figure"])(row["value"]),
            _between(row, _formatter(row["figure"])),
            words.count(row["learners"] or 0),
        ]
        for row in rows_of(flagged)
        if row["figure"] in MEASURES
    ]
    headers = ["who", "what was measured", "gap", "90 % interval", "learners"]
    return Grid("Subgroups to look at", headers, rows, frozenset({2, 3, 4}))


def _rows(figures: Figures, subgroup: str) -> list[Row]:
    return list(rows_of(figures.validation[figures.validation["subgroup"] == subgroup]))


def _subgroup(named: str) -> str:
    kind, _, value = named.partition("=")
    return (
        f"school {value[:8]}" if kind == "school" else f"{kind} {words.said(_SUBGROUPS.get(kind, {}), value)}"
    )


def _formatter(figure: str) -> Callable[[float | None], str]:
    if figure == "group_kept" or figure.startswith(("forecast_calibration", "forecast_next_phase_coverage")):
        return _percent
    kind = MEASURES[figure].kind if figure in MEASURES else None
    if kind in (Kind.MEAN, Kind.DIFFERENCE, Kind.RESIDUAL) or figure == "forecast_next_phase_error":
        return lambda value: words.number(value, decimals=1, signed=figure not in _UNSIGNED)
    return lambda value: words.number(value, decimals=2)


def _forecast_value(row: Row) -> str:
    return _formatter(row["figure"])(row["value"])


def _between(row: Row, formatted: Callable[[float | None], str]) -> str:
    if row["low"] is None or row["high"] is None:
        return words.NO_FIGURE
    return f"{formatted(row['low'])} to {formatted(row['high'])}"


def _percent(value: float | None, *, decimals: int = 0) -> str:
    return words.NO_FIGURE if value is None else f"{words.number(100 * value, decimals=decimals)} %"
