"""Fixtures that all tests share: a small Spark session and the corpora."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[1]
# Tests are over before the second compiler has paid for itself.
JAVA_OPTIONS = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:-DontCompileHugeMethods -XX:+UseParallelGC"
)

_ANY_TIME = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("gate", max_examples=1, derandomize=True, **_ANY_TIME)
settings.register_profile("many", max_examples=30, **_ANY_TIME)
settings.load_profile("gate")


@pytest.fixture(scope="session")
def spark_conf() -> dict[str, str]:
    """Spark settings that a folder of tests adds, or sets otherwise."""
    return {}


@pytest.fixture(scope="session")
def spark(spark_conf: dict[str, str]) -> Iterator[SparkSession]:
    """One Spark session for all tests: two cores, Delta, few partitions."""
    from engagement.spark import build_session  # noqa: PLC0415 - unit tests must not import Spark

    # Spark's workers would take the first python3 of the PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = build_session(
        "tests",
        master="local[2]",
        conf={
            "spark.driver.memory": "2g",
            "spark.driver.extraJavaOptions": JAVA_OPTIONS,
            "spark.log.level": "ERROR",
            "spark.driver.host": "localhost",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            # What plans look like is written down for nobody: a tenth of the driver's time.
            "spark.sql.ui.explainMode": "simple",
            "spark.sql.shuffle.partitions": "2",
            # Vacuum would list a table in 10,000 tasks.
            "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
            "spark.databricks.delta.snapshotPartitions": "2",
            "spark.sql.warehouse.dir": "/tmp/engagement-tests-warehouse",
            **spark_conf,
        },
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder of the corpora: $ENGAGEMENT_DATA, or ../shared/data beside the project; skips without."""
    folder = Path(os.environ.get("ENGAGEMENT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the corpora are not here: set ENGAGEMENT_DATA to their folder")
    return folder
