"""What a night costs: a year's tables, and a run that adds nothing, one, two or four per cent to them."""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from pyspark.sql import SparkSession

from engagement.schemas import EVENTS, RESPONSES, SESSIONS, Table
from tests.benchmarks.app_telemetry import Weeks
from tests.benchmarks.pipeline_steps import INTAKE, Case, say
from tests.benchmarks.sessions import benchmark_session

WEEKS, YEAR, WARM_COPIES = 52, 50, 2
# Half a week, a week, two weeks: of fifty about one, two and four per cent.
ADDED_WEEKS = (0, 0.5, 1, 2)


def measure_nights(options: argparse.Namespace, folder: Path) -> None:
    """Time the first run over a year, then each night's over a copy of its tables."""
    weeks = Weeks(folder, weeks=WEEKS)
    copies = max(1, round(options.megabytes * 1e6 / weeks.bytes_per_copy))
    spark = benchmark_session(options.cores)
    warm = Case(folder / "warm")
    for last in (YEAR, WEEKS):
        weeks.write(warm.folder / "telemetry", copies=WARM_COPIES, last=last)
        weeks.write_exports(warm.folder / "exports", copies=WARM_COPIES)
        warm.run(spark, INTAKE)
    year = Case(folder / "year")
    weeks.write(year.folder / "telemetry", copies=copies, last=YEAR)
    weeks.write_exports(year.folder / "exports", copies=copies)
    whole = sum(year.run(spark, INTAKE).values())
    per_gigabyte = 1000 * whole / year.megabytes
    say(f"a year: {year.megabytes:.0f} MB, {whole:.1f} s, {per_gigabyte:.1f} s per GB")
    nights = [_night(spark, weeks, year, copies, added) for added in ADDED_WEEKS]
    slope, fixed = np.polyfit([size for size, _ in nights[1:]], [seconds for _, seconds in nights[1:]], 1)
    say(
        f"slope over the nights that add: {1000 * slope:.1f} s per GB, {1000 * slope / per_gigabyte:.2f} × "
        f"the whole run's; fixed {fixed:.1f} s, of a night that adds nothing {nights[0][1]:.1f} s"
    )
    spark.stop()


def _night(spark: SparkSession, weeks: Weeks, year: Case, copies: int, added: float) -> tuple[float, float]:
    """Add to the year's telemetry, run on a copy of its tables; return the megabytes added and the seconds.

    The input stays where it was: files are known by their path, and elsewhere all would be new.
    """
    night = Case(year.folder.parent / f"night-{added}", source=year.folder)
    shutil.copytree(year.folder / "warehouse", night.folder / "warehouse")
    before = {table.name: _files(night, table) for table in (EVENTS, SESSIONS, RESPONSES)}
    given = set(year.telemetry.iterdir())
    known = year.megabytes
    for number in range(1, int(np.ceil(added)) + 1):
        share = min(1, added - number + 1)
        _add_week(weeks, year.telemetry, YEAR + number, copies, share=share)
    size = year.megabytes - known
    found = night.counted(spark, INTAKE)
    seconds = {name: value for name, (value, _) in found.items()}
    built = found["build_sessions"][1]
    say(
        f"+{size:.1f} MB ({100 * size / known:.1f} %): ingest {seconds['ingest_events']:.1f} s, "
        f"build {seconds['build_sessions']:.1f} s; {built.rows_in:,} events in"
    )
    changed = {"responses": built.rows_out, **built.detail}
    say("   rows changed: " + ", ".join(f"{name} {count:,}" for name, count in changed.items()))
    for table in (EVENTS, SESSIONS, RESPONSES):
        after = _files(night, table)
        kept = before[table.name] & after
        say(
            f"   {table.name}: {len(before[table.name]):,} files before, {len(after - kept):,} written, "
            f"{len(before[table.name] - after):,} replaced"
        )
    shutil.rmtree(night.folder)
    for path in set(year.telemetry.iterdir()) - given:
        path.unlink()
    return size, sum(seconds.values())


def _add_week(weeks: Weeks, folder: Path, week: int, copies: int, *, share: float) -> None:
    with (folder / f"week-{week:02}.jsonl").open("wb") as lines:
        for copy in range(copies):
            told = weeks.lines(week, copy)
            lines.writelines(told[: round(share * len(told))])


def _files(case: Case, table: Table) -> set[str]:
    """Return the data files of the table's present version, as its log tells them."""
    found: set[str] = set()
    log = case.folder / "warehouse" / table.name.replace(".", "/") / "_delta_log"
    for path in sorted(log.glob("*.json")):
        for line in path.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                found.add(action["add"]["path"])
            if "remove" in action:
                found.discard(action["remove"]["path"])
    return found
