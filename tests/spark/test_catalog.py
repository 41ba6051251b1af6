"""Tables under names of a catalog: found by SQL with their comments, and none for another warehouse's."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.errors import ConfigurationError, TableError
from engagement.run_settings import CatalogSettings
from engagement.schemas import POSITIONS, RUNS
from engagement.tables import Warehouse, append, register, registered_name

NAMED = CatalogSettings("spark_catalog", "catalog_test")
STEP = {"run_id": "r1", "step": "all", "status": "done", "seconds": 1.5}


@pytest.fixture
def warehouse(spark: SparkSession, tmp_path: Path) -> Warehouse:
    """A warehouse of one table with one row."""
    made = Warehouse(str(tmp_path / 'it\'s; 100%41 "w"'), "r1")
    append(spark.createDataFrame([STEP], RUNS.schema), made, RUNS)
    return made


@pytest.fixture(autouse=True)
def _no_schema(spark: SparkSession) -> None:
    spark.sql("DROP SCHEMA IF EXISTS spark_catalog.catalog_test CASCADE")


def test_register__a_stored_table_is_found_by_name_with_its_comments(
    spark: SparkSession, warehouse: Warehouse
) -> None:
    assert register(spark, warehouse, NAMED) == ["`spark_catalog`.`catalog_test`.`ops_runs`"]
    found = spark.sql("SELECT run_id, seconds FROM spark_catalog.catalog_test.ops_runs").collect()
    assert [tuple(row) for row in found] == [("r1", 1.5)]
    told = {row["col_name"]: row["comment"] for row in spark.sql(f"DESCRIBE {_name()}").collect()}
    comments = {column.name: column.metadata["comment"] for column in RUNS.columns}
    assert {name: told[name] for name in comments} == comments
    assert spark.catalog.getTable("spark_catalog.catalog_test.ops_runs").description == RUNS.comment


def test_register__again_it_changes_nothing_but_takes_what_came(
    spark: SparkSession, warehouse: Warehouse
) -> None:
    register(spark, warehouse, NAMED)
    versions = spark.sql(f"DESCRIBE HISTORY {_name()}").count()
    assert register(spark, warehouse, NAMED) == []
    assert spark.sql(f"DESCRIBE HISTORY {_name()}").count() == versions
    append(spark.createDataFrame([STEP], RUNS.schema), warehouse, RUNS)
    append(spark.createDataFrame([], POSITIONS.schema), warehouse, POSITIONS)
    assert register(spark, warehouse, NAMED) == [registered_name(POSITIONS, NAMED)]
    assert spark.table("spark_catalog.catalog_test.ops_runs").count() == 2


def test_register__names_of_another_warehouse_stop(
    spark: SparkSession, warehouse: Warehouse, tmp_path: Path
) -> None:
    register(spark, warehouse, NAMED)
    other = Warehouse(str(tmp_path / "other"), "r2")
    append(spark.createDataFrame([STEP], RUNS.schema), other, RUNS)
    with pytest.raises(TableError, match=r"names the tables of another warehouse .*it's; 100.*other\. Set"):
        register(spark, other, NAMED)


def test_register__without_a_catalog_no_name_is_given(spark: SparkSession, warehouse: Warehouse) -> None:
    assert register(spark, warehouse, CatalogSettings()) == []


def test_catalog_settings__a_name_is_no_sql() -> None:
    with pytest.raises(ConfigurationError, match=r"catalog\.schema is 'a`b'"):
        CatalogSettings("main", "a`b")


def _name() -> str:
    return registered_name(RUNS, NAMED)
