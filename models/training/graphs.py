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
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())


def squared_distances(
    graph: GraphBuilder, rows: str, model: KernelRidge, *, columns: slice = slice(None)
) -> str:
    """Add the squared distances of rows to the support, over some of the model's features.

    Returns:
        Name of a float64 (clips, support) tensor.
    """
    support = graph.node("Cast", [graph.weight(model.support[:, columns])], to=TensorProto.DOUBLE)
    centred = graph.node("Sub", [rows, graph.weight(model.centre[columns])])
    scaled = graph.node("Mul", [centred, graph.weight(model.scale[columns])])
    bounds = [graph.weight(-LARGEST_DEVIATION), graph.weight(LARGEST_DEVIATION)]
    standard = graph.node("Clip", [scaled, *bounds])
    product = graph.node("MatMul", [standard, graph.node("Transpose", [support], perm=[1, 0])])
    own = graph.node("ReduceSum", [graph.node("Mul", [standard, standard]), graph.weight(np.array([1]))])
    theirs = (model.support[:, columns].astype(np.float64) ** 2).sum(axis=1)
    sums = graph.node("Add", [own, graph.weight(theirs)])
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
