"""What the command lines of the steps and of the commands beside them have in common."""

import argparse
from collections.abc import Callable

OptionAdder = Callable[[argparse.ArgumentParser], None]


def step_parser(name: str, does: str, add_options: OptionAdder | None = None) -> argparse.ArgumentParser:
    """Return the command line of a file of jobs/.

    Args:
        name: The file, without its suffix.
        does: What it does, in a sentence.
        add_options: Adds the step's own options.
    """
    parser = argparse.ArgumentParser(
        prog=f"spark-submit.sh {name}",
        description=does,
        epilog="Keys: conf/README.md. --master URL, --conf KEY=VALUE and --gpu go to Spark.",
    )
    add_configuration(parser)
    add_dates(parser)
    parser.add_argument("--verbose", action="store_true", help="log every table and whole traces")
    if add_options:
        add_options(parser)
    return parser


def add_configuration(parser: argparse.ArgumentParser, *, environment: str = "local") -> None:
    """Add `--env` and `--set`."""
    told = f"conf/NAME.yaml, over base.yaml (default: {environment})"
    parser.add_argument("--env", default=environment, metavar="NAME", help=told)
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="set one key of the configuration"
    )


def add_dates(parser: argparse.ArgumentParser) -> None:
    """Add `--from` and `--to`."""
    parser.add_argument("--from", dest="start", metavar="DATE", help="first day to score, UTC")
    parser.add_argument("--to", dest="end", metavar="DATE", help="last day to score, UTC")


def settings_of(options: argparse.Namespace) -> list[str]:
    """Return what `--set`, `--from` and `--to` say, as `key=value`."""
    dates = {"cohort.start_date": options.start, "cohort.end_date": options.end}
    return [*options.set, *(f"{key}={value}" for key, value in dates.items() if value)]
