"""The Spark session of a benchmark: as spark-submit.sh sets it, without a word on the screen."""

import os
import sys
from collections.abc import Mapping

from pyspark.sql import SparkSession

from engagement.deployment.submission import properties_of
from engagement.resources import conf_text
from engagement.spark import build_session

_SETTINGS = {
    "spark.driver.memory": "2g",
    # As spark-submit.sh sets them.
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods -XX:+UseParallelGC",
}


def benchmark_session(cores: int, conf: Mapping[str, str] | None = None) -> SparkSession:
    """Return a session as `--env local` has it; `conf` goes over what all benchmarks set."""
    # Spark's workers would take the first python3 of the PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    submitted = properties_of(conf_text("spark/local.conf"))
    settings = {**submitted, **_SETTINGS, **(conf or {}), "spark.master": f"local[{cores}]"}
    spark = build_session("benchmark", conf=settings)
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def spilled_bytes(spark: SparkSession) -> int:
    """Return what tasks on this machine have written to disk so far because memory ran out, bytes."""
    environment = spark.sparkContext._jvm.org.apache.spark.SparkEnv.get()  # type: ignore[union-attr]
    executor = environment.metricsSystem().getSourcesByName("executor").head()
    return int(executor.METRIC_DISK_BYTES_SPILLED().getCount())
