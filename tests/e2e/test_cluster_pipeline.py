"""The whole pipeline on two workers that have nothing but the wheel makes the tables of one machine."""

from collections.abc import Callable
from pathlib import Path

from engagement.schemas import RUNS
from jobs.all import PIPELINE
from tests.e2e.conftest import ROOT, Scored
from tests.e2e.standalone_cluster import SMALL, submit
from tests.equal import differences

CONF = {
    **SMALL,
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m "
    "-XX:-DontCompileHugeMethods -XX:+UseSerialGC",
    "spark.executor.memory": "1g",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m "
    "-XX:-DontCompileHugeMethods -XX:+UseSerialGC",
    # Other partitions than on the one machine.
    "spark.sql.shuffle.partitions": "7",
    "spark.sql.files.maxPartitionBytes": "65536",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
}


def test_all__a_cluster_with_other_partitions_makes_the_tables_of_one_machine(
    scored_class: Scored, beside: Callable[[], Scored], archive: Path, cluster: str
) -> None:
    on_cluster = beside()
    on_cluster.root.mkdir()
    settings = [part for setting in on_cluster.paths for part in ("--set", setting)]
    done = submit(cluster, archive, CONF, ROOT / "jobs" / "all.py", *settings, folder=on_cluster.root.parent)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    assert differences(scored_class.spark, scored_class.warehouse, on_cluster.warehouse) == []
    runs = on_cluster.table(RUNS).orderBy("started_at").select("step", "status").collect()
    assert [tuple(row) for row in runs] == [(step, "done") for step in PIPELINE]
