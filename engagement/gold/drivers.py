"""What a score is made of: contributions in points that sum, with 50, to the score."""

from functools import reduce

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.formula import AVERAGE, engagement_weights
from engagement.gold.indicators import INDICATORS, Indicator
from engagement.gold.sums import between, from_millionths, mean_of
from engagement.gold.terms import CARRIED
from engagement.schemas.enums import Dimension
from engagement.schemas.nested import DRIVER
from engagement.settings import ScoreSettings

CHANGE_SUFFIX = "_change"
SHRINKAGE = "shrinkage"
EARLIER = "earlier"
# Takes off what would lie outside of 0–100; absent, nearly always.
LIMIT = "limit"


def add_drivers(with_means: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Add `total`, the score, and `drivers`: contributions, the largest first, summing with 50 to it.

    An indicator stands twice: under its name with its level (value: the unit's mean; reference: the
    population's), and as `<name>_change` (reference: the learner's own earlier mean). `shrinkage` is what
    thin evidence takes back: value is the responses, reference the k of n/(n+k) of what the learner does and
    achieves. `earlier` is what the learner's earlier responses put in its place: value is the score that they
    lead to expect, reference 50.
    """
    weights = engagement_weights(settings)
    entries = [_entry(indicator, term, weights) for indicator in INDICATORS for term in ("level", "change")]
    entries += [_shrinkage(weights, settings.carried_responses), _earlier(weights)]
    made = with_means.select("*", F.array_compact(F.array(*entries)).alias("contributions"))
    unlimited = made.withColumn(
        "unlimited",
        F.aggregate("contributions", F.lit(AVERAGE), lambda total, entry: total + entry["contribution"]),
    )
    excess = between(F.col("unlimited"), 0.0, 100.0) - F.col("unlimited")
    limit = F.when(excess != 0, _driver(LIMIT, None, excess, F.lit(None), F.lit(None)))
    all_entries = F.array_compact(F.concat("contributions", F.array(limit)))
    return unlimited.select(
        *with_means.columns,
        between(F.col("unlimited"), 0.0, 100.0).alias("total"),
        _largest_first(all_entries).alias("drivers"),
    )


def _entry(indicator: Indicator, term: str, weights: dict[Dimension, float]) -> Column:
    name, dimension = indicator.name, indicator.dimension
    points = from_millionths(F.col(f"{term}_{name}")) / F.col(f"count_{dimension}")
    against = ("reference", f"count_{name}") if term == "level" else ("usual", f"past_{name}")
    entry = _driver(
        name if term == "level" else f"{name}{CHANGE_SUFFIX}",
        dimension,
        weights[dimension] * points,
        _shown(indicator, mean_of(F.col(f"value_{name}"), F.col(f"count_{name}"))),
        _shown(indicator, mean_of(F.col(f"{against[0]}_{name}"), F.col(against[1]))),
    )
    return F.when(F.col(against[1]) > 0, entry)


def _shrinkage(weights: dict[Dimension, float], carried_responses: float) -> Column:
    taken_back = reduce(
        lambda left, right: left + right,
        (
            weights[d] * F.coalesce(F.col(f"mean_{d}"), F.lit(0.0)) * (F.col(f"trust_{d}") - 1)
            for d in Dimension
        ),
    )
    return _driver(SHRINKAGE, None, taken_back, F.col("scored").cast("double"), F.lit(carried_responses))


def _earlier(weights: dict[Dimension, float]) -> Column:
    carried = {d: weights[d] * F.col(f"carried_{d}") for d in CARRIED}
    expected = reduce(lambda left, right: left + right, carried.values())
    put_in = reduce(
        lambda left, right: left + right,
        (points * (1 - F.col(f"trust_{d}")) for d, points in carried.items()),
    )
    return F.when(put_in != 0, _driver(EARLIER, None, put_in, AVERAGE + expected, F.lit(AVERAGE)))


def _driver(
    name: str, dimension: str | None, contribution: Column, value: Column, reference: Column
) -> Column:
    fields = (F.lit(name), F.lit(dimension), contribution, value, reference)
    return F.struct(
        *(column.cast(f.dataType).alias(f.name) for column, f in zip(fields, DRIVER.fields, strict=True))
    )


def _shown(indicator: Indicator, mean: Column) -> Column:
    """Return a mean in the unit that a reader knows: of ln(1 + x), x."""
    return F.expm1(mean) if indicator.is_logarithm else mean


def _largest_first(entries: Column) -> Column:
    keyed = F.transform(
        entries, lambda entry: F.struct((-F.abs(entry["contribution"])).alias("order"), entry.alias("entry"))
    )
    return F.transform(F.sort_array(keyed), lambda keyed_entry: keyed_entry["entry"])
