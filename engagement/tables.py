"""The only reader and writer of Delta tables: checks the schema, adds lineage, logs version and rows."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
        run_id: The run that writes; stands in every row.
        started_at: When that run began, UTC.
    """

    root: str
    run_id: str
    started_at: datetime

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


def overwrite(rows: DataFrame, warehouse: Warehouse, table: Table) -> int:
    """Replace the whole table; return the rows written."""
    return _write(rows, warehouse, table, "overwrite", None)


def append(rows: DataFrame, warehouse: Warehouse, table: Table) -> int:
    """Add rows to the table; return the rows written."""
    return _write(rows, warehouse, table, "append", None)


def replace_partition(rows: DataFrame, warehouse: Warehouse, table: Table, *, value: str) -> int:
    """Replace the rows of one value of the first partition column; return the rows written."""
    condition = f"{table.partitioned_by[0]} = '{_literal(value)}'"
    return _write(rows, warehouse, table, "overwrite", condition)


def _write(rows: DataFrame, warehouse: Warehouse, table: Table, mode: str, replace_where: str | None) -> int:
    began = time.monotonic()
    lineage = {
        "run_id": F.lit(warehouse.run_id),
        "written_at": F.lit(warehouse.started_at).cast("timestamp"),
    }
    columns = set(table.column_names)
    complete = rows.withColumns({name: value for name, value in lineage.items() if name in columns})
    _check(complete, table, "was to be given")
    selected = complete.select(*(F.col(c.name).alias(c.name, metadata=c.metadata) for c in table.columns))
    writer = selected.write.format("delta").mode(mode).option("overwriteSchema", str(replace_where is None))
    if replace_where is not None:
        writer = writer.option("replaceWhere", replace_where)
    if mode == "append":
        writer = selected.write.format("delta").mode(mode)
    writer.partitionBy(*table.partitioned_by).save(warehouse.path(table))
    written, version = _last_commit(rows.sparkSession, warehouse.path(table))
    _log.info(
        "wrote %s: version %d, %d rows, %.1f s", table.name, version, written, time.monotonic() - began
    )
    return written


def _last_commit(spark: SparkSession, path: str) -> tuple[int, int]:
    last = DeltaTable.forPath(spark, path).history(1).select("version", "operationMetrics").collect()[0]
    return int((last["operationMetrics"] or {}).get("numOutputRows", 0)), int(last["version"])


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
