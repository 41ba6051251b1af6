"""Telemetry and exports → bronze.events, milestone_records, rejected, ingested_files."""

import argparse

from engagement.config import pseudonym_secret
from engagement.ingestion import Intake, start_over, take_exports, take_telemetry
from engagement.step import Counts, Run, main


def ingest_events(run: Run) -> Counts:
    """Read the files that no run has read yet; with --full-refresh, all files into empty tables."""
    settings = run.settings
    intake = Intake(run.spark, run.warehouse, settings.ingest, pseudonym_secret())
    if getattr(run.options, "full_refresh", False):
        start_over(intake)
    telemetry = take_telemetry(intake, settings.paths.telemetry)
    exports = take_exports(intake, settings.paths.exports) if settings.paths.exports else {}
    return Counts(
        rows_in=telemetry["lines"] + exports.get("lines", 0),
        rows_out=telemetry["kept"] + exports.get("kept", 0),
        rejected=telemetry["rejected"] + exports.get("rejected", 0),
        detail={"duplicates": telemetry["duplicates"] + exports.get("duplicates", 0)},
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full-refresh", action="store_true", help="empty bronze and read every file again")


if __name__ == "__main__":
    main("ingest_events", {"ingest_events": ingest_events}, _add_options)
