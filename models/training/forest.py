"""Extremely randomised trees, and their ONNX operator.

Geurts, Ernst & Wehenkel, "Extremely randomized trees" (Machine Learning 63, 2006). They see rates, pauses and
spectra on scales of their own, and mix well with learners that measure distances.
"""

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from sklearn.ensemble import ExtraTreesRegressor

from models.training.graphs import ML_DOMAIN, GraphBuilder

Forest = ExtraTreesRegressor


def fit_forest(
    features: NDArray[np.float64],
    targets: NDArray[np.float64],
    *,
    trees: int,
    least_clips: int,
    clip_weights: NDArray[np.float64] | None = None,
) -> Forest:
    """Fit targets to features.

    Args:
        features: float64 (clips, features).
        targets: float64 (clips, targets).
        trees: How many.
        least_clips: Fewest clips of a leaf.
        clip_weights: float64 (clips,), how much each clip counts; None: equally.
    """
    forest = Forest(trees, min_samples_leaf=least_clips, max_features=0.3, random_state=0)
    return forest.fit(features, targets, sample_weight=clip_weights)


def forest_scores(graph: GraphBuilder, rows: str, forest: Forest) -> str:
    """Add the trees; returns the name of a float64 (clips, targets) tensor."""
    trees = [each.tree_ for each in forest.estimators_]
    counts = [tree.node_count for tree in trees]
    is_leaf = np.concatenate([tree.children_left for tree in trees]) < 0
    tree_ids = np.repeat(np.arange(len(trees)), counts)
    node_ids = np.concatenate([np.arange(count) for count in counts])
    # (nodes, targets); a leaf's share of the mean over trees.
    values = np.concatenate([tree.value[:, :, 0] for tree in trees])[is_leaf] / len(trees)
    targets = values.shape[1]
    output = graph.node(
        "TreeEnsembleRegressor",
        [rows],
        domain=ML_DOMAIN,
        n_targets=targets,
        nodes_treeids=tree_ids.tolist(),
        nodes_nodeids=node_ids.tolist(),
        nodes_featureids=_joined(trees, "feature", is_leaf),
        nodes_values_as_tensor=_doubles(np.concatenate([tree.threshold for tree in trees])),
        nodes_modes=np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_truenodeids=_joined(trees, "children_left", is_leaf),
        nodes_falsenodeids=_joined(trees, "children_right", is_leaf),
        target_treeids=np.repeat(tree_ids[is_leaf], targets).tolist(),
        target_nodeids=np.repeat(node_ids[is_leaf], targets).tolist(),
        target_ids=np.tile(np.arange(targets), int(is_leaf.sum())).tolist(),
        target_weights_as_tensor=_doubles(values.ravel()),
    )
    return graph.node("Cast", [output], to=TensorProto.DOUBLE)


def _joined(trees: list[object], name: str, is_leaf: NDArray[np.bool_]) -> list[int]:
    return list(np.where(is_leaf, 0, np.concatenate([getattr(tree, name) for tree in trees])).tolist())


def _doubles(values: NDArray[np.float64]) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=np.float64), "values")
