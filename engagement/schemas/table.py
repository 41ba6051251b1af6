"""What a table is: its name, its columns with meaning and unit, its key and its partitioning."""

from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import types as T


@dataclass(frozen=True)
class Table:
    """One Delta table of the warehouse.

    Attributes:
        name: `layer.table`; the table lies in the folder `<paths.warehouse>/<layer>/<table>`.
        comment: What one row is.
        columns: The columns in order; every one has a comment with its meaning and unit.
        key: The columns that tell rows apart.
        partitioned_by: The columns that the files are partitioned by.
        skipped_by: The columns whose least and greatest value Delta keeps per file, so that readers can skip
            it; none named: the first 32. An id that stands there outlives its row.
        keeps_changes: Whether a reader can ask what came since a version (Delta's change data feed).
    """

    name: str
    comment: str
    columns: tuple[T.StructField, ...]
    key: tuple[str, ...]
    partitioned_by: tuple[str, ...] = ()
    skipped_by: tuple[str, ...] = ()
    keeps_changes: bool = False

    @cached_property
    def schema(self) -> T.StructType:
        """The columns as Spark's schema."""
        return T.StructType(list(self.columns))

    @property
    def made_columns(self) -> list[T.StructField]:
        """The columns that a transform makes: all but those that the writer adds, cohort and lineage."""
        added = {"cohort", *(column.name for column in LINEAGE)}
        return [column for column in self.columns if column.name not in added]

    @property
    def column_names(self) -> list[str]:
        """The names of the columns in table order."""
        return [column.name for column in self.columns]


def column(name: str, kind: T.DataType, comment: str, *, required: bool = False) -> T.StructField:
    """Return one column; `required` columns are never null (checked by the transforms' tests)."""
    return T.StructField(name, kind, nullable=True, metadata={"comment": comment, "required": required})


STRING, LONG, INTEGER, DOUBLE = T.StringType(), T.LongType(), T.IntegerType(), T.DoubleType()
BOOLEAN, TIMESTAMP, DATE = T.BooleanType(), T.TimestampType(), T.DateType()

LINEAGE = (
    column("run_id", STRING, "Run that wrote the row (ops.runs)"),
    column("written_at", TIMESTAMP, "When the run that wrote the row began, UTC"),
)
