"""What came to a table since a version of it, and rows put in the place of others."""

import logging
import time

from delta.tables import DeltaTable
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession, functions as F

from engagement.schemas.table import DATE, LINEAGE, Table
from engagement.tables.stored import Warehouse, with_later_columns
from engagement.tables.writing import complete

_log = logging.getLogger(__name__)
_CHANGE_FEED = "delta.enableChangeDataFeed"


def version_of(spark: SparkSession, warehouse: Warehouse, table: Table) -> tuple[str, int]:
    """Return the id of the stored table, new when it is made anew, and its latest version."""
    stored = DeltaTable.forPath(spark, warehouse.path(table))
    identity = stored.detail().select("id").collect()[0]["id"]
    return str(identity), int(stored.history(1).select("version").collect()[0]["version"])


def keep_changes(spark: SparkSession, warehouse: Warehouse, table: Table) -> None:
    """Let a table that was made without it tell from now on what comes to it."""
    stored = DeltaTable.forPath(spark, warehouse.path(table))
    properties = stored.detail().select("properties").collect()[0]["properties"]
    if properties.get(_CHANGE_FEED) != "true":
        spark.sql(
            f"ALTER TABLE delta.`{warehouse.path(table)}` SET TBLPROPERTIES ('{_CHANGE_FEED}' = 'true')"
        )


def added_rows(
    spark: SparkSession, warehouse: Warehouse, table: Table, *, after: int, until: int
) -> DataFrame:
    """Return the rows that came to the table with the versions after `after`, up to and with `until`.

    Only the files of those versions are read, whatever the table holds besides.
    """
    if after >= until:
        return spark.createDataFrame([], table.schema)
    feed = spark.read.format("delta").option("readChangeFeed", "true")
    feed = feed.option("startingVersion", after + 1).option("endingVersion", until)
    rows = feed.load(warehouse.path(table)).where(F.col("_change_type") == "insert")
    return with_later_columns(rows, table).select(table.column_names)


def replace_rows(rows: DataFrame, replaced: DataFrame, warehouse: Warehouse, table: Table) -> int:
    """Put `rows` in the place of `replaced`; return how many rows of the table that changed.

    What is the same in both stays as it is stored, its lineage with it, and files without a change are not
    written again.

    Args:
        rows: The rows that are to stand there, without lineage, unique by the table's key.
        replaced: The stored rows whose place they take.
        warehouse: Where the table lies.
        table: The table; one whose key begins with a date is searched on the dates of the changes only.
    """
    began = time.monotonic()
    changed = _differing(complete(rows, warehouse, table), replaced, table).persist(StorageLevel.DISK_ONLY)
    count = changed.count()
    if count:
        _merge(changed, warehouse, table)
    changed.unpersist()
    _log.info("changed in %s: %d rows, %.1f s", table.name, count, time.monotonic() - began)
    return count


def _merge(changed: DataFrame, warehouse: Warehouse, table: Table) -> None:
    same = " and ".join(f"known.{name} = given.{name}" for name in table.key)
    if table.schema[table.key[0]].dataType == DATE:
        days = [row[0] for row in changed.select(table.key[0]).distinct().collect()]
        listed = ", ".join(f"date'{day}'" for day in sorted(days))
        same += f" and known.{table.key[0]} in ({listed})"
    values: dict[str, str | Column] = {name: f"given.{name}" for name in table.column_names}
    (
        DeltaTable.forPath(changed.sparkSession, warehouse.path(table))
        .alias("known")
        .merge(changed.alias("given"), same)
        .withSchemaEvolution()
        .whenMatchedDelete("given.is_gone")
        .whenMatchedUpdate(set=values)
        .whenNotMatchedInsert("not given.is_gone", values=values)
        .execute()
    )


def _differing(rows: DataFrame, replaced: DataFrame, table: Table) -> DataFrame:
    """Return `rows` without an equal in `replaced`, and the keys of `replaced` gone (column `is_gone`)."""
    lineage = {column.name for column in LINEAGE}
    content = F.struct(*(name for name in table.column_names if name not in lineage))
    given = rows.select(*table.key, F.struct("*").alias("row"), content.alias("content"))
    stored = replaced.select(*table.key, content.alias("stored_content"))
    both = given.join(stored, on=list(table.key), how="full_outer")
    differs = both.where(~F.col("content").eqNullSafe(F.col("stored_content")))
    others = [name for name in table.column_names if name not in table.key]
    return differs.select(
        *table.key,
        *(F.col(f"row.{name}").alias(name) for name in others),
        F.col("content").isNull().alias("is_gone"),
    )
