"""Small networks of one hidden layer, trained side by side from different starts and averaged.

Hansen & Salamon, "Neural network ensembles" (IEEE PAMI 12, 1990). Their mean is itself one network, whose
hidden layer is all of theirs: so it is kept, and run.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from models.training.graphs import GraphBuilder
from models.training.kernel_ridge import LARGEST_DEVIATION, standardise


@dataclass(frozen=True)
class Networks:
    """The mean of fitted networks.

    Attributes:
        centre: float64 (features,), subtracted first.
        scale: float64 (features,), multiplied next; 0 leaves a feature out.
        first: float32 (features, hidden), weights into the hidden layers.
        first_offset: float64 (hidden,).
        second: float64 (hidden, targets), weights out of them, divided by the number of networks.
        second_offset: float64 (targets,).
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    first: NDArray[np.float32]
    first_offset: NDArray[np.float64]
    second: NDArray[np.float64]
    second_offset: NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """How the networks are trained.

    Attributes:
        count: Networks.
        hidden: Units of each one's hidden layer.
        penalty: On the squared weights.
        epochs: Passes over the clips; few of them, so that none learns the speakers by heart.
    """

    count: int = 8
    hidden: int = 64
    penalty: float = 3.0
    epochs: int = 15


def fit_networks(
    features: NDArray[np.float64],
    targets: NDArray[np.float64],
    *,
    recipe: Recipe,
    clip_weights: NDArray[np.float64] | None = None,
    used: NDArray[np.bool_] | None = None,
) -> Networks:
    """Fit targets to features.

    Args:
        features: float64 (clips, features).
        targets: float64 (clips, targets).
        recipe: How.
        clip_weights: float64 (clips,), how much each clip counts; None: equally.
        used: bool (features,), features to use; None: all.
    """
    keep = np.ones(features.shape[1], dtype=np.bool_) if used is None else used
    deviation = features.std(axis=0)
    centre = features.mean(axis=0)
    scale = np.where(keep & (deviation > 1e-9), 1 / np.maximum(deviation, 1e-9), 0.0)
    offset, spread = targets.mean(axis=0), targets.std(axis=0)
    rows, wanted = standardise(features, centre, scale), (targets - offset) / spread
    fitted = [_fit_one(rows, wanted, recipe, clip_weights, seed) for seed in range(recipe.count)]
    first = np.hstack([one.coefs_[0] for one in fitted]).astype(np.float32)
    second = np.vstack([one.coefs_[1].reshape(recipe.hidden, -1) for one in fitted]) * spread / recipe.count
    last = np.mean([one.intercepts_[1] for one in fitted], axis=0) * spread + offset
    return Networks(centre, scale, first, np.hstack([one.intercepts_[0] for one in fitted]), second, last)


def predict_networks(model: Networks, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 (clips, targets) for features: float64 (clips, features)."""
    rows = standardise(features, model.centre, model.scale)
    hidden = np.maximum(rows @ model.first.astype(np.float64) + model.first_offset, 0)
    return np.asarray(hidden @ model.second + model.second_offset)


def network_scores(graph: GraphBuilder, rows: str, model: Networks) -> str:
    """Add the networks; returns the name of a float64 (clips, targets) tensor."""
    node, weight = graph.node, graph.weight
    scaled = node("Mul", [node("Sub", [rows, weight(model.centre)]), weight(model.scale)])
    standard = node("Clip", [scaled, weight(-LARGEST_DEVIATION), weight(LARGEST_DEVIATION)])
    entered = node("MatMul", [standard, graph.stored(model.first)])
    hidden = node("Relu", [node("Add", [entered, weight(model.first_offset)])])
    left = node("MatMul", [hidden, weight(model.second)])
    return node("Add", [left, weight(model.second_offset)])


def _fit_one(
    rows: NDArray[np.float64],
    wanted: NDArray[np.float64],
    recipe: Recipe,
    clip_weights: NDArray[np.float64] | None,
    seed: int,
) -> MLPRegressor:
    network = MLPRegressor(
        hidden_layer_sizes=(recipe.hidden,),
        alpha=recipe.penalty,
        learning_rate_init=1e-3,
        batch_size=min(64, len(rows)),
        max_iter=recipe.epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped early on purpose
        return network.fit(rows, wanted, sample_weight=clip_weights)
