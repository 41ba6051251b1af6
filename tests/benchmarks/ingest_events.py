"""How fast `ingest_events` reads telemetry, against a Spark copy JSON → Delta and DuckDB of the same files.

    python -m tests.benchmarks.ingest_events --megabytes 1000 --telemetry FOLDER

After a warm-up on a tenth of the input they run in turn, in one process. The copy reads with an explicit
schema and writes as many columns; DuckDB reads the same columns, drops what was delivered twice (by `mid`
alone) and writes Parquet, on as many threads. Printed are MB/s of input, the ratios, and the most memory that
this process, its JVM and its workers held. Needs the extra `bench`.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pyspark.sql import SparkSession, functions as F

from engagement.config import Ingest
from engagement.ingestion import take_telemetry
from engagement.intake import Intake
from engagement.schemas import EVENTS
from engagement.schemas.table import LINEAGE
from engagement.tables import Warehouse
from tests.benchmarks.memory import peak_memory
from tests.benchmarks.sessions import benchmark_session
from tests.benchmarks.telemetry import generate

FILES, DAYS = 8, 4
# Where a plain copy finds what the columns of bronze.events hold; those that it cannot read out stay null.
COPIED = """
    eid STRING, ets DOUBLE, mid STRING, actor STRUCT<id: STRING, type: STRING>,
    context STRUCT<channel: STRING, env: STRING, sid: STRING, did: STRING,
                   pdata: STRUCT<id: STRING, pid: STRING>, cdata: ARRAY<STRUCT<type: STRING, id: STRING>>>,
    object STRUCT<id: STRING, type: STRING>,
    edata STRUCT<type: STRING, pageid: STRING, target: STRING, values: STRING, message: STRING>
"""
PLAINLY = {
    "event_id": "mid",
    "eid": "eid",
    "event_at": "timestamp_millis(cast(ets as bigint))",
    "event_date": "to_date(timestamp_millis(cast(ets as bigint)))",
    "ets_milliseconds": "cast(ets as bigint)",
    "mid": "mid",
    "channel": "context.channel",
    "pdata_id": "context.pdata.id",
    "pdata_pid": "context.pdata.pid",
    "env": "context.env",
    "device_id": "context.did",
    "virtual_learner_id": "get(context.cdata, 0).id",
    "user_learner_id": "get(context.cdata, 1).id",
    "actor_learner_id": "actor.id",
    "content_session_id": "context.sid",
    "device_learner_id": "context.did",
    "school_id": "get(context.cdata, 2).id",
    "class_id": "get(context.cdata, 3).id",
    "language": "get(context.cdata, 4).id",
    "object_id": "object.id",
    "object_type": "object.type",
    "edata_type": "edata.type",
    "pageid": "edata.pageid",
    "audio_key": "edata.target",
    "original_text": "edata.values",
    "word_result": "edata.message",
    "source_file": "_metadata.file_path",
}
# The same for DuckDB: its types of COPIED, and what PLAINLY says otherwise there.
COPIED_BY_DUCKDB = """{
    eid: 'VARCHAR', ets: 'DOUBLE', mid: 'VARCHAR', actor: 'STRUCT(id VARCHAR, type VARCHAR)',
    context: 'STRUCT(channel VARCHAR, env VARCHAR, sid VARCHAR, did VARCHAR,
        pdata STRUCT(id VARCHAR, pid VARCHAR), cdata STRUCT(type VARCHAR, id VARCHAR)[])',
    object: 'STRUCT(id VARCHAR, type VARCHAR)',
    edata: 'STRUCT(type VARCHAR, pageid VARCHAR, target JSON, "values" JSON, message JSON)'
}"""
BY_DUCKDB = {
    "event_at": "epoch_ms(ets::BIGINT)",
    "event_date": "epoch_ms(ets::BIGINT)::DATE",
    "ets_milliseconds": "ets::BIGINT",
    **{
        name: f"context.cdata[{number}].id"
        for number, name in enumerate(
            ("virtual_learner_id", "user_learner_id", "school_id", "class_id", "language"), 1
        )
    },
    "audio_key": "edata.target::VARCHAR",
    "original_text": """edata."values"::VARCHAR""",
    "word_result": "edata.message::VARCHAR",
    "source_file": "filename",
}


def main() -> None:
    """Generate, warm up, measure, print."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="ingest-benchmark-", dir=options.folder))
    try:
        _measure(options, folder)
    finally:
        shutil.rmtree(folder)


