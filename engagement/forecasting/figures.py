"""How good forecast probabilities are, in plain numpy: AUC, Brier, calibration error, a paired bootstrap."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 500
CALIBRATION_BINS = 10
_SEED = 7


def auc(outcomes: Floats, scores: Floats) -> float:
    """Return the share of pairs that `scores` put in order, ties counting half; nan without both outcomes.

    Args:
        outcomes: float64 (rows,), 0 or 1.
        scores: float64 (rows,), any unit.
    """
    positives = int(outcomes.sum())
    negatives = len(outcomes) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle_ranks = np.cumsum(counts) - (counts - 1) / 2
    total = float(middle_ranks[inverse][outcomes == 1].sum())
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def brier(outcomes: Floats, probabilities: Floats) -> float:
    """Return the mean squared difference of probability and outcome (Brier 1950)."""
    return float(np.mean((probabilities - outcomes) ** 2))


def calibration_error(outcomes: Floats, probabilities: Floats) -> float:
    """Return the mean gap of told and true share over `CALIBRATION_BINS` bins of equal numbers of rows."""
    bins = np.array_split(np.argsort(probabilities, kind="stable"), CALIBRATION_BINS)
    gaps = [
        len(rows) * abs(float(probabilities[rows].mean() - outcomes[rows].mean()))
        for rows in bins
        if len(rows)
    ]
    return sum(gaps) / len(outcomes)


def with_interval(
    figure: Callable[[NDArray[np.intp]], float], learners: NDArray[np.str_]
) -> tuple[float, float | None, float | None]:
    """Return a figure with its 90 % interval, by drawing whole learners again with replacement.

    Args:
        figure: The figure of the rows at some positions; nan where they have none.
        learners: str (rows,), whose row it is: the rows of one learner are not independent.
    """
    names, owner = np.unique(learners, return_inverse=True)
    rows_of = [np.flatnonzero(owner == number) for number in range(len(names))]
    draw = np.random.default_rng(_SEED)
    drawn = [
        figure(np.concatenate([rows_of[each] for each in draw.integers(0, len(names), len(names))]))
        for _ in range(RESAMPLES)
    ]
    told = [value for value in drawn if not np.isnan(value)]
    value = figure(np.arange(len(learners)))
    if not told:
        return value, None, None
    low, high = np.quantile(told, [0.05, 0.95])
    return value, float(low), float(high)


def residual_band(residuals: Floats) -> tuple[float, float] | None:
    """Return the band that holds a further residual with 90 %, from residuals of rows not fitted on.

    Split conformal prediction (Vovk et al. 2005), 5 % on each side; None below the 19 that it takes.
    """
    count = len(residuals)
    outside = int(0.05 * (count + 1))
    if outside < 1:
        return None
    ordered = np.sort(residuals)
    return float(ordered[outside - 1]), float(ordered[count - outside])
