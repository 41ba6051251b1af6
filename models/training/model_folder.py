"""A graph and what was measured → models/<name>/model.onnx and model.yaml."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.training.graphs import OPSET


@dataclass(frozen=True)
class Provenance:
    """Where weights come from: licence of the weights, and the data with its licence."""

    licence: str
    training_data: str


def write_model(
    folder: Path,
    graph: bytes,
    *,
    tensors: dict[str, list[dict[str, Any]]],
    labels: tuple[str, ...] | dict[str, str | None],
    provenance: Provenance,
    figures: dict[str, float],
) -> str:
    """Write a model folder; returns the hash of model.onnx.

    Args:
        folder: The folder to write into, named as the model.
        graph: The serialised graph.
        tensors: Entries of model.yaml for `inputs` and `outputs`.
        labels: What the columns of the first output are; of a model with labels of its own, with the one of
            our emotions that each is, or None.
        provenance: Licence and data.
        figures: Measured figures by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256(graph).hexdigest()
    description = {
        "name": folder.name,
        **tensors,
        "labels": list(labels),
        "opset": OPSET,
        "sha256": sha256,
        "licence": provenance.licence,
        "training_data": provenance.training_data,
        "figures": {name: round(value, 4) for name, value in figures.items()},
        **({"emotions": labels} if isinstance(labels, dict) else {}),
    }
    (folder / "model.onnx").write_bytes(graph)
    (folder / "model.yaml").write_text(
        yaml.safe_dump(description, sort_keys=False, width=100), encoding="utf-8"
    )
    return sha256


def tensor(name: str, columns: int, content: str, *, rate_hz: int | None = None) -> dict[str, Any]:
    """Return the entry of a float64 (clips, columns) tensor in model.yaml."""
    entry = {"name": name, "shape": ["clips", columns], "dtype": "float64", "content": content}
    return entry if rate_hz is None else {**entry, "rate_hz": rate_hz}
