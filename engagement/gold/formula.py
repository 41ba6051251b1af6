"""The constants of the engagement formula that follow from its settings, worked out once.

A response's dimension is the weighted mean of the standardised indicators at hand, on a scale where 50 is the
reference's average and 10 points are one standard deviation of a response with every indicator observed, were
these independent. Engagement weighs the dimensions on the same scale:

    engagement = 50 + Σ_d  w_d / ‖w‖ · (dimension_d − 50)

What a response lacks within a dimension passes its weight on: the indicators of a dimension measure the same
thing. A dimension that it lacks as a whole adds 0, the average: were the weight passed on to the others, a
lost recording would push the score away from 50, whichever way behaviour happened to point.
"""

from math import sqrt
from statistics import NormalDist

from engagement.gold.indicators import of_dimension
from engagement.schemas.enums import Dimension
from engagement.settings import ScoreSettings

AVERAGE = 50.0
POINTS_PER_DEVIATION = 10.0
# Beyond three standard deviations an answer says that something odd happened, not how much of it.
WINSORISED_AT = 3.0
INTERVAL_LEVEL = 0.90
# Half-width of the interval, standard deviations: 1.645.
NORMAL_QUANTILE = NormalDist().inv_cdf((1 + INTERVAL_LEVEL) / 2)


def points_scale(dimension: Dimension) -> float:
    """Return the points of the dimension per unit of the weighted mean of its standardised indicators."""
    return POINTS_PER_DEVIATION / sqrt(sum(indicator.weight**2 for indicator in of_dimension(dimension)))


def likeness_within_visit(dimension: Dimension) -> float:
    """Return the correlation to expect between a dimension's points at two responses of one visit.

    It is the share of the variance that comes from facts of the visit as a whole.
    """
    squares = [(indicator.weight**2, indicator.is_of_visit) for indicator in of_dimension(dimension)]
    return sum(square for square, is_of_visit in squares if is_of_visit) / sum(
        square for square, _ in squares
    )


def engagement_weights(settings: ScoreSettings) -> dict[Dimension, float]:
    """Return the points of engagement per point of each dimension: its weight over the weights' length."""
    length = sqrt(sum(weight**2 for weight in settings.dimension_weights.values()))
    return {dimension: settings.dimension_weights[dimension] / length for dimension in Dimension}
