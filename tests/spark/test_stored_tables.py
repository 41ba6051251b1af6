"""Tables as they lie: those of an earlier release are read and widened; a day has files of its own."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession, functions as F

from engagement.errors import TableError
from engagement.schemas import EVENTS, LEARNER_GROUPS, RESPONSES, RUNS, SESSIONS, Table
from engagement.tables import Warehouse, append, merge, read, replace_cohort
from tests.rows import frame


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(str(tmp_path), "run", datetime(2026, 1, 1, tzinfo=UTC))


def _written_before(
    spark: SparkSession, warehouse: Warehouse, table: Table, values: dict[str, object], lacking: str
) -> None:
    """Write the table as a release did that did not know the column `lacking`."""
    rows = frame(spark, table, [values]).drop(lacking)
    rows.write.format("delta").partitionBy(*table.partitioned_by).save(warehouse.path(table))


def test_read__a_later_column_is_null_and_comes_with_the_next_append(
    spark: SparkSession, warehouse: Warehouse
) -> None:
    _written_before(spark, warehouse, RUNS, {"run_id": "r", "step": "old"}, "run_started_at")
    assert read(spark, warehouse, RUNS).collect()[0]["run_started_at"] is None
    at = datetime(2026, 1, 1)
    append(frame(spark, RUNS, [{"step": "new", "run_started_at": at}]), warehouse, RUNS)
    stored = spark.read.format("delta").load(warehouse.path(RUNS))
    assert {row["step"]: row["run_started_at"] for row in stored.collect()} == {"old": None, "new": at}
    assert "run_started_at" in stored.columns


def test_write__merge_and_cohorts_widen_a_table_as_well(spark: SparkSession, warehouse: Warehouse) -> None:
    day = date(2026, 1, 1)
    _written_before(spark, warehouse, RESPONSES, {"response_id": "a", "response_date": day}, "class_id")
    given = {"response_id": "a", "response_date": day, "class_id": "3b"}
    merge(frame(spark, RESPONSES, [given]), warehouse, RESPONSES)
    assert [row["class_id"] for row in read(spark, warehouse, RESPONSES).collect()] == ["3b"]
    _written_before(spark, warehouse, LEARNER_GROUPS, {"learner_id": "a", "cohort": "x"}, "language")
    rows = frame(spark, LEARNER_GROUPS, [{"learner_id": "b", "language": "ta"}]).drop("cohort")
    replace_cohort(rows, warehouse, LEARNER_GROUPS, "all")
    stored = spark.read.format("delta").load(warehouse.path(LEARNER_GROUPS))
    assert {row["learner_id"]: row["language"] for row in stored.collect()} == {"a": None, "b": "ta"}


def test_read__another_type_or_a_column_of_the_key_is_refused_in_one_sentence(
    spark: SparkSession, warehouse: Warehouse
) -> None:
    rows = frame(spark, RUNS, [{"run_id": "old", "step": "s"}])
    changed = rows.withColumn("seconds", F.lit("long")).drop("step")
    changed.write.format("delta").save(warehouse.path(RUNS))
    with pytest.raises(TableError) as refusal:
        read(spark, warehouse, RUNS)
    assert "step is missing, expected string; seconds is string, expected double" in str(refusal.value)


def _files_read(spark: SparkSession, warehouse: Warehouse, table: Table, condition: str) -> tuple[int, int]:
    """Return how many files a query reads, and how many the table has."""
    rows = read(spark, warehouse, table)
    chosen = rows.where(condition)
    chosen.collect()
    scan = chosen._jdf.queryExecution().executedPlan().collectLeaves()  # type: ignore[operator]
    files = sum(int(scan.apply(at).metrics().apply("numFiles").value()) for at in range(scan.size()))
    return files, len(rows.inputFiles())


def test_files__a_query_of_one_day_reads_that_days_alone(spark: SparkSession, warehouse: Warehouse) -> None:
    days = [date(2026, 1, number) for number in (2, 3)]
    for table, day_of, id_of in (
        (EVENTS, "event_date", "event_id"),
        (SESSIONS, "session_date", "session_id"),
    ):
        for number, day in enumerate(days):
            append(frame(spark, table, [{id_of: f"{number}", day_of: day}]), warehouse, table)
        assert _files_read(spark, warehouse, table, f"{day_of} = date'2026-01-03'") == (1, 2), table.name
