"""Products of dimensions and ratings → weights: never negative, drawn toward the prior, judged held-out.

    rating ≈ a + β·x, β ≥ 0, least squares + λ · Σ_d var(x_d) · (β_d - s·w_d)²

w are the weights in force and s their best scale, so that λ → ∞ leaves them as they are (a ridge toward a
prior, Hoerl & Kennard 1970). λ is chosen, and the gain judged, on learners that a fit has not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import nnls

from engagement.errors import InputError
from engagement.gold.jackknife import T_QUANTILE
from engagement.schemas.enums import Dimension

Floats = NDArray[np.float64]
# Ten observations a parameter (Harrell 2001): four dimensions and a constant; and a learner for each bucket.
LEAST_LABELS, LEAST_LEARNERS = 50, 20
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_FOLDS, _INNER_FOLDS = 5, 4


@dataclass(frozen=True)
class FittedWeights:
    """What came of a fit.

    Attributes:
        weights: Weight by dimension; they sum to 1.
        before: Correlation of the score with the ratings under the weights in force.
        after: The same under weights fitted without the learners in question.
        gain: `after` less `before`.
        gain_low: Lower end of the gain's 90 % interval (jackknife over buckets of learners).
        gain_high: Its upper end.
        strength: λ of the final fit.
    """

    weights: Mapping[str, float]
    before: float
    after: float
    gain: float
    gain_low: float
    gain_high: float
    strength: float

    @property
    def told(self) -> str:
        """What came of it, in a sentence."""
        weights = ", ".join(f"{name} {weight:.2f}" for name, weight in self.weights.items())
        return (
            f"weights {weights}; correlation of score and rating, learners held out: {self.after:.3f} "
            f"against {self.before:.3f} before, gained {self.gain:+.3f} "
            f"(90 % interval {self.gain_low:+.3f} to {self.gain_high:+.3f})"
        )


def weights_file(fitted: FittedWeights, *, labels: int, learners: int, made_at: datetime) -> str:
    """Return the file for `score.weights_file`: the weights and where they come from, as YAML."""
    origin = (
        f"fitted to {labels} labels of {learners} learners on {made_at:%Y-%m-%d}, never negative, drawn "
        f"toward the weights before with strength {fitted.strength:g}; {fitted.told}"
    )
    # To four decimals, and still to the sum of 1.
    rounded = {name: round(weight, 4) for name, weight in fitted.weights.items()}
    largest = max(rounded, key=lambda name: rounded[name])
    rounded[largest] = round(1 - sum(weight for name, weight in rounded.items() if name != largest), 4)
    return yaml.safe_dump({"origin": origin, "dimension_weights": rounded}, sort_keys=False, width=100)


def check_enough(labels: int, learners: int) -> None:
    """Raise InputError where there are too few labels to fit on; the message says how many it takes."""
    if labels < LEAST_LABELS or learners < LEAST_LEARNERS:
        raise InputError(
            f"Too few labels: {labels} can be used, of {learners} learners; needed are {LEAST_LABELS}, "
            f"of {LEAST_LEARNERS} learners, each with scored responses in the four weeks before."
        )


def fit_weights(grams: Floats, prior: Mapping[str, float]) -> FittedWeights:
    """Return the weights fitted on all labels, and what such a fit gains on learners it has not seen.

    Args:
        grams: float64 (buckets, 6, 6): per bucket of learners the sums of products of 1, the dimensions'
            points and the rating.
        prior: The weights in force.

    Raises:
        InputError: no dimension goes with the ratings, or they are all the same.
    """
    toward = np.array([prior[dimension] for dimension in Dimension], dtype=np.float64)
    folds = np.arange(len(grams)) % min(_FOLDS, len(grams))
    lines = np.empty((len(grams), 5))
    for fold in range(_FOLDS):
        seen = grams[folds != fold]
        lines[folds == fold] = _line(seen.sum(axis=0), toward, _strength(seen, toward))
    strength = _strength(grams, toward)
    slopes = _line(grams.sum(axis=0), toward, strength)[1:]
    if slopes.sum() <= 0:
        raise InputError(
            "No dimension goes with the ratings (are they the wrong way round?): nothing to fit."
        )
    usual = np.tile(np.concatenate([[0.0], toward]), (len(grams), 1))
    everybody = np.arange(len(grams))
    before, after = (_correlation(grams, each, everybody) for each in (usual, lines))
    without = [
        _correlation(grams, lines, rest) - _correlation(grams, usual, rest)
        for rest in (np.delete(everybody, bucket) for bucket in everybody)
    ]
    spread = float(np.sqrt((len(grams) - 1) * np.var(without)))
    gain = after - before
    return FittedWeights(
        {
            dimension.value: float(weight)
            for dimension, weight in zip(Dimension, slopes / slopes.sum(), strict=True)
        },
        before,
        after,
        gain,
        gain - T_QUANTILE * spread,
        gain + T_QUANTILE * spread,
        strength,
    )


def _line(gram: Floats, toward: Floats, strength: float) -> Floats:
    """Return float64 (5,): constant and slopes of the fit on one (6, 6) matrix of sums of products."""
    means = gram[0] / gram[0, 0]
    spreads = gram / gram[0, 0] - np.outer(means, means)
    of_points, with_rating = spreads[1:5, 1:5], spreads[1:5, 5]
    explained = float(toward @ of_points @ toward)
    scale = max(0.0, float(toward @ with_rating) / explained) if explained > 0 else 0.0
    # A dimension that does not vary keeps its prior: the penalty alone decides.
    penalty = strength * np.diag(np.maximum(np.diag(of_points), 1e-6))
    root = np.linalg.cholesky(of_points + penalty)
    wanted = np.linalg.solve(root, with_rating + scale * penalty @ toward)
    slopes, _ = nnls(root.T, wanted)
    return np.concatenate([[means[5] - slopes @ means[1:5]], slopes])


def _strength(grams: Floats, toward: Floats) -> float:
    """Return the λ with the least squared error on buckets that the fit has not seen."""
    folds = np.arange(len(grams)) % min(_INNER_FOLDS, len(grams))

    def error(strength: float) -> float:
        total = 0.0
        for fold in np.unique(folds):
            line = _line(grams[folds != fold].sum(axis=0), toward, strength)
            signed = np.concatenate([line, [-1.0]])
            total += float(signed @ grams[folds == fold].sum(axis=0) @ signed)
        return total

    return min(STRENGTHS, key=error)


def _correlation(grams: Floats, lines: Floats, buckets: NDArray[np.intp]) -> float:
    """Return the correlation of ratings and lines, each bucket with its own (5,) line."""
    chosen, own = grams[buckets], lines[buckets]
    count, told, squares = (float(chosen[:, a, b].sum()) for a, b in ((0, 0), (0, 5), (5, 5)))
    guessed = float(np.einsum("bi,bi->", own, chosen[:, 0, :5]))
    guessed_squares = float(np.einsum("bi,bij,bj->", own, chosen[:, :5, :5], own))
    products = float(np.einsum("bi,bi->", own, chosen[:, :5, 5]))
    variances = (squares - told**2 / count) * (guessed_squares - guessed**2 / count)
    if variances <= 1e-12:
        raise InputError("The ratings, or the scores beside them, are all the same: nothing to fit.")
    return float((products - told * guessed / count) / np.sqrt(variances))
