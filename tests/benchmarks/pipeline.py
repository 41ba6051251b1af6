"""What the steps cost on the app's telemetry, against a plain copy of it, and how that grows.

    python -m tests.benchmarks.pipeline steps --megabytes 1000       every step but voice, against a copy
    python -m tests.benchmarks.pipeline shapes --megabytes 300       twice the data, one core, one device with
                                                                     most events, thousands of small files
    python -m tests.benchmarks.pipeline nightly --megabytes 1000     a night's run over a year's tables

Each part warms up on a small input first and runs its cases in turn, in one session (one core apart). Printed
are seconds, ratios, what tasks wrote to disk for want of memory (`steps`), and the most memory that this
process, its JVM and its workers held.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.app_telemetry import Weeks
from tests.benchmarks.memory import peak_memory
from tests.benchmarks.nightly import measure_nights
from tests.benchmarks.pipeline_steps import GOLD, INTAKE, Case, say
from tests.benchmarks.sessions import benchmark_session, spilled_bytes
from tests.benchmarks.shapes import measure_shapes

WEEKS = 8
WARM_COPIES = 3


def main() -> None:
    """Measure one part."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="pipeline-benchmark-", dir=options.folder))
    parts = {"steps": measure_steps, "shapes": measure_shapes, "nightly": measure_nights}
    try:
        with peak_memory() as peak_bytes:
            parts[options.part](options, folder)
        say(f"peak memory {peak_bytes() / 2**30:.2f} GiB")
    finally:
        shutil.rmtree(folder)


def measure_steps(options: argparse.Namespace, folder: Path) -> None:
    """Time a copy and every step, in turn, and their ratio."""
    weeks = Weeks(folder, weeks=WEEKS)
    copies = max(1, round(options.megabytes * 1e6 / weeks.bytes_per_copy))
    warm, case = (
        Case.written(folder / name, weeks, count) for name, count in (("warm", WARM_COPIES), ("all", copies))
    )
    say(f"{case.megabytes:.0f} MB, {copies * 60:,} learners, {options.cores} cores")
    spark = benchmark_session(options.cores)
    for each in (warm, *[case] * options.repeats):
        copied = each.copy(spark)
        seconds = each.run(spark, {**INTAKE, **GOLD})
        each.clear()
        if each is case:
            told = ", ".join(f"{name} {value:.1f}" for name, value in seconds.items())
            intake = sum(seconds[name] for name in INTAKE)
            say(
                f"copy {copied:.1f} s; {told}; ingest ÷ copy {copied / seconds['ingest_events']:.2f}, with "
                f"sessions {copied / intake:.2f}, all {copied / sum(seconds.values()):.2f}; "
                f"spilled so far {spilled_bytes(spark) / 1e6:.0f} MB"
            )
    spark.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("part", choices=("steps", "shapes", "nightly"))
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="where input and tables go")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
