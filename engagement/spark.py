"""The only builder of Spark sessions: UTC, Delta, Arrow."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from engagement.errors import ConfigurationError

# What setup.py asks for and the tests run on; a cluster brings its own.
_TESTED_SPARK = ("3.5.", "4.0.")
# What can be set on a session that is there already.
_SESSION_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # What is no number, or too large for its type, is an error: the default of Spark 4, not of Spark 3.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Raw JSON of nested values comes normalised instead of verbatim: identity must not see white space.
    "spark.sql.json.enableExactStringParsing": "false",
    # Rows kept between two queries come in as few partitions as their size asks for, as any result does; else
    # in spark.sql.shuffle.partitions, and each task of a wide plan costs .1 s before its first row.
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "true",
}
_SETTINGS = {
    **_SESSION_SETTINGS,
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # Else every use of a column tells the JVM where in the code it stands: a fifth of a step's planning.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    # A step has more plans than the 100 that Spark keeps compiled, and would compile the same code again.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # Whatever name a setting has: nothing that looks like a secret is shown in the UI or the event log, nor a
    # command line that names a learner.
    "spark.redaction.regex": r"(?i)secret|password|token|access[.]?key|credential|--learner\b",
}


def given_session() -> SparkSession | None:
    """Return the session that the cluster made before the step began (Databricks); None: there is none.

    It is not ours to stop: with it, the cluster's other work would end.
    """
    return SparkSession.getActiveSession()


def build_session(
    app_name: str, *, master: str | None = None, conf: Mapping[str, str] | None = None
) -> SparkSession:
    """Return a session that reads and writes Delta tables.

    What spark-submit and the cluster set stays in force, but for what the tables' meaning rests on:
    Delta, UTC, Arrow, what an error is, how JSON is read, and that secrets stay hidden. A session that is
    there already brings its own Delta, and is used as it is but for the other settings.

    Args:
        app_name: Name shown in Spark's UI.
        master: Spark master, where spark-submit does not set it (tests, notebooks).
        conf: Further Spark settings; a session that is there already keeps its own.

    Raises:
        ConfigurationError: the cluster's Spark is one that the project is not tested with, or lacks Delta.
    """
    given = given_session()
    if given is not None:
        for key, value in _SESSION_SETTINGS.items():
            given.conf.set(key, value)
        return _checked(given)
    builder = SparkSession.builder.appName(app_name)
    if master:
        builder = builder.master(master)
    for key, value in {**_SETTINGS, **(conf or {})}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        return _checked(spark)
    except ConfigurationError:
        spark.stop()
        raise


def _checked(spark: SparkSession) -> SparkSession:
    """Return the session, whose Spark and Delta may be the cluster's, if the project can run on it."""
    problem = unfit(spark.version, has_delta=_has_delta(spark))
    if problem:
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
