"""Figures → the sections on trust in the scores, on what came in, and on what scores were made with."""

from engagement.report import ledger_grids, trust, words
from engagement.report.figures import Figures
from engagement.report.section import Section


def trusted(figures: Figures) -> Section:
    """Return what was measured of the scores."""
    measured = trust.validation_grid(figures)
    if not measured.rows:
        text = "Not measured yet for this selection: ./spark-submit.sh validate_scores measures it."
        return Section("trust", "Trust", "Can the scores be trusted?", text)
    return Section(
        "trust",
        "Trust",
        "Can the scores be trusted?",
        "Measured on these very learners, without anybody's ratings. A correlation of 0 says that two things "
        "have nothing to do with each other, of 1 that one tells the other. A gap between subgroups may be "
        "real: it says where to look, at a school's microphones for one.",
        grids=[measured, trust.gap_grid(figures)],
    )


def quality(figures: Figures) -> Section:
    """Return the ledger, what failed and why."""
    lost = ledger_grids.ledger_difference(figures)
    balance = (
        "Events = kept + duplicates + rejected: the ledger balances."
        if lost == 0
        else f"The ledger does not balance: {words.number(lost, signed=True)} events are unaccounted for."
    )
    return Section(
        "quality",
        "Data",
        "Data quality",
        f"Of the whole warehouse, whatever is selected. {balance}",
        grids=[
            ledger_grids.ledger(figures),
            ledger_grids.rejects(figures),
            ledger_grids.recordings(figures),
            ledger_grids.identities(figures),
        ],
    )


def provenance(figures: Figures) -> Section:
    """Return formula, models and their cards."""
    return Section(
        "provenance",
        "Models",
        "Formula and models",
        "Every score names the formula and the model files that it rests on. Recall is the share of the "
        "clips of a kind that is recognised; all was measured on speakers whom no model had heard.",
        grids=[ledger_grids.provenance(figures), ledger_grids.cards(figures)],
    )
