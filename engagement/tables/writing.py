"""Writing tables: schema checked, lineage added, version and rows logged."""

import logging
import time
from datetime import date

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.schemas.table import Table
from engagement.tables.stored import Warehouse, check_columns, exists

_log = logging.getLogger(__name__)


def create_if_missing(spark: SparkSession, warehouse: Warehouse, table: Table) -> None:
    """Write the table without a row where it is not there yet."""
    if not exists(spark, warehouse, table):
        overwrite(spark.createDataFrame([], table.schema), warehouse, table)


def overwrite(rows: DataFrame, warehouse: Warehouse, table: Table) -> int:
    """Replace the whole table; return the rows written."""
    return _write(rows, warehouse, table, "overwrite", None)


def append(rows: DataFrame, warehouse: Warehouse, table: Table) -> int:
    """Add rows to the table; return the rows written."""
    return _write(rows, warehouse, table, "append", None)


def replace_cohort(
    rows: DataFrame, warehouse: Warehouse, table: Table, cohort: str, *, only: str | None = None
) -> int:
    """Replace the rows of one selection, leave all others; return the rows written.

    `rows` come without the column `cohort`. With `only`, a condition that all of them meet, what does not
    meet it stays.
    """
    named = rows.withColumn("cohort", F.lit(cohort))
    replaced = f"cohort = '{literal(cohort)}'" + (f" and ({only})" if only else "")
    return _write(named, warehouse, table, "overwrite", replaced)


def merge(
    rows: DataFrame, warehouse: Warehouse, table: Table, *, dates: tuple[date, date] | None = None
) -> int:
    """Update the rows whose key is known, insert the others; return the rows given.

    `rows` must be unique by the table's key: Delta would insert every duplicate. Where the key begins with
    a date, `dates` (first and last of the rows) spares Delta the files of all others.
    """
    if not exists(rows.sparkSession, warehouse, table):
        return overwrite(rows, warehouse, table)
    began = time.monotonic()
    stored = DeltaTable.forPath(rows.sparkSession, warehouse.path(table))
    before = stored.history(1).select("version").collect()[0]["version"]
    same = " and ".join(f"known.{name} <=> given.{name}" for name in table.key)
    if dates is not None:
        same += f" and known.{table.key[0]} between date'{dates[0]}' and date'{dates[1]}'"
    (
        stored.alias("known")
        .merge(complete(rows, warehouse, table).alias("given"), same)
        .withSchemaEvolution()
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute()
    )
    last = stored.history(1).select("version", "operationMetrics").collect()[0]
    metrics = last["operationMetrics"]
    # Without a row to merge there is no new version: the history tells of the merge before.
    counted = ("numTargetRowsInserted", "numTargetRowsUpdated") if last["version"] != before else ()
    written = sum(int(metrics[name]) for name in counted)
    _log.info("merged into %s: %d rows, %.1f s", table.name, written, time.monotonic() - began)
    return written


def complete(rows: DataFrame, warehouse: Warehouse, table: Table) -> DataFrame:
    """Return the table's columns in order, lineage filled in, comments attached."""
    lineage = {
        "run_id": F.lit(warehouse.run_id),
        "written_at": F.lit(warehouse.started_at).cast("timestamp"),
    }
    columns = set(table.column_names)
    complete = rows.withColumns({name: value for name, value in lineage.items() if name in columns})
    check_columns(complete, table, "was to be given")
    return complete.select(*(F.col(c.name).alias(c.name, metadata=c.metadata) for c in table.columns))


def _write(rows: DataFrame, warehouse: Warehouse, table: Table, mode: str, replace_where: str | None) -> int:
    began = time.monotonic()
    writer = complete(rows, warehouse, table).write.format("delta").mode(mode)
    if mode == "overwrite" and replace_where is None:
        writer = writer.option("overwriteSchema", "true")
    else:
        # A table of an earlier release gets the columns that it lacks.
        writer = writer.option("mergeSchema", "true")
    if replace_where is not None:
        writer = writer.option("replaceWhere", replace_where)
    if table.skipped_by:
        writer = writer.option("delta.dataSkippingStatsColumns", ",".join(table.skipped_by))
    if table.keeps_changes:
        writer = writer.option("delta.enableChangeDataFeed", "true")
    writer.partitionBy(*table.partitioned_by).save(warehouse.path(table))
    return _logged(rows.sparkSession, warehouse, table, began)


def _logged(spark: SparkSession, warehouse: Warehouse, table: Table, began: float) -> int:
    history = DeltaTable.forPath(spark, warehouse.path(table)).history(1)
    last = history.select("version", "operationMetrics").collect()[0]
    written = int((last["operationMetrics"] or {}).get("numOutputRows", 0))
    seconds = time.monotonic() - began
    _log.info("wrote %s: version %d, %d rows, %.1f s", table.name, last["version"], written, seconds)
    return written


def literal(value: str) -> str:
    """Return a text as what stands between the quotes of SQL."""
    return value.replace("\\", "\\\\").replace("'", "\\'")
