"""Which responses a run scores, and what there is to choose from."""

from collections.abc import Sequence
from datetime import date
from functools import reduce

from pyspark.sql import DataFrame, Window, functions as F

_CHOICES = {"level": "level", "language": "language", "school": "school_id", "channel": "channel"}


def select_cohort(  # noqa: PLR0913 - one argument for each way of choosing
    responses: DataFrame,
    *,
    levels: Sequence[str] = (),
    languages: Sequence[str] = (),
    school_ids: Sequence[str] = (),
    channels: Sequence[str] = (),
    learners: DataFrame | None = None,
    start_date: date | None = None,
    end_date: date | None = None,
) -> DataFrame:
    """Return the responses of a selection, unchanged; what is not given selects all.

    Args:
        responses: silver.responses.
        levels: Levels m0 … m15 that the response was given on.
        languages: Language codes.
        school_ids: Pseudonyms of schools.
        channels: Tenants.
        learners: Rows with a learner_id each, pseudonyms; need not be unique.
        start_date: First day, UTC.
        end_date: Last day, UTC, inclusive.
    """
    chosen = {"level": levels, "language": languages, "school_id": school_ids, "channel": channels}
    conditions = [F.col(name).isin(*values) for name, values in chosen.items() if values]
    if start_date:
        conditions.append(F.col("response_date") >= F.lit(start_date))
    if end_date:
        conditions.append(F.col("response_date") <= F.lit(end_date))
    selected = responses.where(reduce(lambda one, other: one & other, conditions, F.lit(True)))
    if learners is None:
        return selected
    of_learners = selected.join(learners.select("learner_id"), on="learner_id", how="left_semi")
    return of_learners.select(*responses.columns)


def what_exists(responses: DataFrame, *, most: int = 20) -> DataFrame:
    """Return what can be selected: at most `most` values of each kind, those with most responses.

    Args:
        responses: silver.responses.
        most: Values kept of each kind.

    Returns:
        One row per `kind` (level, language, school, channel) and `value`, with the number of `learners` and
        `responses`; values that are null are left out.
    """
    choices = F.array(
        *(F.struct(F.lit(kind).alias("kind"), F.col(name).alias("value")) for kind, name in _CHOICES.items())
    )
    counted = (
        responses.select("learner_id", F.inline(choices))
        .where(F.col("value").isNotNull())
        .groupBy("kind", "value", "learner_id")
        .agg(F.count(F.lit(1)).alias("responses"))
        .groupBy("kind", "value")
        .agg(F.count(F.lit(1)).alias("learners"), F.sum("responses").alias("responses"))
    )
    by_size = Window.partitionBy("kind").orderBy(F.col("responses").desc(), "value")
    ranked = counted.withColumn("place", F.row_number().over(by_size))
    return ranked.where(F.col("place") <= most).drop("place").orderBy("kind", "value")
