"""The trend of engagement: a weighted line through points in time, with its interval, in closed form."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.formula import NORMAL_QUANTILE
from engagement.gold.sums import exact_sum, from_millionths

FEWEST_POINTS = 3
# A slope per week out of less than half a week would be an extrapolation.
SHORTEST_SPAN_WEEKS = 0.5
_MICROSECONDS_PER_WEEK = 604_800e6
_ORIGIN_MICROSECONDS = 1_577_836_800_000_000


def weeks_since_origin(moment: Column) -> Column:
    """Return the weeks since 2020-01-01, UTC: numbers small enough for exact sums of their squares."""
    return (F.unix_micros(moment) - _ORIGIN_MICROSECONDS) / F.lit(_MICROSECONDS_PER_WEEK)


def add_trend(summed: DataFrame, *, prior_freedom: float = 0.0) -> DataFrame:
    """Add `trend`, `trend_low` and `trend_high`, points per week, out of weighted sums.

    The points are means over several responses (of a session, or of a day), so that answers of one
    sitting, which are alike, do not pass for independent. Null with fewer than three points
    or within half a week.

    Few points tell little of how far they scatter about their line. With `prior_freedom` the variance is
    drawn toward that of all rows of the language together, as if so many more degrees of freedom had shown
    it (the moderated t of Smyth 2004, with a prior that is stated instead of fitted).

    Args:
        summed: Rows with points (count), scored (sum of weights), weeks, score, weeks_squares, score_squares,
            weeks_score (weighted sums in millionths), started_at and ended_at.
        prior_freedom: Degrees of freedom of the language's common variance; 0: each row by itself.
    """
    weight = F.col("scored").cast("double")
    weeks, score = from_millionths(F.col("weeks")), from_millionths(F.col("score"))
    centred = summed.select(
        "*",
        (from_millionths(F.col("weeks_squares")) - weeks * weeks / weight).alias("sxx"),
        (from_millionths(F.col("score_squares")) - score * score / weight).alias("syy"),
        (from_millionths(F.col("weeks_score")) - weeks * score / weight).alias("sxy"),
    )
    span_weeks = (F.unix_micros("ended_at") - F.unix_micros("started_at")) / F.lit(_MICROSECONDS_PER_WEEK)
    told = (F.col("points") >= FEWEST_POINTS) & (span_weeks >= SHORTEST_SPAN_WEEKS) & (F.col("sxx") > 1e-6)
    lines = centred.select(
        *summed.columns,
        F.when(told, F.col("sxy") / F.col("sxx")).alias("trend"),
        F.when(told, F.col("sxx")).alias("sxx"),
        F.when(told, F.greatest(F.col("syy") - F.col("sxy") * F.col("sxy") / F.col("sxx"), F.lit(0.0))).alias(
            "scatter"
        ),
        F.when(told, F.col("points") - 2).alias("own_freedom"),
    )
    fitted = lines.transform(_add_variance, prior_freedom).select(
        *summed.columns,
        "trend",
        F.when(
            F.col("freedom") > 0,
            F.sqrt(F.col("variance") / F.col("sxx")) * _student_quantile(F.col("freedom")),
        ).alias("half_width"),
    )
    return fitted.select(
        *summed.columns,
        "trend",
        (F.col("trend") - F.col("half_width")).alias("trend_low"),
        (F.col("trend") + F.col("half_width")).alias("trend_high"),
    )


def _add_variance(lines: DataFrame, prior_freedom: float) -> DataFrame:
    """Add `variance` of a point of weight 1 about its line, and the degrees of `freedom` behind it."""
    scatter, freedom = F.col("scatter"), F.col("own_freedom")
    if not prior_freedom:
        return lines.select("*", (scatter / freedom).alias("variance"), freedom.alias("freedom"))
    of_language = Window.partitionBy("language")
    common = from_millionths(exact_sum(scatter).over(of_language)) / F.sum(freedom).over(of_language)
    return lines.select(
        "*",
        ((scatter + F.lit(prior_freedom) * common) / (freedom + F.lit(prior_freedom))).alias("variance"),
        (freedom + F.lit(prior_freedom)).alias("freedom"),
    )


def _student_quantile(freedom: Column) -> Column:
    """Return Student's quantile for the interval level (Abramowitz & Stegun 1964, 26.7.5).

    Of one degree of freedom it gives 5.6 where 6.3 is right; from three on it is right to a hundredth.
    """
    z = NORMAL_QUANTILE
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return F.lit(z) + first / freedom + second / (freedom * freedom) + third / (freedom * freedom * freedom)
