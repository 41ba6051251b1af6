"""What a text or a tablet leads one to expect: nuisance effects, shrunk, from closed periods."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.periods import closed_sums
from engagement.gold.sums import exact_sum, left_join, mean_of


def expectations(
    observed: DataFrame,
    *,
    keys: Sequence[str],
    parents: Sequence[str],
    measures: Sequence[str],
    prior_responses: float,
) -> DataFrame:
    """Return what to expect of each measure by key, shrunk toward its parent with n/(n+k).

    One row per `keys` and period: `expected_<measure>` and `parent_<measure>`, in the measure's unit. Null
    where not even the parent has a value.

    Args:
        observed: One row per response with `keys`, period, latest_period and the measures (null: unknown).
        keys: What has the effect: a text at its level, a tablet.
        parents: What it is shrunk toward; some of `keys`.
        measures: The columns that are affected.
        prior_responses: k, responses.
    """
    counts = [f"count_{measure}" for measure in measures]
    sums = [f"sum_{measure}" for measure in measures]
    counted = observed.groupBy(*keys, "period", "latest_period").agg(
        *(F.count(measure).alias(f"count_{measure}") for measure in measures),
        *(exact_sum(F.col(measure)).alias(f"sum_{measure}") for measure in measures),
    )
    of_parents = counted.groupBy(*parents, "period", "latest_period").agg(
        *(F.sum(name).alias(name) for name in (*counts, *sums))
    )
    # Shrinkage takes care of small numbers: one value is base enough.
    paired = {count: [total] for count, total in zip(counts, sums, strict=True)}
    children = closed_sums(counted, keys=keys, measures=paired, minimum=1)
    parent_means = closed_sums(of_parents, keys=parents, measures=paired, minimum=1).select(
        *parents,
        "period",
        *(
            mean_of(F.col(f"sum_{measure}"), F.col(f"count_{measure}")).alias(f"parent_{measure}")
            for measure in measures
        ),
    )
    joined = left_join(children, parent_means, on=[*parents, "period"])
    return joined.select(
        *keys,
        "period",
        *(_shrunk(measure, prior_responses).alias(f"expected_{measure}") for measure in measures),
        *(f"parent_{measure}" for measure in measures),
    )


def _shrunk(measure: str, prior_responses: float) -> Column:
    count, parent = F.col(f"count_{measure}"), F.col(f"parent_{measure}")
    own = F.coalesce(mean_of(F.col(f"sum_{measure}"), count), parent)
    return parent + count / (count + F.lit(prior_responses)) * (own - parent)
