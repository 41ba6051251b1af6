"""Stored tables under names of a catalog: for SQL, and for saying who may read what."""

import logging

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from engagement.errors import TableError
from engagement.run_settings import CatalogSettings
from engagement.schemas import RUNS, TABLES, Table
from engagement.tables.stored import Warehouse, exists
from engagement.tables.writing import literal

_log = logging.getLogger(__name__)


def registered_name(table: Table, catalog: CatalogSettings) -> str:
    """Return the name of a table in the catalog: `<catalog>.<schema>.<layer>_<table>`, quoted for SQL."""
    parts = (catalog.name or "", catalog.schema, table.name.replace(".", "_"))
    return ".".join(f"`{part}`" for part in parts)


def register(spark: SparkSession, warehouse: Warehouse, catalog: CatalogSettings) -> list[str]:
    """Give every stored table its name in the catalog, where one is named; return the names that are new.

    The rows stay where they are. Columns and their comments come from the table itself, what a row is becomes
    the table's comment.

    Raises:
        TableError: the names belong to another warehouse.
    """
    if catalog.name is None:
        return []
    schema = f"`{catalog.name}`.`{catalog.schema}`"
    if not spark.catalog.databaseExists(schema):
        spark.sql(f"CREATE SCHEMA {schema}")
    known = {row["tableName"] for row in spark.sql(f"SHOW TABLES IN {schema}").collect()}
    if _plain(RUNS) in known:
        _check_place(spark, warehouse, registered_name(RUNS, catalog))
    new = [table for table in TABLES if _plain(table) not in known and exists(spark, warehouse, table)]
    for table in new:
        name = registered_name(table, catalog)
        place = literal(warehouse.path(table))
        spark.sql(f"CREATE TABLE IF NOT EXISTS {name} USING DELTA LOCATION '{place}'")
        spark.sql(f"COMMENT ON TABLE {name} IS '{literal(table.comment)}'")
        _log.info("registered %s as %s", table.name, name)
    return [registered_name(table, catalog) for table in new]


def _check_place(spark: SparkSession, warehouse: Warehouse, name: str) -> None:
    # By SQL: on Spark 3.5, `DeltaTable.forName` takes no name of three parts.
    told = (
        spark.sql(f"DESCRIBE DETAIL {name}"),
        DeltaTable.forPath(spark, warehouse.path(RUNS)).detail(),
    )
    named, stored = (detail.select("location").collect()[0]["location"] for detail in told)
    if named != stored:
        raise TableError(
            f"{name} names the tables of another warehouse ({named}); this run's is {warehouse.root}. Set "
            "catalog.schema to one of its own."
        )


def _plain(table: Table) -> str:
    return table.name.replace(".", "_")
