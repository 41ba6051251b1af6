"""A warehouse opened for reading: with the session that is there, as on Databricks, or one of its own."""

import re
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.errors import ConfigurationError
from engagement.schemas import RESPONSES, Table
from engagement.spark import build_session
from engagement.tables import Warehouse, exists, read

# A warehouse that one machine holds is read fastest in few pieces.
_ONE_MACHINE = {
    "spark.sql.shuffle.partitions": "4",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.ui.showConsoleProgress": "false",
}


@dataclass(frozen=True)
class OpenWarehouse:
    """The tables of a warehouse, for reading.

    Attributes:
        spark: The session that reads them.
        root: Folder or object-store URI of the warehouse, or its tables' `<catalog>.<schema>`.
        cohort: Name of the selection of which gold is read.
    """

    spark: SparkSession
    root: str
    cohort: str

    def read(self, table: Table) -> DataFrame:
        """Return a table, of gold the selection's rows alone; no rows where it has not been written yet."""
        if not _is_there(self.spark, self.root, table):
            rows = self.spark.createDataFrame([], table.schema)
        elif _is_named(self.root):
            rows = self.spark.table(_name(self.root, table))
        else:
            rows = read(self.spark, Warehouse(self.root), table)
        return rows.where(F.col("cohort") == self.cohort) if "cohort" in table.column_names else rows


def open_warehouse(root: str, *, spark: SparkSession | None = None, cohort: str = "all") -> OpenWarehouse:
    """Return the tables of a warehouse, for reading.

    Args:
        root: Folder or object-store URI of the warehouse, or `<catalog>.<schema>` where its tables have names
            (catalog.name and catalog.schema of the run).
        spark: The session that is there already (Databricks, a test); None: one is started on this machine.
        cohort: Name of the selection of which gold is read.

    Raises:
        ConfigurationError: there is no warehouse in that place.
    """
    is_elsewhere = spark is not None or ":" in root or _is_named(root)
    place = root if is_elsewhere else str(Path(root).resolve())
    session = spark or build_session("notebook", master="local[*]", conf=_ONE_MACHINE)
    if not _is_there(session, place, RESPONSES):
        raise ConfigurationError(
            f"There is no warehouse in {place}: name yours (ENGAGEMENT_WAREHOUSE, on Databricks the widget "
            "warehouse), or make one: ./spark-submit.sh demo."
        )
    return OpenWarehouse(session, place, cohort)


def _is_named(root: str) -> bool:
    """Return whether a warehouse is told by `<catalog>.<schema>`, not by its place."""
    return re.fullmatch(r"[\w-]+[.][\w-]+", root) is not None and not Path(root).exists()


def _is_there(spark: SparkSession, root: str, table: Table) -> bool:
    if _is_named(root):
        return spark.catalog.tableExists(_name(root, table))
    return exists(spark, Warehouse(root), table)


def _name(root: str, table: Table) -> str:
    return ".".join(f"`{part}`" for part in (*root.split("."), table.name.replace(".", "_")))
