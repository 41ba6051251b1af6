"""Raw ids → (raw id, learner_id), for whoever holds the secret: to find one's own learners in the tables.

    ./spark-submit.sh reveal [FILE]        one raw id a line; without FILE from the standard input

The CSV goes to the standard output and nowhere else. No session is started, and nothing is stored.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence

from engagement.config import lines_of, pseudonym_secret
from engagement.errors import EngagementError
from engagement.pseudonyms import KINDS, pseudonym


def revealed(raw_ids: Sequence[str], secret: bytes, kind: str = "learner") -> Iterator[tuple[str, str]]:
    """Yield each raw id with its pseudonym, in the order given."""
    for raw in raw_ids:
        yield raw, pseudonym(secret, kind, raw)


def command_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        prog="spark-submit.sh reveal",
        description="Write raw ids with their learner_id as CSV; nothing is stored.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="one raw id a line (default: standard input)")
    parser.add_argument("--kind", choices=KINDS, default="learner", help="whose ids they are")
    return parser


def main() -> None:
    """Write the CSV; end with status 2 where there is no secret or no such file."""
    options = command_parser().parse_args()
    try:
        secret = pseudonym_secret()
        given = lines_of(options.file) if options.file else [line.strip() for line in sys.stdin]
    except EngagementError as error:
        print(f"reveal failed: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("raw_id", f"{options.kind}_id"))
    writer.writerows(revealed([raw for raw in given if raw], secret, options.kind))


if __name__ == "__main__":
    main()
