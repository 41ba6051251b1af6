"""Files that cannot be read, told from the others once reading all of them has failed.

A set of files that cannot be read is halved until the bad ones stand alone, so that finding one among many
costs about one more reading, spread over the executors like any other, and a good day pays nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.bronze.files import escaped
from engagement.errors import InputError
from engagement.reasons import reason_of
from engagement.schemas import INGESTED_FILES, REJECTED
from engagement.schemas.enums import Reject

READ_FAILURES = (Py4JJavaError, PySparkException)
_LISTINGS = 3
# What a decompressor says of content that no second reading will heal.
_DAMAGE = re.compile(
    "EOFException|ZipException|unexpected end of|incorrect (header|data) check|[Bb]ad block header|crc|BZip2"
    "|invalid (block|stored|distance|code|bit)|not (a|in) (gzip|bzip2)|inflat",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lost:
    """The files that cannot be read.

    Attributes:
        damaged: Whose content is broken: they are read again when they change.
        out_of_reach: Which are gone or may not be read: the next run tries again.
    """

    damaged: tuple[str, ...] = ()
    out_of_reach: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.damaged, *self.out_of_reach)

    def counted(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return counts of events and rejects with one more of each for every file that cannot be read."""
        if not self.paths:
            return dict(counts)
        more = len(self.paths)
        told = {name: counts.get(name, 0) + more for name in ("events", "rejected")}
        return {**counts, **told, f"rejected_{Reject.FILE_UNREADABLE}": more}

    def rejected_rows(self, files: DataFrame) -> list[DataFrame]:
        """Return bronze.rejected without lineage, one row per file: nothing where all can be read.

        Args:
            files: Rows of `engagement.bronze.files.list_files`.
        """
        if not self.paths:
            return []
        is_damaged = F.col("path").isin(*self.damaged)
        detail = F.when(is_damaged, "its content is damaged or cut off").otherwise(
            "it is gone or may not be read"
        )
        values = {
            "source_file": F.col("source_file"),
            "line_bytes": F.col("bytes"),
            "reason": F.lit(Reject.FILE_UNREADABLE.value),
            "detail": detail,
        }
        rows = self._of(files, self.paths).select(
            *(
                values.get(column.name, F.lit(None).cast(column.dataType)).alias(column.name)
                for column in REJECTED.made_columns
            )
        )
        return [rows]

    def ledger_rows(self, files: DataFrame, *, kind: str) -> DataFrame:
        """Return bronze.ingested_files without lineage: the damaged files, each counting as one reject."""
        one, none = F.lit(1).cast("bigint"), F.lit(0).cast("bigint")
        counts = {"lines": none, "events": one, "kept": none, "duplicates": none, "rejected": one}
        values = {"kind": F.lit(kind), **counts}
        return self._of(files, self.damaged).select(
            *(
                values.get(name, F.col(name)).alias(name)
                for name in (c.name for c in INGESTED_FILES.made_columns)
            )
        )

    @staticmethod
    def _of(files: DataFrame, paths: tuple[str, ...]) -> DataFrame:
        return files.where(F.col("path").isin(*paths))


def listed(list_now: Callable[[], DataFrame]) -> tuple[DataFrame, int]:
    """Return a listing, persisted, and its length; list again where a file goes away meanwhile."""
    for _ in range(_LISTINGS - 1):
        files = list_now().persist()
        try:
            return files, files.count()
        except READ_FAILURES:
            files.unpersist()
    files = list_now().persist()
    return files, files.count()


def find_unreadable(spark: SparkSession, files: DataFrame, failure: Exception) -> Lost:
    """Return which of the files cannot be read.

    Args:
        spark: The session.
        files: Rows of `engagement.bronze.files.list_files`.
        failure: What reading all of them raised.

    Raises:
        Exception: `failure` itself, where every file can be read.
        InputError: none of them can, and not for their content: the store is out of reach.
    """
    paths = sorted(row["path"] for row in files.select("path").collect())
    lost = _among(spark, paths)
    if not lost.paths:
        raise failure
    if len(lost.out_of_reach) == len(paths):
        raise InputError(f"None of {len(paths)} input files can be read: {reason_of(failure)}") from failure
    return lost


def _among(spark: SparkSession, paths: list[str]) -> Lost:
    try:
        rows = spark.read.option("lineSep", "\n").text([escaped(path) for path in paths])
        rows.agg(F.sum(F.octet_length("value"))).collect()
    except READ_FAILURES as failure:
        if len(paths) > 1:
            half = len(paths) // 2
            first, second = _among(spark, paths[:half]), _among(spark, paths[half:])
            return Lost(first.damaged + second.damaged, first.out_of_reach + second.out_of_reach)
        is_damaged = _DAMAGE.search(_all_words(failure)) is not None
        return Lost(damaged=tuple(paths)) if is_damaged else Lost(out_of_reach=tuple(paths))
    return Lost()


def _all_words(failure: Exception) -> str:
    return f"{reason_of(failure)} {failure}"
