"""One line far over the limit among short ones: what it costs, in a JVM of its own.

    python -m tests.benchmarks.long_line --megabytes 200

Printed are the ledger's counts, seconds, and the most memory that this process, its JVM and its workers held.
"""

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from engagement.config import Ingest
from engagement.ingestion import take_telemetry
from engagement.intake import Intake
from engagement.tables import Warehouse
from tests.benchmarks.memory import peak_memory
from tests.benchmarks.sessions import benchmark_session
from tests.spark.bronze_rows import SECRET, event


def main() -> None:
    """Write the file, take it in, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--heap", default="2g", help="heap of the JVM (default: 2g)")
    options = parser.parse_args()
    spark = benchmark_session(2, {"spark.driver.memory": options.heap})
    with tempfile.TemporaryDirectory(prefix="long-line-") as name, peak_memory() as peak_bytes:
        folder = Path(name)
        _write(folder / "in", options.megabytes * 1_000_000)
        warehouse = Warehouse(
            str(folder / "warehouse"), "benchmark", datetime.now(UTC).replace(microsecond=0)
        )
        intake = Intake(spark, warehouse, Ingest(max_rejected_share=1), SECRET)
        began = time.monotonic()
        counts = take_telemetry(intake, str(folder / "in"))
        seconds = time.monotonic() - began
        print(f"{counts}, {seconds:.1f} s, peak memory {peak_bytes() / 2**30:.2f} GiB", flush=True)  # noqa: T201
    spark.stop()


def _write(folder: Path, size_bytes: int) -> None:
    folder.mkdir()
    with (folder / "a.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(3):
            told = json.dumps({**event(mid=str(number)), "nobody-reads-it": "@"})
            lines.write(told.replace("@", "x" * size_bytes if number == 1 else "") + "\n")


if __name__ == "__main__":
    main()
