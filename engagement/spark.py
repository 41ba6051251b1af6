"""The only builder of Spark sessions: UTC, Delta, Arrow."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from engagement.errors import ConfigurationError

# What setup.py asks for and the tests run on; a cluster brings its own.
_TESTED_SPARK = ("4.0.",)
_SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A step has more plans than the 100 that Spark keeps compiled, and would compile the same code again.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # Raw JSON of nested values comes normalised instead of verbatim: identity must not see white space.
    "spark.sql.json.enableExactStringParsing": "false",
    # Whatever name a setting has: nothing that looks like a secret is shown in the UI or the event log, nor a
    # command line that names a learner.
    "spark.redaction.regex": r"(?i)secret|password|token|access[.]?key|credential|--learner\b",
}


def build_session(
    app_name: str, *, master: str | None = None, conf: Mapping[str, str] | None = None
) -> SparkSession:
    """Return a session that reads and writes Delta tables.

    What spark-submit and the cluster set stays in force, but for what the tables' meaning rests on:
    Delta, UTC, Arrow, how JSON is read, and that secrets stay hidden.

    Args:
        app_name: Name shown in Spark's UI.
        master: Spark master, where spark-submit does not set it (tests, notebooks).
        conf: Further Spark settings.

    Raises:
        ConfigurationError: the cluster's Spark is one that the project is not tested with, or lacks Delta.
    """
    builder = SparkSession.builder.appName(app_name)
    if master:
        builder = builder.master(master)
    for key, value in {**_SETTINGS, **(conf or {})}.items():
        builder = builder.config(key, value)
    return _checked(builder.getOrCreate())


def _checked(spark: SparkSession) -> SparkSession:
    """Return the session, whose Spark and Delta may be the cluster's, if the project can run on it."""
    problem = unfit(spark.version, has_delta=_has_delta(spark))
    if problem:
        spark.stop()
        raise ConfigurationError(problem)
    return spark


def unfit(version: str, *, has_delta: bool) -> str:
    """Return why a Spark cannot run the project, in a sentence; empty: it can.

    Args:
        version: Spark's version, a vendor's suffix included.
        has_delta: Whether Delta Lake's classes are on its path.
    """
    if not version.startswith(_TESTED_SPARK):
        tested = " or ".join(f"{each}x" for each in _TESTED_SPARK)
        return f"This is Spark {version}; the project is tested with {tested}: choose a cluster that has it."
    if not has_delta:
        return (
            "Spark has no Delta Lake on its path: on EMR, submit with --env emr, or make the cluster with "
            'delta.enabled "true" in delta-defaults (conf/emr/cluster.json).'
        )
    return ""


def _has_delta(spark: SparkSession) -> bool:
    # Where a class is missing, py4j takes its name for a package's.
    jvm: Any = spark._jvm
    return type(jvm.io.delta.tables.DeltaTable).__name__ == "JavaClass"
