"""How far a step has read the tables that it reads incrementally (ops.positions)."""

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import SparkSession, functions as F

from engagement.schemas import POSITIONS, Table
from engagement.tables import Warehouse, create_if_missing, exists, merge, overwrite, read, version_of


@dataclass(frozen=True)
class Position:
    """A version of a stored table, and the rules under which it was read.

    Attributes:
        table_id: Id of the stored table; another one when it was made anew.
        version: Its version.
        rules_sha256: Fingerprint of what the rows written depend on besides the table, hex.
        noted_at: When the run began that noted it, UTC; None: not noted yet.
    """

    table_id: str
    version: int
    rules_sha256: str
    noted_at: datetime | None = None


def present_position(spark: SparkSession, warehouse: Warehouse, table: Table, rules_sha256: str) -> Position:
    """Return where the table is now."""
    return Position(*version_of(spark, warehouse, table), rules_sha256)


def noted_position(spark: SparkSession, warehouse: Warehouse, step: str, table: Table) -> Position | None:
    """Return how far `step` has read the table; None: never, or all is to be read again."""
    if not exists(spark, warehouse, POSITIONS):
        return None
    mine = (F.col("step") == step) & (F.col("source") == table.name)
    rows = read(spark, warehouse, POSITIONS).where(mine).collect()
    names = ("table_id", "version", "rules_sha256", "written_at")
    return Position(*(rows[0][name] for name in names)) if rows else None


def note_positions(
    spark: SparkSession, warehouse: Warehouse, step: str, positions: dict[Table, Position]
) -> None:
    """Note how far `step` has read each table: the last thing that it writes."""
    rows = [
        {
            "step": step,
            "source": table.name,
            "table_id": position.table_id,
            "version": position.version,
            "rules_sha256": position.rules_sha256,
        }
        for table, position in positions.items()
    ]
    merge(spark.createDataFrame(rows, POSITIONS.schema), warehouse, POSITIONS)


def drop_positions(spark: SparkSession, warehouse: Warehouse) -> None:
    """Let every step read everything again."""
    create_if_missing(spark, warehouse, POSITIONS)
    overwrite(spark.createDataFrame([], POSITIONS.schema), warehouse, POSITIONS)
