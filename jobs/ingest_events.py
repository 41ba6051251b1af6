"""Telemetry and exports → bronze.events, milestone_records, rejected, ingested_files."""

import argparse
from collections import Counter

from engagement.config import pseudonym_secret
from engagement.forgetting import remove_buried
from engagement.gates import add_accept
from engagement.ingestion import start_over, take_exports, take_telemetry
from engagement.intake import Intake
from engagement.session_renewal import Silver
from engagement.step import Counts, Run, main
from engagement.tombstones import buried, is_removal_due


def ingest_events(run: Run) -> Counts:
    """Read the files that no run has read yet; with --full-refresh, all files into empty tables."""
    settings = run.settings
    accept = getattr(run.options, "accept", False)
    forgotten = buried(run.spark, run.warehouse)
    intake = Intake(run.spark, run.warehouse, settings.ingest, pseudonym_secret(), accept, forgotten)
    if getattr(run.options, "full_refresh", False):
        start_over(intake)
    totals = Counter(take_telemetry(intake, settings.paths.telemetry))
    if settings.paths.exports:
        totals.update(take_exports(intake, settings.paths.exports))
    if is_removal_due(run.spark, run.warehouse):
        # Late telemetry told of more that is theirs, or `forget` died before its end.
        silver = Silver.of(run.spark, run.warehouse, settings)
        removed = remove_buried(silver, history_days=settings.maintenance.history_days)
        totals.update({f"removed_{place}": count for place, count in removed.items()})
    lines, kept, rejected = (totals.pop(name) for name in ("lines", "kept", "rejected"))
    return Counts(rows_in=lines, rows_out=kept, rejected=rejected, detail=dict(totals))


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full-refresh", action="store_true", help="empty bronze and read every file again")
    add_accept(parser)


if __name__ == "__main__":
    main("ingest_events", {"ingest_events": ingest_events}, _add_options)
