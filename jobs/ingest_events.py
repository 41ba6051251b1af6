"""Telemetry and exports → bronze.events, milestone_records, rejected, ingested_files."""

import argparse
from collections import Counter

from engagement.config import pseudonym_secret
from engagement.gates import add_accept
from engagement.ingestion import Intake, start_over, take_exports, take_telemetry
from engagement.step import Counts, Run, main


def ingest_events(run: Run) -> Counts:
    """Read the files that no run has read yet; with --full-refresh, all files into empty tables."""
    settings = run.settings
    accept = getattr(run.options, "accept", False)
    intake = Intake(run.spark, run.warehouse, settings.ingest, pseudonym_secret(), accept)
    if getattr(run.options, "full_refresh", False):
        start_over(intake)
    totals = Counter(take_telemetry(intake, settings.paths.telemetry))
    if settings.paths.exports:
        totals.update(take_exports(intake, settings.paths.exports))
    lines, kept, rejected = (totals.pop(name) for name in ("lines", "kept", "rejected"))
    return Counts(rows_in=lines, rows_out=kept, rejected=rejected, detail=dict(totals))


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full-refresh", action="store_true", help="empty bronze and read every file again")
    add_accept(parser)


if __name__ == "__main__":
    main("ingest_events", {"ingest_events": ingest_events}, _add_options)
