"""Rows laid down between two stages of one step, and deleted when the step is over."""

from types import TracebackType

from pyspark.sql import DataFrame, SparkSession

from engagement.tables.stored import Warehouse


class Staging:
    """A folder of the warehouse for rows that several later queries start from.

    Unlike rows that are only persisted, they end the query that made them: what follows is planned from the
    files on, and is not lost with an executor. A run that died leaves them; the next one deletes them.
    """

    def __init__(self, spark: SparkSession, warehouse: Warehouse, step: str) -> None:
        """Take the folder `<warehouse>/_staging/<step>`; one run at a time writes a warehouse."""
        self._spark = spark
        self._folder = f"{warehouse.root.rstrip('/')}/_staging/{step}"

    def __enter__(self) -> "Staging":
        """Begin with an empty folder."""
        self._delete()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Delete the folder."""
        self._delete()

    def keep(self, name: str, rows: DataFrame) -> DataFrame:
        """Write rows under a name of their own; return them as read from there."""
        path = f"{self._folder}/{name}"
        rows.write.parquet(path)
        return self._spark.read.schema(rows.schema).parquet(path)

    def _delete(self) -> None:
        context = self._spark.sparkContext
        path = context._jvm.org.apache.hadoop.fs.Path(self._folder)  # type: ignore[union-attr]
        path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)
