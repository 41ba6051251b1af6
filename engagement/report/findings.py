"""Figures → the headline numbers, and the sentences that a reader with one minute reads."""

from engagement.report import words
from engagement.report.cells import extremes, rows_of, where
from engagement.report.figures import Figures, everywhere
from engagement.report.trust import forecast_sentences
from engagement.schemas.enums import VoiceStatus


def headline(figures: Figures) -> list[tuple[str, str, str]]:
    """Return the headline numbers: figure, what it counts, and what to know about it."""
    voiced, responses = figures.tally("voice_in_scope").get(VoiceStatus.OK, 0), figures.responses
    names = [words.said(words.LANGUAGES, language) for language in figures.languages]
    return [
        (words.count(figures.learners), "learners", ", ".join(names[:3]) + (" …" if len(names) > 3 else "")),
        (words.count(responses), "responses", f"{words.number(figures.active_hours)} hours of active time"),
        (words.share(voiced, responses), "with usable voice", f"{words.count(voiced)} responses"),
        (
            f"{words.count(figures.scored)} of {words.count(figures.phases)}",
            "phases scored",
            "one per learner, level and phase",
        ),
        (
            words.count(figures.attention_learners),
            "need attention",
            "fading, likely to stop, silent, struggling or low",
        ),
    ]


def findings(figures: Figures) -> list[str]:
    """Return the main findings, one sentence each, what to act on first; without any score, so it says."""
    if not figures.phases:
        return ["There is nothing to report yet: the selection has no responses."]
    said = []
    if figures.attention_learners:
        said.append(
            f"{words.plural(figures.attention_learners, 'learner')} "
            f"{'needs' if figures.attention_learners == 1 else 'need'} attention: {_urgent(figures)}."
        )
    said += forecast_sentences(figures)
    cells = everywhere(figures.cells)
    comparable = cells[cells["scored"] > 0]
    if len(comparable):
        said.append(extremes(comparable))
    holding_back = figures.class_insights[figures.class_insights["direction"] == "down"]
    if len(holding_back):
        strongest = next(iter(rows_of(holding_back.sort_values("contribution", kind="stable"))))
        said.append(f"What holds the class back most ({where(strongest)}): {strongest['sentence']}")
    if figures.trended:
        said.append(
            f"Of {words.count(figures.trended)} phases long enough for a trend, "
            f"{words.count(figures.falling)} fall and {words.count(figures.rising)} rise for sure; "
            "the rest show no clear move."
        )
    said += _scored(figures)
    return said


def _scored(figures: Figures) -> list[str]:
    reasons = figures.tally("no_score")
    if not reasons:
        return [f"All {words.count(figures.phases)} phases have a score."]
    why = ", ".join(
        f"{words.count(n)} with {words.said(words.NO_SCORES, code)}" for code, n in reasons.items()
    )
    scored = f"{words.count(figures.scored)} of {words.count(figures.phases)} phases have a score"
    return [f"{scored}; without one: {why}."]


def _urgent(figures: Figures) -> str:
    listed = figures.attention_sizes
    groups = listed["group_name"].where(listed["group_name"].isin(["fading", "silent", "struggling"]), "low")
    sizes = listed["attention"].groupby(groups).sum()
    said = {
        "fading": "fading",
        "silent": "silent",
        "struggling": "struggling",
        "low": "likely to stop or with low engagement",
    }
    return ", ".join(
        f"{words.count(sizes[name])} {text}" for name, text in said.items() if sizes.get(name, 0)
    )
