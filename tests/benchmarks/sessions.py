"""The Spark session of a benchmark: as spark-submit.sh sets it, without a word on the screen."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import SparkSession

from engagement.spark import build_session

# What --env local runs with.
_PROPERTIES = Path(__file__).parents[2] / "conf" / "spark" / "local.conf"
_SETTINGS = {
    "spark.driver.memory": "2g",
    # As spark-submit.sh sets them.
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods -XX:+UseParallelGC",
}


def benchmark_session(cores: int, conf: Mapping[str, str] | None = None) -> SparkSession:
    """Return a session on this machine; `conf` goes over what all benchmarks set."""
    # Spark's workers would take the first python3 of the PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {**_submitted(), **_SETTINGS, **(conf or {})}
    spark = build_session("benchmark", master=f"local[{cores}]", conf=settings)
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _submitted() -> dict[str, str]:
    lines = (line.split(maxsplit=1) for line in _PROPERTIES.read_text().splitlines())
    told = {words[0]: words[1].strip() for words in lines if words and not words[0].startswith("#")}
    return {name: value for name, value in told.items() if name != "spark.master"}
