"""The whole pipeline in one session: every step in order, from raw telemetry to the report."""

import argparse

from engagement.gates import add_accept
from engagement.step import main
from jobs.build_sessions import build_sessions
from jobs.find_groups import find_groups
from jobs.ingest_events import ingest_events
from jobs.predict_engagement import predict_engagement
from jobs.publish_report import publish_report
from jobs.score_engagement import score_engagement
from jobs.score_voice import score_voice

PIPELINE = {
    "ingest_events": ingest_events,
    "build_sessions": build_sessions,
    "score_voice": score_voice,
    "score_engagement": score_engagement,
    "find_groups": find_groups,
    "predict_engagement": predict_engagement,
    "publish_report": publish_report,
}


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--full-refresh", action="store_true", help="make bronze and silver anew from all files; voice stays"
    )
    add_accept(parser)


if __name__ == "__main__":
    main("all", PIPELINE, _add_options)
