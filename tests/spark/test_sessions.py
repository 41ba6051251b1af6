"""What every session of the project does, whoever made it."""

from pyspark.sql import SparkSession, functions as F


def test_build_session__kept_rows_come_in_no_more_partitions_than_they_need(spark: SparkSession) -> None:
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", 50)
    try:
        kept = spark.range(1000).groupBy((F.col("id") % 100).alias("group")).count().persist()
        assert kept.count() == 100
        # Of a megabyte or less one partition for each of the two cores would do.
        assert kept.rdd.getNumPartitions() <= 2
        kept.unpersist()
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", str(before))
