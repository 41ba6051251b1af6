"""Counts and sums of observations → moments → figures: the formula of each kind of measure.

Step by step in columns of their own: written as one expression, a partial correlation repeats its sums a
hundred times, and Spark would compile each of them.
"""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.measures import Kind, of_kind
from engagement.gold.sums import from_millionths

# Sums are kept in whole millionths: below this, a variance may be nothing but their rounding.
_LEAST_VARIANCE = 1e-5
NUMBERS = ("x", "y", "z")
PRODUCTS = tuple((a, b) for place, a in enumerate(NUMBERS) for b in NUMBERS[place:])
SUMS = ("n", *NUMBERS, *(a + b for a, b in PRODUCTS))
# What a residual takes of everybody: the means, and the plane fitted by least squares.
MOMENTS = ("mean_x", "mean_y", "mean_z", "slope_y", "slope_z")
# What the other kinds take of their own rows.
CORRELATIONS = (
    "covariance_xy",
    "covariance_yy",
    "covariance_zz",
    *(f"correlation_{p}" for p in ("xy", "xz", "yz")),
)


def with_moments(sums: DataFrame) -> DataFrame:
    """Add means, covariances, correlations and the least-squares plane x = a + slope_y·y + slope_z·z.

    The rows stay. Null: not defined, for want of rows or of variation.

    Args:
        sums: Rows with n (count) and the sums of x, y, z and of their products, in millionths.
    """
    means = sums.select(
        "*",
        *(
            F.when(F.col("n") > 0, from_millionths(F.col(name)) / F.col("n")).alias(f"mean_{name}")
            for name in SUMS[1:]
        ),
    )
    covariances = means.select(
        "*",
        *(
            (F.col(f"mean_{a}{b}") - F.col(f"mean_{a}") * F.col(f"mean_{b}")).alias(f"covariance_{a}{b}")
            for a, b in PRODUCTS
        ),
    )
    related = covariances.select(
        "*",
        *(_correlation(a, b).alias(f"correlation_{a}{b}") for a, b in ("xy", "xz", "yz")),
        (_covariance("yy") * _covariance("zz") - _covariance("yz") * _covariance("yz")).alias("determinant"),
    )
    return related.select("*", _slope("y", "z").alias("slope_y"), _slope("z", "y").alias("slope_z"))


def figure() -> Column:
    """Return a row's figure by the kind of its measure; null where it is not defined.

    The row has its own moments and, as `all_*`, those of everybody.
    """
    by_kind = {
        Kind.MEAN: F.col("mean_x"),
        Kind.CORRELATION: F.col("correlation_xy"),
        Kind.RELIABILITY: _lengthened(F.col("correlation_xy")),
        Kind.DIFFERENCE: _difference(),
        Kind.PARTIAL: _partial(),
        Kind.RESIDUAL: _residual(),
    }
    return F.coalesce(
        *(F.when(F.col("figure").isin(*of_kind(kind)), value) for kind, value in by_kind.items())
    )


def _lengthened(halves: Column) -> Column:
    """Return the correlation of wholes out of that of halves (Spearman 1910, Brown 1910)."""
    return F.when(halves > -1, 2 * halves / (1 + halves))


def _difference() -> Column:
    """Return the mean of x where y is 1 less that where y is 0: the slope of x on such a y."""
    return F.when(_covariance("yy") > _LEAST_VARIANCE, _covariance("xy") / _covariance("yy"))


def _partial() -> Column:
    """Return (r_xy - r_xz·r_yz) / √((1 - r_xz²)(1 - r_yz²)); where z does not vary, r_xy."""
    plain, of_x, of_y = (F.col(f"correlation_{pair}") for pair in ("xy", "xz", "yz"))
    left = (1 - of_x * of_x) * (1 - of_y * of_y)
    partial = F.when(left > _LEAST_VARIANCE, (plain - of_x * of_y) / F.sqrt(left))
    return F.when(_covariance("zz") > _LEAST_VARIANCE, partial).otherwise(plain)


def _residual() -> Column:
    """Return the mean of x less what everybody's plane leads one to expect of the means of y and z."""
    gap_x, gap_y, gap_z = (F.col(f"mean_{name}") - F.col(f"all_mean_{name}") for name in "xyz")
    return gap_x - F.col("all_slope_y") * gap_y - F.col("all_slope_z") * gap_z


def _covariance(pair: str) -> Column:
    return F.col(f"covariance_{pair}")


def _correlation(left: str, right: str) -> Column:
    variances = _covariance(left + left), _covariance(right + right)
    varies = (variances[0] > _LEAST_VARIANCE) & (variances[1] > _LEAST_VARIANCE)
    return F.when(varies, _covariance(left + right) / F.sqrt(variances[0] * variances[1]))


def _slope(name: str, other: str) -> Column:
    """Return the plane's slope along `name`; where only one of the two varies, the line's along that."""
    own, others = _covariance(name + name), _covariance(other + other)
    plane = (_covariance("x" + name) * others - _covariance("x" + other) * _covariance("yz")) / F.col(
        "determinant"
    )
    line = F.when(own > _LEAST_VARIANCE, _covariance("x" + name) / own).when(own.isNotNull(), 0.0)
    return F.when(F.col("determinant") > _LEAST_VARIANCE, plane).otherwise(line)
