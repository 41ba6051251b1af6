"""Input folders → the files in them, and which of those no run has read yet."""

import re

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.errors import InputError


def list_files(spark: SparkSession, folder: str) -> DataFrame:
    """Return one row per file under `folder`, sub-folders included: source_file, path, bytes, modified_at.

    `source_file` is the name that the rows of the file carry (a URI, encoded); `path` is the one to open it
    by. Nothing of the files is read. Left out are names that begin with `_` or `.`, and files of 0 bytes.

    Raises:
        InputError: there is no such folder.
    """
    try:
        listed = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(folder)
    except AnalysisException as error:
        raise InputError(f"Input folder {folder} does not exist or cannot be listed.") from error
    return listed.select(
        F.col("_metadata.file_path").alias("source_file"),
        "path",
        F.col("length").alias("bytes"),
        F.col("modificationTime").alias("modified_at"),
    )


def unread_files(files: DataFrame, ingested_files: DataFrame) -> DataFrame:
    """Return the rows of `files` that the ledger does not name with the same size and time of change."""
    return files.join(ingested_files, on=["source_file", "bytes", "modified_at"], how="left_anti")


def paths_to_read(files: DataFrame) -> list[str]:
    """Return the paths of `files`, sorted and escaped so that Spark takes no character for a wildcard.

    Raises:
        InputError: a file is compressed with Zstandard and this Spark has no codec for it.
    """
    paths = sorted(row["path"] for row in files.select("path").collect())
    zstandard = [path for path in paths if path.lower().endswith(".zst")]
    if zstandard and not _reads_zstandard(files.sparkSession):
        raise InputError(
            f"{zstandard[0]} is compressed with Zstandard ({len(zstandard)} such files), which this Spark "
            "cannot read: run on EMR or Databricks, or compress with gzip or bzip2."
        )
    return [escaped(path) for path in paths]


def escaped(path: str) -> str:
    """Return a path that Spark takes literally: no character of it is a wildcard."""
    return re.sub(r"([\\*?{}\[\]])", r"\\\1", path)


def _reads_zstandard(spark: SparkSession) -> bool:
    codecs = spark.sparkContext._jvm.org.apache.hadoop.io.compress  # type: ignore[union-attr]
    return bool(codecs.ZStandardCodec.isNativeCodeLoaded())
