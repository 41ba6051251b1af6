"""model.yaml → what a model is: every key checked, none unknown."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from reprlib import repr as shortened
from typing import Any

import yaml

from engagement.errors import ModelError


@dataclass(frozen=True)
class Tensor:
    """An input or output of the graph.

    Attributes:
        name: Name in the graph.
        shape: Sizes; a name stands for an axis of any length, the first is always the clips.
        dtype: float32, float64 or int64.
        content: What the numbers are: a front end of `engagement.audio`, or the scores and their unit.
        rate_hz: Sample rate of the audio behind an input, Hz; None for an output.
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    content: str
    rate_hz: int | None = None


@dataclass(frozen=True)
class ModelDescription:
    """What model.yaml says of model.onnx.

    Attributes:
        name: What the model judges: emotion or tone.
        inputs: The graph's inputs.
        outputs: The graph's outputs.
        labels: What the columns of the first output are, in order.
        opset: ONNX operator set.
        sha256: Hash of model.onnx, hex.
        licence: Licence of the weights.
        training_data: What it was trained on, with licence.
        figures: Measured, speaker-independent figures by name.
        emotions: For a model with labels of its own, which of our emotions each label is; null: none of them.
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    labels: tuple[str, ...]
    opset: int
    sha256: str
    licence: str
    training_data: str
    figures: dict[str, float]
    emotions: dict[str, str | None] | None = None

    @property
    def fingerprint(self) -> str:
        """Return what a score depends on, hex: the hash of model.onnx, and of what its labels mean here."""
        if self.emotions is None:
            return self.sha256
        return hashlib.sha256(f"{self.sha256} {sorted(self.emotions.items())}".encode()).hexdigest()


def parse_description(text: bytes, *, where: str) -> ModelDescription:
    """Parse a model.yaml.

    Args:
        text: Its content.
        where: Its path, for messages.

    Raises:
        ModelError: it is no YAML mapping, or a key is missing, unknown or of the wrong kind.
    """
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ModelError(f"{where} is not YAML: {error}") from error
    _check_keys(entries, ModelDescription, where, optional={"emotions"})
    return ModelDescription(
        name=_of(entries, "name", str, where),
        inputs=_tensors(entries, "inputs", where),
        outputs=_tensors(entries, "outputs", where),
        labels=tuple(str(label) for label in _of(entries, "labels", list, where)),
        opset=_of(entries, "opset", int, where),
        sha256=_of(entries, "sha256", str, where),
        licence=_of(entries, "licence", str, where),
        training_data=_of(entries, "training_data", str, where),
        figures=_of(entries, "figures", dict, where),
        emotions=_of(entries, "emotions", dict, where) if "emotions" in entries else None,
    )


def _tensors(entries: dict[str, Any], field: str, where: str) -> tuple[Tensor, ...]:
    tensors = []
    for place, entry in enumerate(_of(entries, field, list, where)):
        here = f"{where}: {field}[{place}]"
        _check_keys(entry, Tensor, here, optional={"rate_hz"})
        shape = tuple(_of(entry, "shape", list, here))
        tensors.append(Tensor(**{**entry, "shape": shape}))
    return tuple(tensors)


def _check_keys(entries: Any, kind: type, where: str, *, optional: Collection[str] = ()) -> None:
    if not isinstance(entries, dict):
        raise ModelError(f"{where} holds {type(entries).__name__}; expected keys with values.")
    known = {field.name for field in fields(kind)}
    unknown, missing = set(entries) - known, known - set(entries) - set(optional)
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise ModelError(f"{where}: unknown key {names}; known: {', '.join(sorted(known))}.")
    if missing:
        raise ModelError(f"{where}: missing key {', '.join(sorted(missing))}.")


def _of(entries: dict[str, Any], key: str, kind: type, where: str) -> Any:
    if not isinstance(entries[key], kind):
        raise ModelError(f"{where}: {key} is {shortened(entries[key])}; expected {kind.__name__}.")
    return entries[key]
