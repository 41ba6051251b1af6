"""Figures about data → grids of words: the ledger, what failed and why, and what the scores rest on."""

from collections.abc import Mapping

from engagement.report import words
from engagement.report.cells import rows_of
from engagement.report.figures import Figures
from engagement.report.grids import Grid


def ledger(figures: Figures) -> Grid:
    """Return the ledger of files by kind, with the total."""
    counted = ["files", "lines", "events", "kept", "duplicates", "rejected"]
    rows = [
        [str(row["kind"]), *(words.count(row[name]) for name in counted)] for row in rows_of(figures.ledger)
    ]
    if len(rows) > 1:
        rows.append(["total", *(words.count(figures.ledger[name].sum()) for name in counted)])
    return Grid("Files read, all runs", ["kind", *counted], rows, frozenset(range(1, 7)))


def ledger_difference(figures: Figures) -> int:
    """Return how many events the ledger has lost sight of: 0 when it balances."""
    totals = figures.ledger[["events", "kept", "duplicates", "rejected"]].sum()
    return int(totals["events"] - totals["kept"] - totals["duplicates"] - totals["rejected"])


def rejects(figures: Figures) -> Grid:
    """Return the rejected lines, events and export rows by reason."""
    return _tally_grid(figures, "rejected", "Rejected, by reason", "reason", words.REJECTS)


def recordings(figures: Figures) -> Grid:
    """Return the recordings by what became of them."""
    return _tally_grid(figures, "voice", "Recordings, by what became of them", "status", words.VOICE_STATUSES)


def identities(figures: Figures) -> Grid:
    """Return the responses by how their learner is known."""
    return _tally_grid(
        figures, "identity", "Responses, by how the learner is known", "known by", words.IDENTITIES
    )


def no_scores(figures: Figures) -> Grid:
    """Return the phases without a score by reason."""
    return _tally_grid(figures, "no_score", "Phases without a score, by reason", "reason", words.NO_SCORES)


def provenance(figures: Figures) -> Grid:
    """Return what the scores were made with: formula and models, by the phases that rest on them."""
    named = {
        "formula_version": "formula",
        "emotion_model": "emotion model",
        "tone_model": "tone model",
        "forecast_model": "forecast model",
    }
    rows = [
        [label, value, words.count(n)]
        for tally, label in named.items()
        for value, n in figures.tally(tally).items()
        if value is not None
    ]
    return Grid(
        "What the scores were made with", ["what", "version or SHA-256", "rows"], rows, frozenset({2})
    )


def cards(figures: Figures) -> Grid:
    """Return the cards of the models in force."""
    rows = [
        [card.name, card.sha256, card.training_data, card.figures, card.licence] for card in figures.cards
    ]
    headers = ["model", "SHA-256", "learnt from", "how well it does", "licence"]
    return Grid("Model cards, in short", headers, rows, identifiers=frozenset({1}), long=frozenset({2, 3}))


def _tally_grid(figures: Figures, name: str, title: str, header: str, said: Mapping[str, str]) -> Grid:
    tally = figures.tally(name)
    total = sum(tally.values())
    rows = [[words.said(said, value), words.count(n), words.share(n, total)] for value, n in tally.items()]
    return Grid(title, [header, "count", "share"], rows, frozenset({1, 2}))
