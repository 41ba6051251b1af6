"""Mutants of real lines through the real ingestion: `python -m tests.benchmarks.fuzz_lines --mutants 100000`.

Nothing may crash; every file balances (lines as counted in its bytes, events = kept + duplicates + rejected,
each reject coded); and the same mutants in other files, another order and smaller partitions give the same
tables.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from pyspark.sql import SparkSession, functions as F

from engagement.config import Ingest
from engagement.ingestion import LEDGER_COUNTS, take_telemetry
from engagement.intake import Intake
from engagement.schemas import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED
from engagement.schemas.enums import Reject
from engagement.spark import build_session
from engagement.tables import Warehouse, read
from tests.benchmarks.line_mutants import mutants, telemetry_lines
from tests.equal import table_difference

SECRET = b"sixteen bytes or more"
LIMITS = Ingest(max_line_bytes=100_000, max_rejected_share=1)
_FILES = 8
_SMALL_PARTITION_BYTES = 500_000


def fuzz(
    spark: SparkSession, folder: Path, lines: Sequence[bytes], *, seed: int
) -> tuple[list[str], Counter[str]]:
    """Take the mutants in twice, dealt differently; return what is wrong, and the first counts."""
    draw = Random(seed)
    shuffled = draw.sample(lines, len(lines))
    one, other = folder / "one", folder / "other"
    counts = _taken(spark, one, _dealt(lines, _FILES))
    key = "spark.sql.files.maxPartitionBytes"
    before = spark.conf.get(key)
    spark.conf.set(key, _SMALL_PARTITION_BYTES)
    try:
        _taken(spark, other, _dealt(shuffled, 3))
    finally:
        spark.conf.set(key, str(before))
    wrong = [*_unbalanced(spark, one), *_unbalanced(spark, other)]
    mine, theirs = (Warehouse(str(each / "warehouse")) for each in (one, other))
    for table in (EVENTS, MILESTONE_RECORDS):
        difference = table_difference(table, read(spark, mine, table), read(spark, theirs, table))
        wrong += [f"{table.name}, dealt differently: {difference}"] if difference else []
    fates = [_fates(spark, each) for each in (mine, theirs)]
    if fates[0] != fates[1]:
        wrong.append(
            f"rejects, dealt differently: {sum(((fates[0] - fates[1]) + (fates[1] - fates[0])).values())}"
        )
    return wrong, counts


def _dealt(lines: Sequence[bytes], files: int) -> list[bytes]:
    """Return the bytes of some files; every second one does not end with a line feed."""
    shares = [lines[number::files] for number in range(files)]
    return [b"\n".join(share) + (b"\n" if number % 2 else b"") for number, share in enumerate(shares)]


def _taken(spark: SparkSession, folder: Path, files: Sequence[bytes]) -> Counter[str]:
    (folder / "telemetry").mkdir(parents=True)
    for number, content in enumerate(files):
        (folder / "telemetry" / f"{number}.jsonl").write_bytes(content)
    warehouse = Warehouse(str(folder / "warehouse"), "run", datetime(2026, 1, 1, tzinfo=UTC))
    intake = Intake(spark, warehouse, LIMITS, SECRET)
    return Counter(take_telemetry(intake, str(folder / "telemetry")))


def _unbalanced(spark: SparkSession, folder: Path) -> list[str]:
    warehouse = Warehouse(str(folder / "warehouse"))
    rejected, kept = (
        Counter(
            {
                row["source_file"]: row["count"]
                for row in read(spark, warehouse, table).groupBy("source_file").count().collect()
            }
        )
        for table in (REJECTED, EVENTS)
    )
    wrong = []
    for row in read(spark, warehouse, INGESTED_FILES).collect():
        lines, events, told_kept, duplicates, told_rejected = (row[name] for name in LEDGER_COUNTS)
        name = row["source_file"].rsplit("/", 1)[-1]
        content = (folder / "telemetry" / name).read_bytes()
        counted = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
        if lines != counted:
            wrong.append(f"{name}: {lines} lines in the ledger, {counted} in the file")
        if events != told_kept + duplicates + told_rejected or duplicates < 0 or events < told_rejected:
            wrong.append(
                f"{name}: {events} events, {told_kept} kept, {duplicates} duplicates, "
                f"{told_rejected} rejected"
            )
        if (told_kept, told_rejected) != (kept[row["source_file"]], rejected[row["source_file"]]):
            wrong.append(f"{name}: the tables hold other counts than the ledger tells")
    known = {reason.value for reason in Reject}
    uncoded = (
        read(spark, warehouse, REJECTED)
        .where(~F.coalesce(F.col("reason").isin(*known), F.lit(False)))
        .count()
    )
    return [*wrong, *([f"{uncoded} rejects without a known reason"] if uncoded else [])]


def _fates(spark: SparkSession, warehouse: Warehouse) -> Counter[tuple[object, ...]]:
    rows = (
        read(spark, warehouse, REJECTED)
        .select("line_sha256", "line_bytes", "batch_index", "reason")
        .collect()
    )
    return Counter(tuple(row) for row in rows)


def main() -> None:
    """Fuzz, and tell the counts, the time and the memory; exit status 1 where anything is wrong."""
    options = _parse()
    lines = [line for folder in options.lines for line in telemetry_lines(Path(folder))]
    spark = build_session(
        "fuzz_lines",
        master="local[2]",
        conf={
            "spark.driver.memory": "2g",
            "spark.driver.host": "localhost",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.databricks.delta.snapshotPartitions": "2",
        },
    )
    spark.sparkContext.setLogLevel("ERROR")
    began = time.monotonic()
    made = mutants(lines, options.mutants, options.seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-lines-") as folder:
        wrong, counts = fuzz(spark, Path(folder), made, seed=options.seed)
    seconds, size = time.monotonic() - began, sum(map(len, made))
    _tell(
        f"{len(made):,} mutants of {len(lines):,} lines, {size / 1e6:.0f} MB, taken in twice: {seconds:.0f} s"
    )
    _tell(
        f"JVM's peak memory {_peak_bytes(spark) / 1e9:.2f} GB, this process {_own_peak_bytes() / 1e9:.2f} GB"
    )
    _tell(", ".join(f"{name} {count:,}" for name, count in counts.items()))
    _tell("\n".join(wrong) or "nothing is wrong")
    sys.exit(1 if wrong else 0)


def _peak_bytes(spark: SparkSession) -> int:
    pid = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()  # type: ignore[union-attr]
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _own_peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _parse() -> argparse.Namespace:
    data = Path(os.environ.get("ENGAGEMENT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--lines", nargs="+", default=[str(data / "telemetry")], help="folders of telemetry to mutate"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
