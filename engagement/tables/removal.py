"""Rows that go for good: out of the table, its history, its change data and the statistics of its log.

Deleting a row leaves it in the files of earlier versions and in `_change_data`, and a file's least and
greatest values in the log. Here nothing older than the version of now is left.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession

from engagement.schemas.table import Table
from engagement.tables.stored import Warehouse

_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
_STATISTICS = "delta.dataSkippingStatsColumns"
# The very next commit makes a checkpoint, with nothing in it of files that are no part of the table any more.
_CLOSING = {"delta.checkpointInterval": "1", "delta.deletedFileRetentionDuration": "interval 0 seconds"}
_LOG_FILE = re.compile(r"(\d{20})\.")


def delete_matching(
    keys: DataFrame, warehouse: Warehouse, table: Table, *, on: Mapping[str, str] | None = None
) -> int:
    """Delete the rows that `keys` name; return how many.

    The ids are joined, never written into a condition: Delta's log would keep it.

    Args:
        keys: Rows of keys, unique.
        warehouse: Where the table lies.
        table: The table.
        on: Column of `keys` by column of the table; None: those of the same names.
    """
    names = on or {name: name for name in keys.columns}
    same = " and ".join(f"known.{mine} = given.{theirs}" for mine, theirs in names.items())
    stored = DeltaTable.forPath(keys.sparkSession, warehouse.path(table))
    before = stored.history(1).select("version").collect()[0]["version"]
    stored.alias("known").merge(keys.alias("given"), same).whenMatchedDelete().execute()
    last = stored.history(1).select("version", "operationMetrics").collect()[0]
    # Where nothing is deleted, there may be no new version: the history tells of an earlier change.
    return int(last["operationMetrics"]["numTargetRowsDeleted"]) if last["version"] != before else 0


def delete_where(spark: SparkSession, warehouse: Warehouse, table: Table, condition: Column) -> int:
    """Delete the rows that meet a condition, which must name no id; return how many."""
    stored = DeltaTable.forPath(spark, warehouse.path(table))
    count = stored.toDF().where(condition).count()
    if count:
        stored.delete(condition)
    return count


def keep_latest_only(spark: SparkSession, warehouse: Warehouse, table: Table) -> None:
    """Leave nothing of the table but its latest version; nobody may read or write it meanwhile.

    From then on, columns that `table.skipped_by` does not name have no statistics, also in a table of a
    release that kept them.
    """
    path = warehouse.path(table)
    stored = DeltaTable.forPath(spark, path)
    detail = stored.detail().select("properties", "tableFeatures").collect()[0]
    if "deletionVectors" in detail["tableFeatures"]:
        spark.sql(f"REORG TABLE delta.`{path}` APPLY (PURGE)")
    theirs = {name: detail["properties"].get(name) for name in _CLOSING}
    _set(spark, path, {**_CLOSING, _STATISTICS: ",".join(table.skipped_by)})
    latest = int(stored.history(1).select("version").collect()[0]["version"])
    names = ", ".join(f"'{name}'" for name in _CLOSING)
    spark.sql(f"ALTER TABLE delta.`{path}` UNSET TBLPROPERTIES ({names})")
    kept = {name: value for name, value in theirs.items() if value not in (None, _CLOSING[name])}
    if kept:
        _set(spark, path, kept)
    _vacuum_all(spark, path)
    _delete_log_before(spark, f"{path}/_delta_log", latest)


def delete_folder(spark: SparkSession, folder: str) -> bool:
    """Delete a folder or file with all below it; return whether there was one."""
    path, files = _hadoop(spark, folder)
    return bool(files.delete(path, True))


def _set(spark: SparkSession, path: str, properties: Mapping[str, str]) -> None:
    listed = ", ".join(f"'{name}' = '{value}'" for name, value in properties.items())
    spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ({listed})")


def _vacuum_all(spark: SparkSession, path: str) -> None:
    """Delete every file, of change data as well, that the latest version does not need."""
    checked = spark.conf.get(_CHECK, "true")
    spark.conf.set(_CHECK, "false")
    try:
        DeltaTable.forPath(spark, path).vacuum(0)
    finally:
        spark.conf.set(_CHECK, str(checked))


def _delete_log_before(spark: SparkSession, log: str, version: int) -> None:
    """Delete what the log holds of earlier versions; the checkpoint of `version` stands for all of it."""
    path, files = _hadoop(spark, log)
    last, _ = _hadoop(spark, f"{log}/_last_checkpoint")
    stream = files.open(last)
    try:
        told = json.loads(bytes(stream.readAllBytes()))["version"]
    finally:
        stream.close()
    if told < version:
        return
    for status in files.listStatus(path):
        found = _LOG_FILE.match(status.getPath().getName())
        if found and int(found[1]) < version:
            files.delete(status.getPath(), False)


def _hadoop(spark: SparkSession, place: str) -> tuple[Any, Any]:
    """Return a place as Hadoop has it, and its file system."""
    context = spark.sparkContext
    jvm: Any = context._jvm
    path = jvm.org.apache.hadoop.fs.Path(place)
    return path, path.getFileSystem(context._jsc.hadoopConfiguration())
