"""Keeping stored tables healthy: small files joined, files of old versions deleted."""

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from engagement.schemas.table import Table
from engagement.tables.stored import Warehouse


def compact(spark: SparkSession, warehouse: Warehouse, table: Table) -> tuple[int, int]:
    """Join the table's small files; return how many there were, and are now."""
    stored = DeltaTable.forPath(spark, warehouse.path(table))
    before = _files(stored)
    stored.optimize().executeCompaction()
    return before, _files(stored)


def vacuum(spark: SparkSession, warehouse: Warehouse, table: Table, *, retention_hours: int) -> None:
    """Delete files that no version of the last `retention_hours` needs; older versions are gone then.

    Delta refuses less than 168 hours: a reader or a writer could still be at work on such a file.
    """
    DeltaTable.forPath(spark, warehouse.path(table)).vacuum(retention_hours)


def _files(stored: DeltaTable) -> int:
    return int(stored.detail().select("numFiles").collect()[0]["numFiles"])
