"""models/<name>/model.yaml + model.onnx → a checked onnxruntime session, one a worker."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

from engagement.errors import ModelError
from engagement.inference.description import ModelDescription, Tensor, parse_description
from engagement.inference.providers import CUDA, providers, why_no_cuda
from engagement.resources import model_files

_DTYPES = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(int64)": "int64"}

_LOAD_FAULTS = (
    onnx_errors.Fail,
    onnx_errors.InvalidArgument,
    onnx_errors.InvalidGraph,
    onnx_errors.InvalidProtobuf,
    onnx_errors.NotImplemented,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Model:
    """A model that is what its description says.

    Attributes:
        description: What model.yaml tells.
        session: The onnxruntime session.
    """

    description: ModelDescription
    session: onnxruntime.InferenceSession

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return the outputs by name; the first axis of every array is the clips, none is allowed."""
        if len(next(iter(inputs.values()))) == 0:
            return {tensor.name: _no_clips(tensor) for tensor in self.description.outputs}
        names = [tensor.name for tensor in self.description.outputs]
        return dict(zip(names, self.session.run(names, dict(inputs)), strict=True))


@lru_cache(maxsize=64)
def load_model(name: str, *, threads: int = 1, require_gpu: bool = False, device: int = 0) -> Model:
    """Load a model once per worker.

    Args:
        name: Folder of models/, or a path to a model folder.
        threads: Threads of the session; tasks of one machine share its cores.
        require_gpu: Refuse to run on the CPU.
        device: Number of the GPU to run on, where there are any.

    Raises:
        ModelError: the folder is incomplete, altered, or its files disagree; or there is no GPU to be had.
    """
    folder, description, graph = _read_model(name)
    try:
        session = _session(graph, threads=threads, require_gpu=require_gpu, device=device)
    except _LOAD_FAULTS as error:
        raise ModelError(f"{folder}/model.onnx cannot be loaded: {error}") from error
    _check_tensors("inputs", description.inputs, session.get_inputs(), folder)
    _check_tensors("outputs", description.outputs, session.get_outputs(), folder)
    return Model(description=description, session=session)


def describe_model(name: str) -> ModelDescription:
    """Return what a model is without loading it: the driver needs no accelerator for that.

    Raises:
        ModelError: the folder is incomplete or altered.
    """
    return _read_model(name)[1]


def require_input(model: Model, name: str, *, content: str, columns: int) -> None:
    """Refuse a model that was made for another front end.

    Raises:
        ModelError: the model has no such input, or it holds something else.
    """
    described = {tensor.name: tensor for tensor in model.description.inputs}
    where = f"model.yaml of {model.description.name!r}: inputs"
    if name not in described:
        raise ModelError(f"{where} names {', '.join(described)}; expected {name}.")
    tensor = described[name]
    if (tensor.content, tensor.shape[1:]) != (content, (columns,)):
        raise ModelError(
            f"{where}.{name} is {tensor.content} {list(tensor.shape)}; this version makes {content} "
            f"[clips, {columns}]: retrain with models/training."
        )


def _read_model(name: str) -> tuple[Traversable, ModelDescription, bytes]:
    folder = model_files(name)
    graph = _read(folder, "model.onnx")
    description = parse_description(_read(folder, "model.yaml"), where=f"{folder}/model.yaml")
    found = hashlib.sha256(graph).hexdigest()
    if found != description.sha256:
        raise ModelError(
            f"{folder}/model.onnx has the SHA-256 {found}; sha256 in model.yaml is {description.sha256}: "
            "the file was altered, or its description was not renewed."
        )
    return folder, description, graph


def _read(folder: Traversable, file: str) -> bytes:
    try:
        return folder.joinpath(file).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder}/{file} cannot be read: {error}") from error


def _session(graph: bytes, *, threads: int, require_gpu: bool, device: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=providers(device=device))
    if CUDA not in session.get_providers():
        if require_gpu:
            raise ModelError(f"voice.require_gpu is true, but CUDA cannot start: {why_no_cuda()}.")
        logger.info("onnxruntime runs on the CPU, %d thread(s)", threads)
    return session


def _no_clips(tensor: Tensor) -> NDArray[Any]:
    shape = (0, *(size for size in tensor.shape[1:] if isinstance(size, int)))
    return np.zeros(shape, dtype=np.dtype(tensor.dtype))


def _check_tensors(
    field: str, described: tuple[Tensor, ...], actual: list[onnxruntime.NodeArg], folder: Traversable
) -> None:
    """Compare names, types and sizes; an axis that the graph leaves open fits any name."""
    got = {node.name: (_DTYPES.get(node.type, node.type), tuple(node.shape)) for node in actual}
    wanted = {tensor.name: (tensor.dtype, tensor.shape) for tensor in described}
    if set(got) != set(wanted):
        raise ModelError(
            f"{folder}/model.yaml: {field} names {', '.join(wanted)}; model.onnx has {', '.join(got)}."
        )
    for name, (dtype, shape) in wanted.items():
        got_dtype, got_shape = got[name]
        sizes = [size if isinstance(size, int) else None for size in shape]
        got_sizes = [size if isinstance(size, int) else None for size in got_shape]
        if (dtype, sizes) != (got_dtype, got_sizes):
            raise ModelError(
                f"{folder}/model.yaml: {field}.{name} is {dtype} {list(shape)}; "
                f"model.onnx has {got_dtype} {list(got_shape)}."
            )
