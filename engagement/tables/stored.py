"""Where the tables lie, and reading them with their columns checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession, functions as F, types as T

from engagement.errors import TableError
from engagement.schemas.table import LINEAGE, Table


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


def read(spark: SparkSession, warehouse: Warehouse, table: Table, *, version: int | None = None) -> DataFrame:
    """Return a table, or an earlier version of it, with the columns of its schema checked.

    A column of a later release than the one that wrote the table is null until it is written again.

    Raises:
        TableError: the table is missing, or a column that must be filled is, or one has another type.
    """
    if not exists(spark, warehouse, table):
        raise TableError(f"Table {table.name} is not in {warehouse.root}: run the step that writes it first.")
    reader = spark.read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    rows = with_later_columns(reader.load(warehouse.path(table)), table)
    check_columns(rows, table, "was written by another release and holds")
    return rows.select(table.column_names)


def read_or_empty(spark: SparkSession, warehouse: Warehouse, table: Table) -> DataFrame:
    """Return a table, or no rows of its schema where nothing has been written yet."""
    if exists(spark, warehouse, table):
        return read(spark, warehouse, table)
    return spark.createDataFrame([], table.schema)


def with_later_columns(rows: DataFrame, table: Table) -> DataFrame:
    """Return stored rows with the columns that they lack, null, but for those that must be filled."""
    lacking = [
        column
        for column in table.columns
        if column.name not in rows.columns
        and not column.metadata["required"]
        and column.name not in table.key
    ]
    return rows.withColumns({column.name: F.lit(None).cast(column.dataType) for column in lacking})


def check_columns(rows: DataFrame, table: Table, verb: str) -> None:
    """Compare columns with the table's schema; order does not matter.

    Raises:
        TableError: a column is missing or has another type; every discrepancy is named at once.
    """
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


def lineage_names() -> Sequence[str]:
    """Return the columns that tell where a row comes from, not what it says."""
    return [column.name for column in LINEAGE]
