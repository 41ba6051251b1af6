"""Small model folders that hear waveforms: the power of a clip decides between their labels."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from onnx import TensorProto, helper, numpy_helper

LABELS = ("loud", "soft", "noise")
# Scores are these times the clip's mean square, plus an offset.
SLOPES, OFFSETS = np.array([[40.0, -40.0, 0.0]]), np.array([[0.0, 2.0, -1.0]])
WAVEFORM = {
    "name": "waveform",
    "shape": ["clips", "samples"],
    "dtype": "float32",
    "content": "waveform/1",
    "rate_hz": 16_000,
}
MASK = {
    **WAVEFORM,
    "name": "attention_mask",
    "dtype": "int64",
    "content": "1 where the waveform is, 0 behind it",
}


def expected_probabilities(mean_squares: list[float]) -> np.ndarray:
    """Return float64 (clips, labels) for clips of these mean squares."""
    scores = np.exp(np.array(mean_squares)[:, None] * SLOPES + OFFSETS)
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def write_waveform_model(folder: Path, *, is_masked: bool, **changes: Any) -> Path:
    """Write a model folder, with keys of model.yaml changed where asked."""
    content = _graph(is_masked=is_masked)
    inputs = [WAVEFORM, MASK] if is_masked else [WAVEFORM]
    description = {
        "name": "loudness",
        "inputs": inputs,
        "outputs": [
            {"name": "probabilities", "shape": ["clips", 3], "dtype": "float32", "content": "probability"}
        ],
        "labels": list(LABELS),
        "opset": 17,
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": "MIT",
        "training_data": "none",
        "figures": {},
        "emotions": {"loud": "anger", "soft": "boredom", "noise": None},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    kept = {key: value for key, value in {**description, **changes}.items() if value != "left out"}
    (folder / "model.yaml").write_text(yaml.safe_dump(kept))
    return folder


def _graph(*, is_masked: bool) -> bytes:
    square = helper.make_node("Mul", ["waveform", "waveform"], ["square"])
    if is_masked:
        mean = [
            helper.make_node("Cast", ["attention_mask"], ["heard"], to=TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["square", "axis"], ["power"], keepdims=1),
            helper.make_node("ReduceSum", ["heard", "axis"], ["samples"], keepdims=1),
            helper.make_node("Div", ["power", "samples"], ["mean"]),
        ]
    else:
        mean = [helper.make_node("ReduceMean", ["square"], ["mean"], axes=[1], keepdims=1)]
    scores = [
        helper.make_node("Mul", ["mean", "slopes"], ["sloped"]),
        helper.make_node("Add", ["sloped", "offsets"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    weights = {"slopes": SLOPES, "offsets": OFFSETS}
    constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    axis = [numpy_helper.from_array(np.array([1]), "axis")] if is_masked else []
    inputs = [helper.make_tensor_value_info("waveform", TensorProto.FLOAT, ["clips", "samples"])]
    if is_masked:
        inputs.append(
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["clips", "samples"])
        )
    graph = helper.make_graph(
        [square, *mean, *scores],
        "loudness",
        inputs,
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["clips", 3])],
        [*constants, *axis],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
