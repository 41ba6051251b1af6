"""Raw ids to keyed hashes in Spark: nulls, repeated ids, and a secret that nobody can read off a plan."""

from pyspark.sql import SparkSession

from engagement.pseudonyms import pseudonym, with_pseudonyms

SECRET = b"not to be read anywhere"
COLUMNS = {
    "learner_id": ("learner", "raw"),
    "device_id": ("device", "raw"),
    "school_id": ("school", "other_raw"),
}


def test_with_pseudonyms__replaces_raw_columns(spark: SparkSession) -> None:
    raw = [("a", "x", 1), (None, "x", 2), ("a", None, 3), ("மாணவர்", "", 4)]
    hashed = with_pseudonyms(
        spark.createDataFrame(raw, "raw string, other_raw string, n int"), SECRET, COLUMNS
    )
    assert set(hashed.columns) == {"n", "learner_id", "device_id", "school_id"}

    def of(kind: str, value: str | None) -> str | None:
        return None if value is None else pseudonym(SECRET, kind, value)

    rows = sorted(hashed.collect(), key=lambda row: row["n"])
    assert [(row["learner_id"], row["device_id"], row["school_id"]) for row in rows] == [
        (of("learner", one), of("device", one), of("school", other)) for one, other, _ in raw
    ]


def test_with_pseudonyms__secret_is_in_no_plan(spark: SparkSession) -> None:
    hashed = with_pseudonyms(
        spark.createDataFrame([("a", "b")], "raw string, other_raw string"), SECRET, COLUMNS
    )
    plan = hashed._jdf.queryExecution().toString()
    assert "learner_id" in plan
    assert SECRET.decode() not in plan
    assert SECRET.hex() not in plan.lower()
