"""Rows of the tables for tests: each test writes the columns it is about, null fills the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from engagement.schemas import Table


def row(table: Table, **values: Any) -> dict[str, Any]:
    """Return a row of `table` with `values`, all other columns null."""
    unknown = set(values) - set(table.column_names)
    if unknown:
        raise KeyError(f"{table.name} has no column {sorted(unknown)}")
    return {name: values.get(name) for name in table.column_names}


def frame(spark: SparkSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    """Return `rows` as a DataFrame with the table's schema."""
    complete = [row(table, **values) for values in rows]
    return spark.createDataFrame(complete, table.schema)