def copy(spark: SparkSession, telemetry: Path, warehouse: Path) -> None:
    """Read with an explicit schema and write as many columns, partitioned by the same day."""
    plain = spark.read.schema(COPIED).json(str(telemetry))
    columns = (
        F.expr(PLAINLY.get(column.name, "null")).cast(column.dataType).alias(column.name)
        for column in EVENTS.columns
        if column not in LINEAGE
    )
    writer = plain.select(*columns).write.format("delta").partitionBy(*EVENTS.partitioned_by)
    writer.save(str(warehouse / "copy"))


def ingest(spark: SparkSession, telemetry: Path, warehouse: Path) -> None:
    """Do what the job does: parse, hash, de-duplicate, write events, rejects and ledger."""
    target = Warehouse(str(warehouse), "benchmark", datetime.now(UTC).replace(microsecond=0))
    take_telemetry(Intake(spark, target, Ingest(), b"a secret of the benchmark"), str(telemetry))


def by_duckdb(spark: SparkSession, telemetry: Path, warehouse: Path) -> None:
    """Read, drop second deliveries and write Parquet by days with DuckDB, on as many threads as Spark's."""
    columns = ", ".join(
        f"{BY_DUCKDB.get(column.name, PLAINLY.get(column.name, 'NULL'))} AS {column.name}"
        for column in EVENTS.columns
        if column not in LINEAGE
    )
    warehouse.mkdir(parents=True)
    with duckdb.connect(config={"threads": spark.sparkContext.defaultParallelism}) as connection:
        connection.execute(f"""
            COPY (
                SELECT DISTINCT ON (event_id) {columns}
                FROM read_json('{telemetry}/*.jsonl', format = 'newline_delimited', filename = true,
                               ignore_errors = true, columns = {COPIED_BY_DUCKDB})
            ) TO '{warehouse}/copy' (FORMAT parquet, PARTITION_BY ({", ".join(EVENTS.partitioned_by)}))
        """)


def _measure(options: argparse.Namespace, folder: Path) -> None:
    size_bytes = options.megabytes * 1_000_000
    lines = generate(folder / "all", options.telemetry, size_bytes=size_bytes, files=FILES, days=DAYS)
    generate(folder / "tenth", options.telemetry, size_bytes=size_bytes // 10, files=FILES, days=DAYS)
    _say(f"{lines:,} lines, {options.megabytes} MB in {FILES} files, {options.cores} cores")
    spark = benchmark_session(options.cores)
    runs = {"copy": copy, "duckdb": by_duckdb, "ingest_events": ingest}
    for run in runs.values():
        _timed(run, spark, folder / "tenth", folder / "warehouse")
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    with peak_memory() as peak_bytes:
        for _ in range(options.repeats):
            for name, run in runs.items():
                seconds[name].append(_timed(run, spark, folder / "all", folder / "warehouse"))
                _say(f"{name}: {seconds[name][-1]:.1f} s, {options.megabytes / seconds[name][-1]:.1f} MB/s")
    copied, by_duck, taken = (statistics.median(seconds[name]) for name in runs)
    _say(f"copy ÷ ours {copied / taken:.2f}, DuckDB ÷ ours {by_duck / taken:.2f}")
    _say(f"peak memory {peak_bytes() / 2**30:.2f} GiB")
    spark.stop()


def _timed(
    run: Callable[[SparkSession, Path, Path], None], spark: SparkSession, telemetry: Path, warehouse: Path
) -> float:
    began = time.monotonic()
    run(spark, telemetry, warehouse)
    seconds = time.monotonic() - began
    shutil.rmtree(warehouse)
    return seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = os.environ.get("ENGAGEMENT_DATA")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument(
        "--telemetry", type=Path, default=Path(data, "telemetry") if data else None, required=not data
    )
    parser.add_argument(
        "--folder", type=Path, help="where the input and the tables go (default: the temporary folder)"
    )
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
