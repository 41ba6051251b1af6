"""How a step of jobs/ runs: its command line, its session, its row in ops.runs, its exit status."""

import argparse
import logging
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from engagement import __version__
from engagement.command_line import OptionAdder, settings_of, step_parser
from engagement.config import Settings, load_settings
from engagement.errors import EngagementError, GateError
from engagement.gates import ACCEPTED
from engagement.progress import say, ticking
from engagement.reasons import exit_status_of, reason_of
from engagement.run_lock import hold_warehouse
from engagement.schemas import RUNS
from engagement.schemas.enums import RunStatus
from engagement.spark import build_session, given_session
from engagement.tables import Warehouse, append, register


@dataclass(frozen=True)
class Run:
    """What a step has in hand.

    Attributes:
        spark: The session.
        settings: The settings in force.
        warehouse: Where tables are read and written.
        options: Options of the command line, the step's own among them.
        writes: Whether it may change tables, and so holds the warehouse; a reader's row in ops.runs is all
            that it writes.
    """

    spark: SparkSession
    settings: Settings
    warehouse: Warehouse
    options: argparse.Namespace
    writes: bool = True


@dataclass(frozen=True)
class Counts:
    """What a step moved; `detail` holds further counts by name."""

    rows_in: int | None = None
    rows_out: int | None = None
    rejected: int | None = None
    detail: Mapping[str, int] = field(default_factory=dict)


Step = Callable[[Run], Counts]


def main(
    name: str, steps: Mapping[str, Step], add_options: OptionAdder | None = None, *, writes: bool = True
) -> None:
    """Run `steps` in order in one session and end the process with the exit status.

    Args:
        name: The file of jobs/ that was submitted.
        steps: The steps by name; one but for `all`.
        add_options: Adds the step's own options to the command line.
        writes: Whether the steps may change tables: one run at a time does.
    """
    options = command_parser(name, steps, add_options).parse_args()
    is_given = given_session() is not None
    _configure_logging(verbose=options.verbose)
    try:
        settings = load_settings(options.env, settings_of(options))
        spark = build_session(f"engagement {name}")
    except EngagementError as error:
        _fail(name, error, options)
    warehouse = Warehouse(
        settings.paths.warehouse, uuid.uuid4().hex, datetime.now(UTC).replace(microsecond=0)
    )
    run = Run(spark, settings, warehouse, options, writes)
    at_work = name
    try:
        with _held(run) if writes else nullcontext():
            for number, (step_name, step) in enumerate(steps.items(), start=1):
                at_work = step_name
                say(f"[{number}/{len(steps)}] {step_name}")
                _timed(run, step_name, step)
            if writes:
                register(spark, warehouse, settings.catalog)
    except Exception as error:  # noqa: BLE001 - the one place where a failure becomes an exit status
        _fail(at_work, error, options)
    if not is_given:
        spark.stop()


def _held(run: Run, *, wait_seconds: float | None = None) -> AbstractContextManager[None]:
    rules = run.settings.run
    if wait_seconds is not None:
        rules = replace(rules, lock_wait_seconds=wait_seconds)
    return hold_warehouse(run.spark, run.warehouse.root, run.warehouse.run_id, rules)


def _timed(run: Run, name: str, step: Step) -> None:
    began, started_at = time.monotonic(), datetime.now(UTC)
    status, counts = RunStatus.FAILED, Counts()
    try:
        with ticking(run.spark, name):
            counts = step(run)
        is_accepted = any(key.startswith(ACCEPTED) for key in counts.detail)
        status = RunStatus.ACCEPTED if is_accepted else RunStatus.DONE
    except GateError as error:
        status = RunStatus.STOPPED
        counts = Counts(rejected=error.counts.get("rejected"), detail=error.counts)
        raise
    finally:
        seconds = time.monotonic() - began
        try:
            # A reader does not wait for a run at work: its row is left out then, in so many words.
            with nullcontext() if run.writes else _held(run, wait_seconds=0):
                _record(run, name, started_at, seconds, status, counts)
        except Exception as error:  # noqa: BLE001 - the ledger must not hide the failure that it records
            say(f"      ops.runs could not be written: {reason_of(error)}")
    say(f"      {name} {status} in {seconds:.1f} s{_told(counts)}")


def _record(
    run: Run, name: str, started_at: datetime, seconds: float, status: RunStatus, counts: Counts
) -> None:
    row = {
        "run_id": run.warehouse.run_id,
        "step": name,
        "started_at": started_at,
        "seconds": round(seconds, 3),
        "status": status.value,
        "rows_in": counts.rows_in,
        "rows_out": counts.rows_out,
        "rejected": counts.rejected,
        "detail": dict(counts.detail),
        "settings_sha256": run.settings.sha256,
        "version": __version__,
        "run_started_at": run.warehouse.started_at,
    }
    append(run.spark.createDataFrame([row], RUNS.schema).coalesce(1), run.warehouse, RUNS)


def _told(counts: Counts) -> str:
    figures = {"in": counts.rows_in, "out": counts.rows_out, "rejected": counts.rejected, **counts.detail}
    told = [f"{name.replace('_', ' ')} {value:,}" for name, value in figures.items() if value is not None]
    return f": {', '.join(told)}" if told else ""


def _configure_logging(*, verbose: bool) -> None:
    logging.basicConfig(format="      %(message)s")
    logging.getLogger("engagement").setLevel(logging.INFO if verbose else logging.WARNING)
    # Spark's Python client logs whole plans and traces of errors that are told in one sentence here.
    level = logging.ERROR if verbose else logging.CRITICAL + 1
    logging.getLogger("DataFrameQueryContextLogger").setLevel(level)


def command_parser(
    name: str, steps: Mapping[str, Step], add_options: OptionAdder | None = None
) -> argparse.ArgumentParser:
    """Return the command line of a file of jobs/, which tells what its step does, or which ones it runs."""
    one, *more = [(step.__doc__ or "").partition("\n")[0] for step in steps.values()]
    does = f"Run the steps in order: {', '.join(steps)}." if more else one
    return step_parser(name, does, add_options)


def _fail(name: str, error: Exception, options: argparse.Namespace) -> None:
    status = exit_status_of(error)
    print(f"{name} failed: {reason_of(error)}", file=sys.stderr)  # noqa: T201
    if options.verbose:
        traceback.print_exception(error)
    elif status == 1:
        print("Run it again with --verbose for the whole trace.", file=sys.stderr)  # noqa: T201
    sys.stdout.flush()
    sys.exit(status)
