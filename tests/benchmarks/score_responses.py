"""How fast responses become scores, groups and forecasts, and how much memory that takes.

    python -m tests.benchmarks.score_responses --responses 5000000

Silver tables of invented learners are written first (tests/benchmarks/silver.py). Then the steps
score_engagement, find_groups and predict_engagement run as jobs/ has them. Printed are each step's seconds
and processor time, MB/s of the silver tables and of telemetry that would hold as many responses, and the
most memory that this process, its JVM and its workers held. The JVM has the heap that `--heap` allows: a
step that collected its input would fail.
"""

import argparse
import shutil
import tempfile
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from engagement.config import load_settings
from engagement.step import Run, Step
from engagement.tables import Warehouse
from jobs.find_groups import find_groups
from jobs.predict_engagement import predict_engagement
from jobs.score_engagement import score_engagement
from tests.benchmarks.memory import peak_memory, processor_seconds
from tests.benchmarks.sessions import benchmark_session
from tests.benchmarks.silver import write_silver

# Of the simulated class (`python -m engagement.demo`): bytes of its telemetry over its responses.
TELEMETRY_BYTES_PER_RESPONSE = 1_860
STEPS: Mapping[str, Step] = {
    "score_engagement": score_engagement,
    "find_groups": find_groups,
    "predict_engagement": predict_engagement,
}


def main() -> None:
    """Generate, measure, print."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="score-benchmark-", dir=options.folder))
    try:
        _measure(options, folder)
    finally:
        shutil.rmtree(folder)


def _measure(options: argparse.Namespace, folder: Path) -> None:
    spark = _session(options)
    settings = load_settings("local", [f"paths.warehouse={folder}"])
    warehouse = Warehouse(str(folder), uuid.uuid4().hex, datetime.now(UTC).replace(microsecond=0))
    run = Run(spark, settings, warehouse, argparse.Namespace())
    rows = write_silver(spark, warehouse, responses=options.responses, voiced=options.voiced)
    silver_bytes = sum(path.stat().st_size for path in (folder / "silver").rglob("*.parquet"))
    telemetry_bytes = rows * TELEMETRY_BYTES_PER_RESPONSE
    _say(
        f"{rows:,} responses, silver {silver_bytes / 1e6:,.0f} MB, {options.cores} cores, heap {options.heap}"
    )
    total = 0.0
    with peak_memory() as peak_bytes:
        for name, step in STEPS.items():
            began, spent = time.monotonic(), processor_seconds()
            step(run)
            seconds, spent = time.monotonic() - began, processor_seconds() - spent
            total += seconds
            _say(
                f"{name}: {seconds:.0f} s, {spent:.0f} s of processor time, "
                f"peak memory so far {peak_bytes() / 2**30:.2f} GiB"
            )
    _say(
        f"together {total:.0f} s: {silver_bytes / total / 1e6:.2f} MB/s of silver, "
        f"{telemetry_bytes / total / 1e6:.1f} MB/s of telemetry, {rows / total:,.0f} responses/s"
    )
    spark.stop()


def _session(options: argparse.Namespace) -> SparkSession:
    conf = {
        "spark.driver.memory": options.heap,
        "spark.sql.shuffle.partitions": str(options.partitions),
        "spark.local.dir": str(options.folder or tempfile.gettempdir()),
    }
    return benchmark_session(options.cores, conf)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--responses", type=int, default=5_000_000)
    parser.add_argument("--voiced", type=float, default=0.1, help="share with voice scores (default 0.1)")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--heap", default="4g", help="heap of the JVM (default 4g)")
    parser.add_argument("--partitions", type=int, default=32, help="spark.sql.shuffle.partitions")
    parser.add_argument("--folder", type=Path, help="where the tables go (default: the temporary folder)")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
