"""A step on a cluster that gives it a session (Databricks): the session is used, and outlives the step."""

import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.step import Counts, Run, main


def test_main__a_session_that_was_there_is_used_left_alone_and_its_catalog_filled(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = [f"paths.warehouse={tmp_path}", "catalog.name=spark_catalog", "catalog.schema=given_session"]
    monkeypatch.setattr(sys, "argv", ["step", *(part for each in settings for part in ("--set", each))])
    spark.conf.set("spark.sql.session.timeZone", "Asia/Kolkata")
    seen = []

    def step(run: Run) -> Counts:
        seen.append((run.spark.sparkContext.applicationId, run.spark.conf.get("spark.sql.session.timeZone")))
        return Counts(rows_in=1)

    main("nothing", {"nothing": step})
    assert seen == [(spark.sparkContext.applicationId, "UTC")]
    rows = spark.table("spark_catalog.given_session.ops_runs").select("step", "status", "rows_in").collect()
    assert [tuple(row) for row in rows] == [("nothing", "done", 1)]
    spark.sql("DROP SCHEMA spark_catalog.given_session CASCADE")
