"""Command: simulate a class of learners (`python -m engagement.demo --out DIR`)."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engagement.demo.generators import EVERYDAY, GENERATORS
from engagement.demo.simulation import simulate
from engagement.errors import EngagementError


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate a class as the arguments say and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        summary = simulate(
            options.out,
            learners=options.learners,
            weeks=options.weeks,
            seed=options.seed,
            recordings=options.recordings,
            audio=not options.no_audio,
            say=_say,
            generator=options.generator,
            files=not options.no_files,
        )
    except EngagementError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    _say(
        f"{summary.learners} learners, {summary.visits} visits, {summary.responses} responses, "
        f"{summary.recordings} recordings, {summary.events} events, {summary.export_rows} export rows "
        f"in {summary.out} ({summary.seconds:.0f} s)"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engagement.demo",
        description="Simulate a class of learners whose true engagement is known: telemetry in the app's "
        "shapes, exports, spoken answers, and the truth (for tests and validation only).",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder to write to: new, empty or a former demo",
    )
    parser.add_argument(
        "--learners", type=int, metavar="N", default=60, help="learners in the class (default: 60)"
    )
    parser.add_argument(
        "--weeks", type=int, metavar="N", default=8, help="weeks that are simulated (default: 8)"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", default=7, help="the same seed gives the same bytes (default: 7)"
    )
    parser.add_argument(
        "--recordings",
        type=Path,
        metavar="DIR",
        help="real recordings instead of the synthetic voice: audio files and a CSV with the columns "
        "utterance_id, speaker_id, text; one learner per speaker, --learners is not used",
    )
    parser.add_argument(
        "--generator",
        default=EVERYDAY,
        metavar="NAME",
        help=f"how engagement shows: {', '.join(GENERATORS)} (default: {EVERYDAY})",
    )
    parser.add_argument(
        "--no-files", action="store_true", help="audio keys without recordings: for trials that need no sound"
    )
    parser.add_argument("--no-audio", action="store_true", help="recording switched off: no voices at all")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
