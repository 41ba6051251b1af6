"""What reads the warehouse beside Spark: delta-rs opens every table and finds the rows that Spark finds."""

import pytest
from deltalake import DeltaTable

from engagement.schemas import RUNS, TABLES, TOMBSTONES, Table
from tests.e2e.conftest import Scored

# ops.runs is written by the command line alone, ops.tombstones by `forget`.
STORED = [table for table in TABLES if table not in (RUNS, TOMBSTONES)]


@pytest.mark.parametrize("table", STORED, ids=lambda table: table.name)
def test_table__is_open_to_readers_without_spark(scored_class: Scored, table: Table) -> None:
    opened = DeltaTable(scored_class.warehouse.path(table))
    # Version 1 is what any reader of Delta knows: nothing is switched on that asks for more.
    assert opened.protocol().min_reader_version == 1
    rows = opened.to_pyarrow_table()
    assert rows.num_rows == scored_class.spark.read.format("delta").load(opened.table_uri).count()
    assert rows.column_names == table.column_names
    told = {field.name: field.metadata["comment"] for field in opened.schema().fields}
    assert told == {column.name: column.metadata["comment"] for column in table.columns}
