"""bronze.* → silver.sessions, silver.milestones, silver.responses."""

import argparse

from engagement.session_building import build
from engagement.session_renewal import Silver
from engagement.step import Counts, Run, main


def build_sessions(run: Run) -> Counts:
    """Cut sessions, place levels and phases, and write one row per response: of what is new, or of all."""
    settings = run.settings
    silver = Silver.of(run.spark, run.warehouse, settings)
    everything = getattr(run.options, "full_refresh", False)
    written = build(silver, everything=everything, history_days=settings.maintenance.history_days)
    events, responses = written.pop("events"), written.pop("responses")
    return Counts(rows_in=events, rows_out=responses, detail=written)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full-refresh", action="store_true", help="make silver anew from all of bronze")


if __name__ == "__main__":
    main("build_sessions", {"build_sessions": build_sessions}, _add_options)
