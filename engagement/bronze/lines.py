"""Files of lines → one row per line, with its true number in the file however Spark splits it."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession, Window, functions as F

_SPLIT = ("source_file", "block_start")
_MARK = "\ufeff"
_LONGEST_BYTES = 2**31 - 1


def read_lines(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Return one row per line of the files at `paths`: value, source_file, block_start, row_id.

    The text keeps the bytes of the line, valid UTF-8 or not, but for a byte order mark in front, which Spark
    takes off a file's first line alone: a line is the same wherever files are cut. `row_id` rises by one from
    line to line of a split; `number_lines` makes line numbers of it.
    """
    # Only \n ends a line: a lone \r is white space of JSON, and \r\n leaves it at the end.
    lines = spark.read.option("lineSep", "\n").text(list(paths))
    without_mark = F.substring(F.col("value").cast("binary"), 1 + len(_MARK.encode()), _LONGEST_BYTES)
    return lines.select(
        F.when(F.col("value").startswith(_MARK), without_mark.cast("string"))
        .otherwise(F.col("value"))
        .alias("value"),
        F.col("_metadata.file_path").alias("source_file"),
        F.col("_metadata.file_block_start").alias("block_start"),
        F.monotonically_increasing_id().alias("row_id"),
    )


def number_lines(rows: DataFrame) -> DataFrame:
    """Replace block_start and row_id by `source_line` (from 1) and `input_order`.

    `input_order` orders lines by file and line, whatever the splits.

    Args:
        rows: One or more rows per line, all of the lines of `read_lines`; read twice, so persist it.
    """
    splits = rows.groupBy(*_SPLIT).agg(
        F.min("row_id").alias("first_row_id"), (F.max("row_id") - F.min("row_id") + 1).alias("lines")
    )
    # One row per split of a file, not per line: one partition holds them all.
    in_file = Window.partitionBy("source_file").orderBy("block_start")
    in_all = Window.orderBy("source_file", "block_start")
    before = F.sum("lines").over(in_file.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    before_in_all = F.sum("lines").over(in_all.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    offsets = splits.select(
        *_SPLIT,
        (before - F.col("lines") - F.col("first_row_id") + 1).alias("to_line"),
        (before_in_all - F.col("lines") - F.col("first_row_id")).alias("to_order"),
    )
    placed = rows.join(F.broadcast(offsets), on=list(_SPLIT), how="inner")
    kept = [name for name in rows.columns if name not in ("block_start", "row_id")]
    return placed.select(
        *kept,
        (F.col("row_id") + F.col("to_line")).alias("source_line"),
        (F.col("row_id") + F.col("to_order")).alias("input_order"),
    )
