"""What the notebooks read with: one selection of gold, and a sentence where there is no warehouse."""

from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from engagement.errors import ConfigurationError
from engagement.exploring import hear, in_order, mean_with_interval, open_warehouse
from engagement.schemas import FORECASTS, LEARNER_GROUPS, RESPONSES
from tests.rows import frame


def test_open_warehouse__reads_gold_of_one_selection(spark: SparkSession, tmp_path: Path) -> None:
    rows = {
        RESPONSES: [{"response_id": "1", "learner_id": "ab"}],
        LEARNER_GROUPS: [{"cohort": cohort, "learner_id": "ab"} for cohort in ("all", "m3", "m3")],
    }
    for table, values in rows.items():
        stored = frame(spark, table, values).coalesce(1)
        stored.write.format("delta").save(f"{tmp_path}/{table.name.replace('.', '/')}")
    data = open_warehouse(str(tmp_path), spark=spark, cohort="m3")
    assert data.read(RESPONSES).count() == 1
    assert data.read(LEARNER_GROUPS).count() == 2
    assert data.read(FORECASTS).count() == 0


def test_open_warehouse__reads_tables_by_their_names_in_a_catalog(
    spark: SparkSession, tmp_path: Path
) -> None:
    place = tmp_path / "silver" / "responses"
    frame(spark, RESPONSES, [{"response_id": "1"}]).coalesce(1).write.format("delta").save(str(place))
    spark.sql("CREATE SCHEMA IF NOT EXISTS explored")
    spark.sql(f"CREATE TABLE explored.silver_responses USING DELTA LOCATION '{place}'")
    try:
        data = open_warehouse("spark_catalog.explored", spark=spark)
        assert data.read(RESPONSES).count() == 1
        assert data.read(LEARNER_GROUPS).columns == LEARNER_GROUPS.column_names
        with pytest.raises(ConfigurationError, match=r"no warehouse in spark_catalog\.other"):
            open_warehouse("spark_catalog.other", spark=spark)
    finally:
        spark.sql("DROP SCHEMA explored CASCADE")


def test_open_warehouse__says_where_there_is_none(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"no warehouse in {tmp_path}"):
        open_warehouse(str(tmp_path), spark=spark)


def test_hear__says_why_a_recording_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "words.wav").write_text("no sound")
    with pytest.raises(ConfigurationError, match="not_found"):
        hear(str(tmp_path), "elsewhere.wav")
    with pytest.raises(ConfigurationError, match="not_audio"):
        hear(str(tmp_path), "words.wav")


def test_mean_with_interval__is_the_normal_distributions(spark: SparkSession) -> None:
    numbers = spark.createDataFrame([(1.0,), (3.0,)], "x double")
    told = numbers.agg(*mean_with_interval("x")).first()
    # The standard deviation of 1 and 3 is √2, that of their mean 1.
    assert told is not None
    assert told.asDict() == pytest.approx({"x": 2.0, "x_low": 2 - 1.6449, "x_high": 2 + 1.6449})
    alone = numbers.limit(1).agg(*mean_with_interval("x")).first()
    assert alone is not None
    assert alone["x_low"] is None


def test_in_order__knows_that_ten_comes_after_nine() -> None:
    levels = in_order(pd.DataFrame({"level": ["m10", "other", "m9", "m0"]}))
    assert list(levels["level"]) == ["m0", "m9", "m10", "other"]
