"""The Spark session of a benchmark: as spark-submit.sh sets it, without a word on the screen."""

import os
import sys
from collections.abc import Mapping

from pyspark.sql import SparkSession

from engagement.spark import build_session

_SETTINGS = {
    "spark.driver.memory": "2g",
    # As spark-submit.sh sets them.
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods -XX:+UseParallelGC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.databricks.delta.snapshotPartitions": "2",
}


def benchmark_session(cores: int, conf: Mapping[str, str] | None = None) -> SparkSession:
    """Return a session on this machine; `conf` goes over what all benchmarks set."""
    # Spark's workers would take the first python3 of the PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = build_session("benchmark", master=f"local[{cores}]", conf={**_SETTINGS, **(conf or {})})
    spark.sparkContext.setLogLevel("ERROR")
    return spark
