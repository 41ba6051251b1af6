"""Equal tables, as the operator is promised: all columns but lineage; what comes from voice within 1e-6."""

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from engagement.schemas import INGESTED_FILES, POSITIONS, RUNS, TABLES, Table
from engagement.tables import Warehouse, exists, lineage_names, read

_VOICE_TOLERANCE = 1e-6
# Which of two identical events' files is named is lineage.
_LINEAGE_OF = {
    "bronze.events": ("source_file", "source_line"),
    "bronze.milestone_records": ("source_file",),
    # Which run first asked for a recording is lineage, too.
    "silver.voice_scores": ("first_tried_at",),
}


def differences(spark: SparkSession, one: Warehouse, other: Warehouse) -> list[str]:
    """Return what differs between two warehouses, a line for each table that does."""
    found = []
    for table in TABLES:
        if table in (RUNS, INGESTED_FILES, POSITIONS):
            continue
        if exists(spark, one, table) != exists(spark, other, table):
            found.append(f"{table.name} is in one warehouse only")
        elif exists(spark, one, table):
            difference = table_difference(table, read(spark, one, table), read(spark, other, table))
            if difference:
                found.append(f"{table.name}: {difference}")
    return found


def table_difference(table: Table, one: DataFrame, other: DataFrame) -> str:
    """Return how the rows of a table differ, the first difference only; "" where they are equal."""
    lineage = [*lineage_names(), *_LINEAGE_OF.get(table.name, ())]
    columns = [name for name in table.column_names if name not in lineage]
    left, right = (_sorted(rows.select(columns).collect(), table.key) for rows in (one, other))
    if len(left) != len(right):
        return f"{len(left)} rows against {len(right)}"
    for mine, theirs in zip(left, right, strict=True):
        for name in columns:
            if not _same(mine[name], theirs[name]):
                key = {part: mine[part] for part in table.key}
                return f"{name} of {key} is {mine[name]!r} against {theirs[name]!r}"
    return ""


def _sorted(rows: Iterable[Any], key: tuple[str, ...]) -> list[Any]:
    return sorted(rows, key=lambda row: [str(row[name]) for name in key])


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, float) and isinstance(theirs, float):
        return mine == theirs or abs(mine - theirs) <= _VOICE_TOLERANCE
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(_same(a, b) for a, b in zip(mine, theirs, strict=True))
    return bool(mine == theirs)
