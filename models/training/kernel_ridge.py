"""Kernel ridge regression: closed form, the same numbers on every run, small enough for a 2.5 MB graph.

Saunders, Gammerman & Vovk, "Ridge regression learning algorithm in dual variables" (ICML 1998), with
a Gaussian kernel. On the corpora here it equals support vector regression, and needs no library.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

# Features further out than this are held here: a strange microphone must not leave the training range.
LARGEST_DEVIATION = 4.0


@dataclass(frozen=True)
class KernelRidge:
    """A fitted regression of several targets.

    Attributes:
        centre: float64 (features,), subtracted first.
        scale: float64 (features,), multiplied next; 0 leaves a feature out.
        support: float32 (clips, features), the training clips, standardised.
        gamma: Width of the kernel exp(-gamma * squared distance).
        weights: float64 (clips, targets).
        offset: float64 (targets,).
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    support: NDArray[np.float32]
    gamma: float
    weights: NDArray[np.float64]
    offset: NDArray[np.float64]


def fit(
    features: NDArray[np.float64],
    targets: NDArray[np.float64],
    *,
    width: float,
    ridge: float,
    clip_weights: NDArray[np.float64] | None = None,
    used: NDArray[np.bool_] | None = None,
) -> KernelRidge:
    """Fit targets to features.

    Args:
        features: float64 (clips, features).
        targets: float64 (clips, targets).
        width: gamma, times the number of features.
        ridge: Penalty on the weights.
        clip_weights: float64 (clips,), how much each clip counts; None: equally.
        used: bool (features,), features to use; None: all.
    """
    keep = np.ones(features.shape[1], dtype=np.bool_) if used is None else used
    centre, deviation = features.mean(axis=0), features.std(axis=0)
    scale = np.where(keep & (deviation > 1e-9), 1 / np.maximum(deviation, 1e-9), 0.0)
    support = standardise(features, centre, scale).astype(np.float32)
    gamma = width / int(keep.sum())
    offset = targets.mean(axis=0)
    penalty = np.full(len(features), ridge) if clip_weights is None else ridge / clip_weights
    kernel = _kernel(support.astype(np.float64), support, gamma)
    weights = scipy.linalg.solve(kernel + np.diag(penalty), targets - offset, assume_a="pos")
    return KernelRidge(centre, scale, support, gamma, weights, offset)


def predict(model: KernelRidge, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 (clips, targets) for features: float64 (clips, features)."""
    kernel = _kernel(standardise(features, model.centre, model.scale), model.support, model.gamma)
    return np.asarray(kernel @ model.weights + model.offset)


def standardise(
    features: NDArray[np.float64], centre: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return float64 (clips, features), centred, scaled and held within the largest deviation."""
    return np.clip((features - centre) * scale, -LARGEST_DEVIATION, LARGEST_DEVIATION)


def _kernel(rows: NDArray[np.float64], support: NDArray[np.float32], gamma: float) -> NDArray[np.float64]:
    exact = support.astype(np.float64)
    squared = (rows**2).sum(axis=1)[:, None] + (exact**2).sum(axis=1) - 2 * rows @ exact.T
    return np.asarray(np.exp(-gamma * np.maximum(squared, 0)))
