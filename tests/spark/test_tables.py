"""Writing and reading Delta tables: schema checked, comments kept, partitions replaced."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession, functions as F

from engagement.errors import TableError
from engagement.forecasting.subgroups import FORECAST_FIGURES
from engagement.schemas import EVENTS, LEARNER_GROUPS, SESSIONS, VALIDATION, VOICE_SCORES
from engagement.tables import (
    Warehouse,
    append,
    compact,
    keep_changes,
    merge,
    overwrite,
    read,
    read_or_empty,
    replace_cohort,
    stored_files,
    vacuum,
)
from tests.rows import frame

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(str(tmp_path), "run-1", AT)


def test_read__missing_table_is_named(spark: SparkSession, warehouse: Warehouse) -> None:
    with pytest.raises(TableError, match=r"silver\.sessions is not in"):
        read(spark, warehouse, SESSIONS)
    assert read_or_empty(spark, warehouse, SESSIONS).count() == 0


@pytest.mark.parametrize("name", ["it's; DROP TABLE a --", '100%41 "ends"', "மேசை"])
def test_tables__a_hostile_name_of_the_warehouse_is_but_a_name(
    spark: SparkSession, tmp_path: Path, name: str
) -> None:
    odd = Warehouse(str(tmp_path / name), "run-1", AT)
    rows = frame(spark, SESSIONS, [{"session_id": "' OR 1=1 --", "device_id": "`d`"}])
    overwrite(rows, odd, SESSIONS)
    keep_changes(spark, odd, SESSIONS)
    merge(rows, odd, SESSIONS)
    compact(spark, odd, SESSIONS)
    assert [row["session_id"] for row in read(spark, odd, SESSIONS).collect()] == ["' OR 1=1 --"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_overwrite__reports_every_discrepancy_at_once(spark: SparkSession, warehouse: Warehouse) -> None:
    wrong = frame(spark, SESSIONS, []).drop("device_id").withColumn("events", F.lit("3"))
    with pytest.raises(TableError, match="device_id is missing, expected string; events is string, expected"):
        overwrite(wrong, warehouse, SESSIONS)


def test_replace_cohort__leaves_other_selections_alone(spark: SparkSession, warehouse: Warehouse) -> None:
    rows = [{"cohort": "all", "learner_id": "a"}, {"cohort": "it's", "learner_id": "b"}]
    assert overwrite(frame(spark, LEARNER_GROUPS, rows), warehouse, LEARNER_GROUPS) == 2
    fresh = frame(spark, LEARNER_GROUPS, [{"learner_id": "c"}]).drop("cohort")
    replace_cohort(fresh, warehouse, LEARNER_GROUPS, "it's")
    table = read(spark, warehouse, LEARNER_GROUPS)
    got = {(r["cohort"], r["learner_id"], r["run_id"]) for r in table.collect()}
    assert got == {("all", "a", "run-1"), ("it's", "c", "run-1")}
    stored = table.schema["group_name"].metadata
    assert stored["comment"].startswith("thriving, coasting")


def test_replace_cohort__only_what_meets_the_condition(spark: SparkSession, warehouse: Warehouse) -> None:
    def write(*figures: str, only: str | None = None) -> None:
        rows = [{"figure": figure, "subgroup": "all", "value": float(len(figures))} for figure in figures]
        fresh = frame(spark, VALIDATION, rows).drop("cohort")
        replace_cohort(fresh, warehouse, VALIDATION, "all", only=only)

    write("skill", "forecast_auc", "forecast_brier")
    write("forecast_auc", only=FORECAST_FIGURES)
    got = {row["figure"]: row["value"] for row in read(spark, warehouse, VALIDATION).collect()}
    assert got == {"skill": 3.0, "forecast_auc": 1.0}


def test_merge__updates_known_keys_and_inserts_new_ones(spark: SparkSession, warehouse: Warehouse) -> None:
    merge(frame(spark, VOICE_SCORES, [{"response_id": "a", "status": "not_found"}]), warehouse, VOICE_SCORES)
    again = [{"response_id": "a", "status": "ok"}, {"response_id": "b", "status": "empty"}]
    assert merge(frame(spark, VOICE_SCORES, again), warehouse, VOICE_SCORES) == 2
    assert merge(frame(spark, VOICE_SCORES, []), warehouse, VOICE_SCORES) == 0
    got = {r["response_id"]: r["status"] for r in read(spark, warehouse, VOICE_SCORES).collect()}
    assert got == {"a": "ok", "b": "empty"}


def test_append__keeps_ids_out_of_the_statistics(
    spark: SparkSession, warehouse: Warehouse, tmp_path: Path
) -> None:
    for number in (1, 2):
        event = {
            "event_id": f"id-{number}",
            "eid": "START",
            "device_id": "device",
            "event_date": date(2026, 1, 1),
        }
        assert append(frame(spark, EVENTS, [event]), warehouse, EVENTS) == 1
    log = [json.loads(line) for path in tmp_path.rglob("_delta_log/*.json") for line in path.open()]
    statistics = [json.loads(entry["add"]["stats"]) for entry in log if "add" in entry]
    assert len(statistics) == 2
    assert all(set(kept["minValues"]) <= {"event_at", "eid"} for kept in statistics)
    assert all(kept["minValues"]["eid"] == "START" for kept in statistics)


def test_replace_cohort__first_write_makes_the_table(spark: SparkSession, warehouse: Warehouse) -> None:
    rows = frame(spark, LEARNER_GROUPS, [{"learner_id": "a"}]).drop("cohort")
    assert replace_cohort(rows, warehouse, LEARNER_GROUPS, "all") == 1


def test_compact__joins_files_and_changes_no_row(spark: SparkSession, warehouse: Warehouse) -> None:
    for number in range(4):
        append(frame(spark, SESSIONS, [{"session_id": f"s{number}"}]), warehouse, SESSIONS)
    before = sorted(read(spark, warehouse, SESSIONS).collect())
    assert compact(spark, warehouse, SESSIONS) == (4, 1)
    assert compact(spark, warehouse, SESSIONS) == (1, 1)
    files, size = stored_files(spark, warehouse, SESSIONS)
    assert files == 1
    (path,) = read(spark, warehouse, SESSIONS).inputFiles()
    assert size == Path(path.removeprefix("file:")).stat().st_size
    vacuum(spark, warehouse, SESSIONS, retention_hours=168)
    assert sorted(read(spark, warehouse, SESSIONS).collect()) == before


def test_vacuum__refuses_to_take_files_from_readers(spark: SparkSession, warehouse: Warehouse) -> None:
    append(frame(spark, SESSIONS, [{"session_id": "s"}]), warehouse, SESSIONS)
    with pytest.raises(Exception, match="168 hours"):
        vacuum(spark, warehouse, SESSIONS, retention_hours=1)
