"""Drivers of the phase scores → sentences with a next step, per learner and for the class."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.drivers import CHANGE_SUFFIX
from engagement.gold.indicators import INDICATORS, Unit
from engagement.gold.sums import exact_sum, left_join, mean_of
from engagement.gold.texts import InsightTexts

# Half a point moves nobody on a scale of 100: below it an insight would be talk.
LEAST_POINTS = 0.5
MOST_PER_DIRECTION = 3
# The class of one learner is that learner: he has his own rows.
SMALLEST_CLASS = 2

_STAGE = ("language", "level", "phase")
_UNIT = ("learner_id", *_STAGE)


def tell_insights(phases: DataFrame, texts: InsightTexts) -> DataFrame:
    """Return gold.insights without cohort and lineage: up to three drivers up and three down.

    One row per driver worth telling, of each learner's scored phase, and of the class (learner_id null): of
    a language, level and phase with at least two scored learners. A driver is worth telling from half a
    point on, when its figures point the same way as its contribution and differ as printed. Of an
    indicator's level and change in one direction only the greater is told.

    Args:
        phases: gold.phase_engagement of one selection.
        texts: The sentences, in the language of the reader.
    """
    scored = phases.where(F.col("engagement").isNotNull())
    drivers = scored.select(*_UNIT, "responses", F.inline("drivers")).where(F.col("dimension").isNotNull())
    together = drivers.select(*_UNIT, *_DRIVER).unionByName(_class_drivers(scored, drivers))
    printed = _printed(together, texts)
    return _strongest(printed).select(
        "learner_id",
        *_STAGE,
        "driver",
        "direction",
        "contribution",
        F.col("rank").cast("int").alias("rank"),
        _sentence(texts).alias("sentence"),
        _lookup(texts.next_steps, F.concat_ws(" ", "indicator", "direction")).alias("next_step"),
    )


_DRIVER = ("driver", "contribution", "value", "reference")


def _class_drivers(scored: DataFrame, drivers: DataFrame) -> DataFrame:
    """Return each driver's mean over a stage's learners, weighing responses as the references do.

    Who lacks the driver counts as 0 points.
    """
    sizes = scored.groupBy(*_STAGE).agg(
        F.countDistinct("learner_id").alias("learners"), F.sum("responses").alias("responses")
    )
    weight = F.col("responses")
    summed = drivers.groupBy(*_STAGE, "driver").agg(
        exact_sum(weight * F.col("contribution")).alias("contribution"),
        exact_sum(weight * F.col("value")).alias("value"),
        exact_sum(weight * F.col("reference")).alias("reference"),
        F.sum(weight).alias("told"),
    )
    of_stages = left_join(summed, sizes, on=_STAGE).where(F.col("learners") >= SMALLEST_CLASS)
    return of_stages.select(
        F.lit(None).cast("string").alias("learner_id"),
        *_STAGE,
        "driver",
        mean_of(F.col("contribution"), F.col("responses")).alias("contribution"),
        mean_of(F.col("value"), F.col("told")).alias("value"),
        mean_of(F.col("reference"), F.col("told")).alias("reference"),
    )


def _printed(drivers: DataFrame, texts: InsightTexts) -> DataFrame:
    """Add indicator, direction and the printed figures; keep what is worth telling."""
    units = {indicator.name: str(indicator.unit) for indicator in INDICATORS}
    # More of some indicators lowers the score: which way a figure must differ from its reference.
    signs = {indicator.name: str(max(indicator.signs.values(), key=abs)) for indicator in INDICATORS}
    named = drivers.select(
        "*",
        F.regexp_replace("driver", f"{CHANGE_SUFFIX}$", "").alias("indicator"),
        F.when(F.col("contribution") > 0, "up").otherwise("down").alias("direction"),
    )
    unit = _lookup(units, F.col("indicator"))
    printed = named.select(
        "*",
        _figure(F.col("value"), unit, texts).alias("printed_value"),
        _figure(F.col("reference"), unit, texts).alias("printed_reference"),
        ((F.col("value") - F.col("reference")) * _lookup(signs, F.col("indicator")).cast("int")).alias(
            "gain"
        ),
    )
    agrees = F.signum("gain") == F.signum("contribution")
    differs = F.col("printed_value") != F.col("printed_reference")
    return printed.where((F.abs("contribution") >= LEAST_POINTS) & agrees & differs)


def _strongest(printed: DataFrame) -> DataFrame:
    strongest_first = (F.desc(F.abs("contribution")), F.asc("driver"))
    of_indicator = Window.partitionBy(*_UNIT, "indicator", "direction").orderBy(*strongest_first)
    of_direction = Window.partitionBy(*_UNIT, "direction").orderBy(*strongest_first)
    of_unit = Window.partitionBy(*_UNIT).orderBy(*strongest_first)
    once = printed.withColumn("repeated", F.row_number().over(of_indicator)).where(F.col("repeated") == 1)
    few = once.withColumn("place", F.row_number().over(of_direction)).where(
        F.col("place") <= MOST_PER_DIRECTION
    )
    return few.withColumn("rank", F.row_number().over(of_unit))


def _sentence(texts: InsightTexts) -> Column:
    who = F.when(F.col("learner_id").isNull(), texts.subjects["class"]).otherwise(texts.subjects["learner"])
    sentence = _lookup(texts.sentences, F.concat_ws(" ", "driver", "direction"))
    for placeholder, filling in (
        ("{who}", who),
        ("{value}", F.col("printed_value")),
        ("{reference}", F.col("printed_reference")),
    ):
        sentence = F.replace(sentence, F.lit(placeholder), filling)
    return sentence


def _figure(value: Column, unit: Column, texts: InsightTexts) -> Column:
    shown = F.when(unit == Unit.SHARE, 100 * value).otherwise(value)
    return F.coalesce(
        *(
            F.when(unit == name, F.regexp_replace(F.format_string(unit_format, shown), "-(?=[0-9])", "−"))
            for name, unit_format in texts.unit_formats.items()
        )
    )


def _lookup(texts: Mapping[str, str], key: Column) -> Column:
    return F.create_map(*(F.lit(entry) for pair in texts.items() for entry in pair))[key]
