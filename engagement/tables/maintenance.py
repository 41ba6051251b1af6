"""Keeping stored tables healthy: small files joined, files of old versions deleted."""

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from engagement.schemas.table import Table
from engagement.tables.stored import Warehouse


def compact(spark: SparkSession, warehouse: Warehouse, table: Table) -> tuple[int, int]:
    """Join the table's small files; return how many there were, and are now."""
    before, _ = stored_files(spark, warehouse, table)
    DeltaTable.forPath(spark, warehouse.path(table)).optimize().executeCompaction()
    return before, stored_files(spark, warehouse, table)[0]


def vacuum(spark: SparkSession, warehouse: Warehouse, table: Table, *, retention_hours: int) -> None:
    """Delete files that no version of the last `retention_hours` needs; older versions are gone then.

    Delta refuses less than 168 hours: a reader or a writer could still be at work on such a file.
    """
    DeltaTable.forPath(spark, warehouse.path(table)).vacuum(retention_hours)


def stored_files(spark: SparkSession, warehouse: Warehouse, table: Table) -> tuple[int, int]:
    """Return how many files the table's latest version has, and their size together, bytes."""
    detail = DeltaTable.forPath(spark, warehouse.path(table)).detail()
    row = detail.select("numFiles", "sizeInBytes").collect()[0]
    return int(row["numFiles"]), int(row["sizeInBytes"])
