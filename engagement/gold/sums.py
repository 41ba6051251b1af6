"""Sums and joins whose result does not depend on how rows lie in partitions."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, functions as F

# Doubles summed in another order differ in their last bits; whole millionths do not.
UNITS_PER_ONE = 1_000_000


def exact_sum(value: Column) -> Column:
    """Return the sum of `value` in whole millionths (bigint); null where there is no value.

    With values up to 100, a bigint holds the sum of 90 billion of them, and of 900 million squares.
    """
    return F.sum(F.rint(value * UNITS_PER_ONE).cast("bigint"))


def exact_square(value: Column) -> Column:
    """Return the square of `value` as `exact_sum` rounds it, so that a constant keeps no variance."""
    rounded = F.rint(value * UNITS_PER_ONE) / UNITS_PER_ONE
    return rounded * rounded


def from_millionths(total: Column) -> Column:
    """Return a sum of `exact_sum` in the value's own unit (double)."""
    return total.cast("double") / F.lit(float(UNITS_PER_ONE))


def mean_of(total: Column, count: Column) -> Column:
    """Return the mean out of an exact sum and its count; null where there are no values."""
    return F.when(count > 0, from_millionths(total) / count)


def left_join(left: DataFrame, right: DataFrame, *, on: Sequence[str]) -> DataFrame:
    """Join `right`, unique by `on`, to every row of `left`; null equals null."""
    renamed = right.select(
        *(F.col(name).alias(f"right_{name}") for name in on),
        *(name for name in right.columns if name not in on),
    )
    same = reduce(
        lambda left_side, right_side: left_side & right_side,
        (F.col(name).eqNullSafe(F.col(f"right_{name}")) for name in on),
    )
    return left.join(renamed, same, "left").drop(*(f"right_{name}" for name in on))


def between(value: Column, low: float, high: float) -> Column:
    """Return `value` held within [low, high]; null stays null."""
    return F.when(value.isNotNull(), F.least(F.greatest(value, F.lit(low)), F.lit(high)))
