"""Telemetry and exports → bronze.events, milestone_records, rejected, ingested_files."""

from engagement.config import pseudonym_secret
from engagement.ingestion import Intake, take_exports, take_telemetry
from engagement.step import Counts, Run, main


def ingest_events(run: Run) -> Counts:
    """Read the files that no run has read yet."""
    settings = run.settings
    intake = Intake(run.spark, run.warehouse, settings.ingest, pseudonym_secret())
    telemetry = take_telemetry(intake, settings.paths.telemetry)
    exports = take_exports(intake, settings.paths.exports) if settings.paths.exports else {}
    return Counts(
        rows_in=telemetry["lines"] + exports.get("lines", 0),
        rows_out=telemetry["kept"] + exports.get("kept", 0),
        rejected=telemetry["rejected"] + exports.get("rejected", 0),
        detail={"duplicates": telemetry["duplicates"] + exports.get("duplicates", 0)},
    )


if __name__ == "__main__":
    main("ingest_events", {"ingest_events": ingest_events})
