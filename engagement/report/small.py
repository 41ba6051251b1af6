"""Small classes: what rests on too few learners is left out before anything is collected."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.report.figures import ALL


def with_total(rows: DataFrame, column: str) -> DataFrame:
    """Return every row twice: once under its value of the column, once under `ALL`."""
    return rows.withColumn(column, F.explode(F.array(F.lit(ALL), column)))


def without_small(
    cells: DataFrame,
    *,
    minimum: int,
    siblings: Mapping[str, Sequence[str]],
    counts: Mapping[str, Sequence[str]] | None = None,
) -> DataFrame:
    """Leave out the rows with too few learners, and blank the figures that rest on too few.

    Hiding one row of those that sum to a total would tell it by subtraction: as long as all that is hidden
    together is fewer than the minimum, the next smallest goes as well.

    Args:
        cells: Rows with `learners` and the columns named below.
        minimum: Fewest learners that are shown.
        siblings: Per column with a total (`ALL`), the columns within which its other values sum to it.
        counts: Per further count of learners, the figures that rest on it; with the count they are
            blanked: counts are 0, others null.
    """
    counts = counts or {}
    told = {"learners": (), **counts}
    marked = cells.select("*", *(_too_few(name, minimum, siblings).alias(f"_{name}_few") for name in told))
    kinds = dict(cells.dtypes)
    figures = {figure: name for name, rest_on_it in counts.items() for figure in rest_on_it}

    def shown(column: str) -> Column:
        if column in counts:
            return F.when(F.col(f"_{column}_few"), 0).otherwise(F.col(column)).alias(column)
        if column in figures:
            blank = F.lit(0 if kinds[column] == "bigint" else None)
            return F.when(F.col(f"_{figures[column]}_few"), blank).otherwise(F.col(column)).alias(column)
        return F.col(column)

    return marked.where(~F.col("_learners_few")).select(*(shown(column) for column in cells.columns))


def _too_few(count: str, minimum: int, siblings: Mapping[str, Sequence[str]]) -> Column:
    few, number = F.col(count) < minimum, F.col(count)
    hidden = few
    for column, within in siblings.items():
        together = Window.partitionBy(F.col(column).eqNullSafe(ALL), *within)
        small = F.sum(F.when(few, number)).over(together)
        own = F.struct(number, column)
        smallest_shown = F.min(F.when(~few, own)).over(together)
        tells = F.coalesce((small > 0) & (small < minimum), F.lit(False))
        hidden = hidden | (tells & own.eqNullSafe(smallest_shown))
    return hidden
