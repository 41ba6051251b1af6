"""Figures → the sections of the page: what is said, drawn and tabled under each heading."""

from collections.abc import Sequence
from dataclasses import dataclass

from engagement.report import grids, ledger_grids, panels, trust, words
from engagement.report.figures import Figures
from engagement.report.grids import Grid
from engagement.report.panels import CHARTED_LANGUAGES, Panel


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading.

    Attributes:
        anchor: Id to link to.
        title: The heading.
        introduction: How to read what follows.
        panels: The charts.
        grids: The tables.
        notes: What was cut.
    """

    anchor: str
    title: str
    introduction: str
    panels: Sequence[Panel] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[str] = ()


def sections(figures: Figures) -> list[Section]:
    """Return the sections in the order of the page."""
    return [
        _attention(figures),
        _forecast(figures),
        _phases(figures),
        _time(figures),
        _groups(figures),
        _drivers(figures),
        _trust(figures),
        _quality(figures),
        _provenance(figures),
    ]


def _attention(figures: Figures) -> Section:
    shown, total = len(figures.attention), figures.attention_learners
    listed = f"The {shown} most urgent of {words.count(total)} are listed. " if shown < total else ""
    return Section(
        "attention",
        "Learners who need attention",
        f"Fading learners first, the steepest decline on top; then those more likely than not to stop, "
        f"the silent, the struggling, "
        f"and others with low engagement. {listed}"
        "A learner is shown by the first characters of a keyed hash; who holds the key can tell the name.",
        grids=[grids.attention(figures)],
    )


def _forecast(figures: Figures) -> Section:
    said = " ".join(trust.forecast_sentences(figures))
    tried = trust.forecast_grid(figures)
    if not said:
        said = "Nothing is foreseen yet: there is too little history."
    elif not tried.rows:
        said += " There is too little history to try the forecast on learners and days that it has not seen."
    return Section(
        "forecast",
        "Who may stop",
        f"{said} A chance is no verdict on a learner: it says where a word of encouragement is due first.",
        trust.forecast_panels(figures),
        [tried] if tried.rows else [],
    )


def _trust(figures: Figures) -> Section:
    measured = trust.validation_grid(figures)
    if not measured.rows:
        text = "Not measured yet for this selection: ./spark-submit.sh validate_scores measures it."
        return Section("trust", "Can the scores be trusted?", text)
    return Section(
        "trust",
        "Can the scores be trusted?",
        "Measured on these very learners, without anybody's ratings. A correlation of 0 says that two things "
        "have nothing to do with each other, of 1 that one tells the other. A gap between subgroups may be "
        "real: it says where to look, at a school's microphones for one.",
        grids=[measured, trust.gap_grid(figures)],
    )


def _phases(figures: Figures) -> Section:
    return Section(
        "phases",
        "Engagement by level and phase",
        "Each point is the mean over the learners with a score, the line through it its 90 % interval. "
        "The dashed line at 50 is the average of the language's whole population.",
        [*panels.level_panels(figures), *panels.dimension_panels(figures)],
        [grids.phases(figures.cells), ledger_grids.no_scores(figures)],
        [
            *_cut(
                len(figures.cells) >= figures.limits.cells, figures.limits.cells, "rows, most learners first"
            ),
            *_cut(len(figures.languages) > CHARTED_LANGUAGES, CHARTED_LANGUAGES, "languages in the charts"),
        ],
    )


def _time(figures: Figures) -> Section:
    return Section(
        "trend",
        "Over time",
        "A trend is the rise or decline of a learner's engagement within a phase, in points per week.",
        [*panels.week_panels(figures), *panels.falling_panels(figures)],
        notes=_cut(
            len(figures.weeks) >= figures.limits.weeks, figures.limits.weeks, "rows, the latest weeks"
        ),
    )


def _groups(figures: Figures) -> Section:
    return Section(
        "groups",
        "Groups",
        "Learners who can be helped in the same way. Engagement, trend and achievement are medians; "
        "achievement is the percentile of accuracy and levels passed.",
        panels.group_panels(figures),
        [grids.groups(figures)],
    )


def _drivers(figures: Figures) -> Section:
    most = figures.limits.class_insights
    return Section(
        "drivers",
        "Drivers",
        "Points that an indicator adds to a score or takes from it, compared with the average learner or "
        "with the learner's own past.",
        panels.driver_panels(figures),
        [grids.class_insights(figures)],
        _cut(len(figures.class_insights) >= most, most, "rows, the strongest first"),
    )


def _quality(figures: Figures) -> Section:
    lost = ledger_grids.ledger_difference(figures)
    balance = (
        "Events = kept + duplicates + rejected: the ledger balances."
        if lost == 0
        else f"The ledger does not balance: {words.number(lost, signed=True)} events are unaccounted for."
    )
    return Section(
        "quality",
        "Data quality",
        f"Of the whole warehouse, whatever is selected. {balance}",
        grids=[
            ledger_grids.ledger(figures),
            ledger_grids.rejects(figures),
            ledger_grids.recordings(figures),
            ledger_grids.identities(figures),
        ],
    )


def _provenance(figures: Figures) -> Section:
    return Section(
        "provenance",
        "Formula and models",
        "Every score names the formula and the model files that it rests on.",
        grids=[ledger_grids.provenance(figures)],
    )


def _cut(is_cut: bool, limit: int, what: str) -> list[str]:
    return [f"Cut to {limit} {what}."] if is_cut else []
