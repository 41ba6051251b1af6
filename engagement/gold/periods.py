"""Closed periods of event time: what a score may be measured against without moving afterwards.

A response of a period is measured against everything that lies *before* that period. The first periods have
too little before them: they share a base, which ends with the first closed period by which there is enough.
So the references of a scored period change only with late arrivals for a closed period, never with a new
response. A period is closed when the population's latest event lies in a later one: event time decides,
never a clock. While no closed period holds enough, everything there is serves, and still moves.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window, WindowSpec, functions as F


def period_start(moment: Column, *, period_months: int) -> Column:
    """Return the first day of the period that holds `moment`: whole calendar months, counted from 1970."""
    months = (F.year(moment) - 1970) * 12 + F.month(moment) - 1
    return F.add_months(F.lit("1970-01-01").cast("date"), months - months % period_months)


def closed_sums(
    counted: DataFrame, *, keys: Sequence[str], measures: Mapping[str, Sequence[str]], minimum: int
) -> DataFrame:
    """Replace what each period holds by what its responses may be measured against.

    One row per `keys` and period, as in `counted`, where that is unique.

    Args:
        counted: Counts and sums of each period by itself, in exact types, with latest_period: the first day
            of the period that is still open.
        keys: What is measured (a language, a text, a tablet …).
        measures: Per column that counts a measure's values, the columns that sum over the same values.
        minimum: The base ends with the first closed period by which a measure has so many values.
    """
    sums = [name for count, others in measures.items() for name in (count, *others)]
    by_key = Window.partitionBy(*keys)
    so_far = by_key.orderBy("period").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    whole = by_key.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    running = counted.select(
        *keys,
        "period",
        "latest_period",
        *(F.sum(name).over(so_far).alias(name) for name in sums),
        *(F.coalesce(F.col(name), F.lit(0)).alias(f"own_{name}") for name in sums),
    )
    is_closed = F.col("period") < F.col("latest_period")
    based = running.select(
        "*",
        *(
            F.coalesce(
                F.min(F.when(is_closed & (F.col(count) >= minimum), F.col("period"))).over(whole),
                F.max("period").over(whole),
            ).alias(f"base_{count}")
            for count in measures
        ),
    )
    return based.select(
        *keys,
        "period",
        *(
            _measured_against(name, base=F.col(f"base_{count}"), whole=whole)
            for count, others in measures.items()
            for name in (count, *others)
        ),
    )


def _measured_against(name: str, *, base: Column, whole: WindowSpec) -> Column:
    at_base = F.max(F.when(F.col("period") == base, F.col(name))).over(whole)
    before = F.col(name) - F.col(f"own_{name}")
    return F.when(F.col("period") > base, before).otherwise(at_base).alias(name)
