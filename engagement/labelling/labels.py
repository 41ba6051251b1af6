"""A file of ratings → each beside what the score knew at the time; no row is lost in silence."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, SparkSession, functions as F

from engagement.errors import InputError
from engagement.gold.formula import AVERAGE
from engagement.gold.jackknife import bucket_of_learner
from engagement.gold.sums import exact_sum, from_millionths
from engagement.pseudonyms import with_pseudonyms
from engagement.schemas.enums import Dimension
from engagement.settings import ScoreSettings

COLUMNS = ("learner", "date", "rating")
# What a teacher has in mind when asked about a learner: the last four weeks.
WINDOW_DAYS = 28
# 1, the dimensions, the rating: the sums of their products are all that a fit takes.
VARIABLES = ("one", *Dimension, "rating")
_PSEUDONYM = "^[0-9a-f]{32}$"


class LabelFate(StrEnum):
    """What became of a row of the file."""

    USED = "used"
    NO_LEARNER = "no_learner"
    BAD_DATE = "bad_date"
    BAD_RATING = "bad_rating"
    UNKNOWN_LEARNER = "unknown_learner"
    NO_RESPONSES = "no_responses"


def read_labels(spark: SparkSession, path: str) -> DataFrame:
    """Return the rows of a CSV file with a header, as text.

    Raises:
        InputError: the file is empty, or lacks one of `COLUMNS`.
    """
    rows = spark.read.csv(path, header=True, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise InputError(
            f"Labels {path}: no column {', '.join(missing)}; expected a CSV file with the header "
            f"{','.join(COLUMNS)}, got {','.join(rows.columns) or 'an empty file'}."
        )
    return rows.select(*COLUMNS)


def coded_labels(rows: DataFrame, secret: bytes) -> DataFrame:
    """Return learner_id, date, rating, `copies` and `fate`: one row per distinct row of the file.

    `learner` is a raw id, hashed here, or a learner_id of the tables. `fate` is null where nothing is wrong.

    Args:
        rows: `read_labels`.
        secret: Key of the pseudonyms.
    """
    named = with_pseudonyms(
        rows.select("*", F.col("learner").alias("raw")), secret, {"hashed_id": ("learner", "raw")}
    )
    rating = F.expr("try_cast(rating as double)")
    typed = named.select(
        F.when(F.col("learner").rlike(_PSEUDONYM), F.col("learner"))
        .otherwise(F.col("hashed_id"))
        .alias("learner_id"),
        F.expr("try_cast(date as date)").alias("date"),
        F.when(~F.isnan(rating) & (F.abs(rating) < 1e6), rating).alias("rating"),
        (F.coalesce("learner", F.lit("")) == "").alias("is_nameless"),
    )
    fate = (
        F.when(F.col("is_nameless"), LabelFate.NO_LEARNER)
        .when(F.col("date").isNull(), LabelFate.BAD_DATE)
        .when(F.col("rating").isNull(), LabelFate.BAD_RATING)
    )
    columns = ("learner_id", "date", "rating")
    return typed.groupBy(*columns, fate.alias("fate")).agg(F.count(F.lit(1)).alias("copies"))


def labelled_scores(labels: DataFrame, response_engagement: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Add to every label the dimensions' points as the score has them, and finish `fate`.

    One row per row of `labels`. The points are those of the responses in the `WINDOW_DAYS` up to and with the
    date, shrunk toward the average with n/(n+k); 0 where a dimension is missing. Null without a response.

    Args:
        labels: `coded_labels`.
        response_engagement: gold.response_engagement of one selection.
        settings: `prior_responses`, k of the shrinkage.
    """
    scored = response_engagement.where(F.col("engagement").isNotNull())
    day = F.col("responded_at").cast("date")
    answers = scored.select(F.col("learner_id").alias("whose"), day.alias("day"), *Dimension)
    known = answers.select("whose").distinct().select(F.col("whose").alias("known_id"))
    keys = ("learner_id", "date", "rating", "copies", "fate")
    in_window = (
        (F.col("learner_id") == F.col("whose"))
        & (F.col("day") <= F.col("date"))
        & (F.col("day") > F.date_sub("date", WINDOW_DAYS))
        & F.col("fate").isNull()
    )
    beside = labels.join(known, F.col("learner_id") == F.col("known_id"), "left").join(
        answers, in_window, "left"
    )
    summed = beside.groupBy(*keys, "known_id").agg(
        F.count("day").alias("responses"), *(_shrunk(dimension, settings) for dimension in Dimension)
    )
    fate = F.coalesce(
        "fate",
        F.when(F.col("known_id").isNull(), LabelFate.UNKNOWN_LEARNER)
        .when(F.col("responses") == 0, LabelFate.NO_RESPONSES)
        .otherwise(LabelFate.USED),
    )
    return summed.select("learner_id", "date", "rating", "copies", fate.alias("fate"), *Dimension)


def fates(labelled: DataFrame) -> tuple[dict[str, int], int]:
    """Return how many rows of the file met which fate, and of how many learners the used ones are."""
    counted = labelled.groupBy("fate").agg(
        F.sum("copies").alias("rows"), F.countDistinct("learner_id").alias("learners")
    )
    told = {row["fate"]: row for row in counted.collect()}
    learners = told[LabelFate.USED]["learners"] if LabelFate.USED in told else 0
    return {fate.value: told[fate]["rows"] for fate in LabelFate if fate in told}, learners


def grams(labelled: DataFrame) -> NDArray[np.float64]:
    """Return float64 (buckets, 6, 6): per bucket of learners (jackknife.py), the sums of products.

    Of 1, the dimensions' points and the rating, over the labels used; nothing else of them is collected.
    """
    used = labelled.where(F.col("fate") == LabelFate.USED).withColumn("one", F.lit(1.0))
    places = [(a, b) for a in range(len(VARIABLES)) for b in range(a, len(VARIABLES))]
    summed = used.groupBy(bucket_of_learner().alias("bucket")).agg(
        *(
            from_millionths(exact_sum(F.col("copies") * F.col(VARIABLES[a]) * F.col(VARIABLES[b]))).alias(
                f"{a}_{b}"
            )
            for a, b in places
        )
    )
    rows = summed.orderBy("bucket").collect()
    matrices = np.zeros((len(rows), len(VARIABLES), len(VARIABLES)))
    for a, b in places:
        matrices[:, a, b] = matrices[:, b, a] = [row[f"{a}_{b}"] for row in rows]
    return matrices


def _shrunk(dimension: Dimension, settings: ScoreSettings) -> Column:
    count = F.count(F.when(F.col("day").isNotNull(), F.col(dimension)))
    points = F.coalesce(from_millionths(exact_sum(F.col(dimension) - AVERAGE)), F.lit(0.0))
    return (points / (count + F.lit(settings.prior_responses))).alias(dimension)
