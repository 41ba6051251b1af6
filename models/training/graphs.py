"""Fitted regressions → ONNX graphs; weights are stored as float32 and multiplied as float64.

In double precision the order of a sum cannot be seen: a clip's scores are the same in any batch.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.training.kernel_ridge import LARGEST_DEVIATION, KernelRidge

OPSET = 17
ML_DOMAIN, _ML_OPSET = "ai.onnx.ml", 3
_IR_VERSION = 8  # what onnxruntime 1.22 reads


class GraphBuilder:
    """Collects the nodes and weights of one graph."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def weight(self, values: NDArray[np.generic] | float) -> str:
        """Add a constant and return its name."""
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def stored(self, values: NDArray[np.float32]) -> str:
        """Add a constant of many numbers, kept in single precision, and return the name of it in double."""
        return self.node("Cast", [self.weight(values)], to=TensorProto.DOUBLE)

    def node(self, kind: str, inputs: Sequence[str], name: str | None = None, **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        output = name or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def first_output(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add a node with two outputs, of which the second is not needed; return the first one's name."""
        output = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output, f"{output}_rest"], **attributes))
        return output

    def build(self, name: str, inputs: dict[str, int], outputs: dict[str, int]) -> bytes:
        """Return the serialised graph; inputs and outputs are float64 (clips, columns)."""
        graph = helper.make_graph(
            self._nodes,
            name,
            [_tensor(tensor, columns) for tensor, columns in inputs.items()],
            [_tensor(tensor, columns) for tensor, columns in outputs.items()],
            self._weights,
        )
        opsets = [helper.make_opsetid("", OPSET)]
        if any(node.domain == ML_DOMAIN for node in self._nodes):
            opsets.append(helper.make_opsetid(ML_DOMAIN, _ML_OPSET))
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())


def squared_distances(
    graph: GraphBuilder, rows: str, model: KernelRidge, *, support: str | None = None
) -> str:
    """Add the squared distances of rows to the support, over the features that the model uses.

    Args:
        graph: The graph.
        rows: Name of a float64 (clips, features) tensor.
        model: The regression.
        support: Name of a float64 (clips, features) tensor that holds its support; None: it is added.

    Returns:
        Name of a float64 (clips, support) tensor.
    """
    used = np.flatnonzero(model.scale)
    columns = graph.weight(used)
    whole = support or graph.stored(model.support)
    theirs = graph.node("Gather", [whole, columns], axis=1)
    own = graph.node("Gather", [rows, columns], axis=1)
    centred = graph.node("Sub", [own, graph.weight(model.centre[used])])
    scaled = graph.node("Mul", [centred, graph.weight(model.scale[used])])
    bounds = [graph.weight(-LARGEST_DEVIATION), graph.weight(LARGEST_DEVIATION)]
    standard = graph.node("Clip", [scaled, *bounds])
    product = graph.node("MatMul", [standard, graph.node("Transpose", [theirs], perm=[1, 0])])
    squares = graph.node("ReduceSum", [graph.node("Mul", [standard, standard]), graph.weight(np.array([1]))])
    lengths = (model.support[:, used].astype(np.float64) ** 2).sum(axis=1)
    sums = graph.node("Add", [squares, graph.weight(lengths)])
    return graph.node("Sub", [sums, graph.node("Mul", [product, graph.weight(2.0)])])


def regression(graph: GraphBuilder, squared: str, model: KernelRidge) -> str:
    """Add the regression over squared distances; returns the name of a float64 (clips, targets) tensor."""
    distance = graph.node("Max", [squared, graph.weight(0.0)])
    kernel = graph.node("Exp", [graph.node("Mul", [distance, graph.weight(-model.gamma)])])
    return graph.node(
        "Add", [graph.node("MatMul", [kernel, graph.weight(model.weights)]), graph.weight(model.offset)]
    )


def _tensor(name: str, columns: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["clips", columns])
