"""The only reader and writer of Delta tables: checks the schema, adds lineage, logs version and rows."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession, functions as F, types as T

from engagement.errors import TableError
from engagement.schemas.table import LINEAGE, Table

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Warehouse:
    """Where the tables lie, and which run writes.

    Attributes:
        root: Folder or object-store URI of the warehouse.
        run_id: The run that writes; stands in every row. A reader needs none.
        started_at: When that run began, UTC.
    """

    root: str
    run_id: str = ""
    started_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def path(self, table: Table) -> str:
        """Return the folder of a table: `<root>/<layer>/<name>`."""
        return f"{self.root.rstrip('/')}/{table.name.replace('.', '/')}"


def exists(spark: SparkSession, warehouse: Warehouse, table: Table) -> bool:
    """Return whether the table has been written."""
    return DeltaTable.isDeltaTable(spark, warehouse.path(table))


def read(spark: SparkSession, warehouse: Warehouse, table: Table) -> DataFrame:
    """Return a table, with the columns of its schema checked.

    Raises:
        TableError: the table is missing, or a column is missing or has another type.
    """
    if not exists(spark, warehouse, table):
        raise TableError(f"Table {table.name} is not in {warehouse.root}: run the step that writes it first.")
    rows = spark.read.format("delta").load(warehouse.path(table))
    _check(rows, table, "holds")
    return rows.select(table.column_names)


def read_or_empty(spark: SparkSession, warehouse: Warehouse, table: Table) -> DataFrame:
    """Return a table, or no rows of its schema where nothing has been written yet."""
    if exists(spark, warehouse, table):
        return read(spark, warehouse, table)
    return spark.createDataFrame([], table.schema)


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
    replaced = f"cohort = '{_literal(cohort)}'" + (f" and ({only})" if only else "")
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
    same = " and ".join(f"known.{name} <=> given.{name}" for name in table.key)
    if dates is not None:
        same += f" and known.{table.key[0]} between date'{dates[0]}' and date'{dates[1]}'"
    merged = (
        DeltaTable.forPath(rows.sparkSession, warehouse.path(table))
        .alias("known")
        .merge(_complete(rows, warehouse, table).alias("given"), same)
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute()
        .collect()[0]
    )
    # Without a row to merge there is no new version: the history would tell of the merge before.
    written = int(merged["num_affected_rows"])
    _log.info("merged into %s: %d rows, %.1f s", table.name, written, time.monotonic() - began)
    return written


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


def _complete(rows: DataFrame, warehouse: Warehouse, table: Table) -> DataFrame:
    """Return the table's columns in order, lineage filled in, comments attached."""
    lineage = {
        "run_id": F.lit(warehouse.run_id),
        "written_at": F.lit(warehouse.started_at).cast("timestamp"),
    }
    columns = set(table.column_names)
    complete = rows.withColumns({name: value for name, value in lineage.items() if name in columns})
    _check(complete, table, "was to be given")
    return complete.select(*(F.col(c.name).alias(c.name, metadata=c.metadata) for c in table.columns))


def _write(rows: DataFrame, warehouse: Warehouse, table: Table, mode: str, replace_where: str | None) -> int:
    began = time.monotonic()
    writer = _complete(rows, warehouse, table).write.format("delta").mode(mode)
    if replace_where is not None:
        writer = writer.option("replaceWhere", replace_where)
    elif mode == "overwrite":
        writer = writer.option("overwriteSchema", "true")
    if table.skipped_by:
        writer = writer.option("delta.dataSkippingStatsColumns", ",".join(table.skipped_by))
    writer.partitionBy(*table.partitioned_by).save(warehouse.path(table))
    return _logged(rows.sparkSession, warehouse, table, began)


def _logged(spark: SparkSession, warehouse: Warehouse, table: Table, began: float) -> int:
    history = DeltaTable.forPath(spark, warehouse.path(table)).history(1)
    last = history.select("version", "operationMetrics").collect()[0]
    written = int((last["operationMetrics"] or {}).get("numOutputRows", 0))
    seconds = time.monotonic() - began
    _log.info("wrote %s: version %d, %d rows, %.1f s", table.name, last["version"], written, seconds)
    return written


def _check(rows: DataFrame, table: Table, verb: str) -> None:
    """Report every discrepancy at once; order does not matter."""
    got = {field.name: field.dataType for field in rows.schema.fields}
    problems = [
        f"{field.name} is {_name(got.get(field.name))}, expected {_name(field.dataType)}"
        for field in table.columns
        if _name(got.get(field.name)) != _name(field.dataType)
    ]
    if problems:
        raise TableError(f"Table {table.name} {verb} other columns than its schema: {'; '.join(problems)}.")


def _name(kind: T.DataType | None) -> str:
    return "missing" if kind is None else kind.simpleString()


def _literal(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def lineage_names() -> Sequence[str]:
    """Return the columns that tell where a row comes from, not what it says."""
    return [column.name for column in LINEAGE]
