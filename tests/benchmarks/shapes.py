"""How the time of `ingest_events` and `build_sessions` hangs on the shape of the input."""

import argparse
import re
from pathlib import Path

from pyspark.sql import SparkSession

from tests.benchmarks.app_telemetry import Weeks
from tests.benchmarks.pipeline_steps import INTAKE, Case, say
from tests.benchmarks.sessions import benchmark_session

WEEKS, SMALL_FILE_BYTES, FEW_FILES, SHARE_OF_ONE = 8, 50_000, 20, 0.9
_DEVICE = re.compile(rb'(?<="did":")[0-9a-f]{40}|(?<="actor":\{"id":")[0-9a-f]{40}')
_ONE = b"f" * 40


def measure_shapes(options: argparse.Namespace, folder: Path) -> None:
    """Time the even case, and each other shape of it, in turn; print the ratios."""
    weeks = Weeks(folder, weeks=WEEKS)
    copies = max(2, round(options.megabytes * 1e6 / weeks.bytes_per_copy))
    even = Case.written(folder / "even", weeks, copies)
    twice = Case.written(folder / "twice", weeks, 2 * copies)
    cases = {
        "even": even,
        "twice the data": twice,
        "one device with 90 %": _skewed(even, folder / "skewed"),
        f"{FEW_FILES} files": _cut(even, folder / "few", bytes_per_file=None),
        "files of 50 KB": _cut(even, folder / "small", bytes_per_file=SMALL_FILE_BYTES),
    }
    say(f"{even.megabytes:.0f} MB, {options.cores} cores")
    spark = benchmark_session(options.cores)
    # Compiled code is what the first case would pay for, and the others profit from.
    even.run(spark, INTAKE)
    seconds = {name: _best(spark, case, options.repeats) for name, case in cases.items()}
    spark.stop()
    one_core = benchmark_session(1)
    seconds["one core"] = _best(one_core, even, options.repeats)
    one_core.stop()
    bases = {"files of 50 KB": f"{FEW_FILES} files"}
    for name, value in seconds.items():
        base = bases.get(name, "even")
        files = len(list(cases.get(name, even).telemetry.iterdir()))
        say(f"{name}: {value:.1f} s in {files:,} files, {value / seconds[base]:.2f} × {base}")


def _best(spark: SparkSession, case: Case, repeats: int) -> float:
    """The least of several times: what other work on the machine lengthened is left out."""
    found = []
    for _ in range(repeats):
        case.clear()
        found.append(sum(case.run(spark, INTAKE).values()))
        case.clear()
    return min(found)


def _skewed(case: Case, folder: Path) -> Case:
    """Send nine events of ten from one device."""
    (folder / "telemetry").mkdir(parents=True)
    for path in sorted(case.telemetry.iterdir()):
        with (folder / "telemetry" / path.name).open("wb") as lines:
            for number, line in enumerate(path.open("rb")):
                lines.write(_DEVICE.sub(_ONE, line) if number % 10 < 10 * SHARE_OF_ONE else line)
    (folder / "exports").symlink_to(case.folder / "exports")
    return Case(folder)


def _cut(case: Case, folder: Path, *, bytes_per_file: int | None) -> Case:
    """Write the same lines in files of about one size, or in a few files."""
    (folder / "telemetry").mkdir(parents=True)
    limit = bytes_per_file or case.megabytes * 1e6 / FEW_FILES
    lines, held, number = [], 0, 0
    for path in sorted(case.telemetry.iterdir()):
        for line in path.open("rb"):
            lines.append(line)
            held += len(line)
            if held >= limit:
                (folder / "telemetry" / f"{number:06}.jsonl").write_bytes(b"".join(lines))
                lines, held, number = [], 0, number + 1
    (folder / "telemetry" / f"{number:06}.jsonl").write_bytes(b"".join(lines))
    (folder / "exports").symlink_to(case.folder / "exports")
    return Case(folder)
