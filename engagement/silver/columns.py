"""The last step of every transform here: a table's columns, in order and of its types."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, functions as F

from engagement.schemas.table import LINEAGE, Table


def in_table_order(rows: DataFrame, table: Table, made: Mapping[str, Column] | None = None) -> DataFrame:
    """Return the columns of `table` but its lineage, which the job adds when it writes.

    Args:
        rows: Rows that have the columns not in `made` under the table's names.
        table: The table that the rows are for.
        made: Columns that are computed here, by their name in the table.
    """
    lineage = {column.name for column in LINEAGE}
    columns = [column for column in table.columns if column.name not in lineage]
    made = made or {}
    return rows.select(
        *(
            made.get(column.name, F.col(column.name)).cast(column.dataType).alias(column.name)
            for column in columns
        )
    )
