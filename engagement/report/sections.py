"""Figures → the sections of the page: what is said, drawn and tabled under each heading."""

from engagement.report import data_sections, grids, learner_grids, ledger_grids, panels, trust, words
from engagement.report.figures import Figures, everywhere
from engagement.report.panels import CHARTED_LANGUAGES, Panel
from engagement.report.section import Section, cut, hidden_cells, small_left_out


def overview(figures: Figures) -> list[Panel]:
    """Return the charts that stand beside the findings."""
    return [*panels.group_panels(figures), *panels.week_panels(figures)]


def sections(figures: Figures) -> list[Section]:
    """Return the sections in the order of the page."""
    return [
        _attention(figures),
        _phases(figures),
        _time(figures),
        _groups(figures),
        _drivers(figures),
        _forecast(figures),
        data_sections.trusted(figures),
        data_sections.quality(figures),
        data_sections.provenance(figures),
    ]


def _attention(figures: Figures) -> Section:
    grid = learner_grids.attention(figures)
    shown, total = len(grid.chosen), figures.attention_learners
    listed = f"At first the {shown} most urgent of {words.count(total)} are shown. " if shown < total else ""
    return Section(
        "attention",
        "Attention",
        "Learners who need attention",
        f"Fading learners first, the steepest decline on top; then those more likely than not to stop, "
        f"the silent, the struggling, "
        f"and others with low engagement. {listed}"
        "A learner is shown by the first characters of a keyed hash: open a file with the names, and they "
        "stand in its place.",
        grids=[grid],
        notes=cut(
            len(figures.attention) < total,
            len(figures.attention),
            f"learners to choose from, at most {figures.limits.attention_of_school} of a school",
        ),
        is_filtered=True,
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
        "Forecast",
        "Who may stop",
        f"{said} A chance is no verdict on a learner: it says where a word of encouragement is due first.",
        trust.forecast_panels(figures),
        [tried] if tried.rows else [],
    )


def _phases(figures: Figures) -> Section:
    total = everywhere(figures.cells)
    return Section(
        "phases",
        "Levels and phases",
        "Engagement by level and phase",
        "Each point is the mean over the learners with a score, the line through it its 90 % interval. "
        "The dashed line at 50 is the average of the language's whole population.",
        [*panels.level_panels(figures), *panels.dimension_panels(figures)],
        [grids.phases(figures.cells), ledger_grids.no_scores(figures)],
        [
            *hidden_cells(figures),
            *cut(len(total) >= figures.limits.cells, figures.limits.cells, "rows, most learners first"),
            *cut(len(figures.languages) > CHARTED_LANGUAGES, CHARTED_LANGUAGES, "languages in the charts"),
            *cut(
                len(figures.cells) - len(total) >= figures.limits.school_rows,
                figures.limits.school_rows,
                "rows of single schools, most learners first",
            ),
        ],
        is_filtered=True,
    )


def _time(figures: Figures) -> Section:
    return Section(
        "trend",
        "Fading",
        "Where learners fade",
        "A trend is the rise or decline of a learner's engagement within a phase, in points per week. The "
        "mean of everybody, week by week, stands beside the findings.",
        [
            *panels.falling_panels(figures),
            *panels.active_panels(figures),
            *panels.survival_panels(figures),
        ],
        notes=cut(
            len(everywhere(figures.weeks)) >= figures.limits.weeks,
            figures.limits.weeks,
            "rows, the latest weeks",
        ),
        is_filtered=True,
    )


def _groups(figures: Figures) -> Section:
    return Section(
        "groups",
        "Groups",
        "Groups",
        "Learners who can be helped in the same way. Engagement, trend and achievement are medians; "
        "achievement is the percentile of accuracy and levels passed.",
        grids=[learner_grids.groups(figures)],
        notes=[small_left_out(figures, "Groups")],
        is_filtered=True,
    )


def _drivers(figures: Figures) -> Section:
    most = figures.limits.class_insights
    return Section(
        "drivers",
        "Drivers",
        "Drivers",
        "Points that an indicator adds to a score or takes from it, compared with the average learner or "
        "with the learner's own past.",
        panels.driver_panels(figures),
        [learner_grids.class_insights(figures)],
        [
            small_left_out(figures, "Drivers and stages"),
            *cut(len(figures.class_insights) >= most, most, "rows, the strongest first"),
        ],
        is_filtered=True,
    )
