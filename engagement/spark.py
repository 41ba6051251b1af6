"""The only builder of Spark sessions: UTC, Delta, Arrow."""

from collections.abc import Mapping

from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A step has more plans than the 100 that Spark keeps compiled, and would compile the same code again.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # Raw JSON of nested values comes normalised instead of verbatim: identity must not see white space.
    "spark.sql.json.enableExactStringParsing": "false",
    # Whatever name a setting has: nothing that looks like a secret is shown in the UI or the event log.
    "spark.redaction.regex": "(?i)secret|password|token|access[.]?key|credential",
}


def build_session(
    app_name: str, *, master: str | None = None, conf: Mapping[str, str] | None = None
) -> SparkSession:
    """Return a session that reads and writes Delta tables; what spark-submit set stays in force.

    Args:
        app_name: Name shown in Spark's UI.
        master: Spark master, where spark-submit does not set it (tests, notebooks).
        conf: Further Spark settings.
    """
    builder = SparkSession.builder.appName(app_name)
    if master:
        builder = builder.master(master)
    for key, value in {**_SETTINGS, **(conf or {})}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
