"""Model folders: a good one runs, a bad one is refused with its file and field."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from onnx import TensorProto, helper

from engagement.errors import ModelError
from engagement.inference.runtime import load_model, require_input


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that doubles two columns."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["row", "row"], ["score"])],
        "doubling",
        [helper.make_tensor_value_info("row", TensorProto.DOUBLE, ["clips", 2])],
        [helper.make_tensor_value_info("score", TensorProto.DOUBLE, ["clips", 2])],
    )
    content = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    ).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(content)
    describe(
        tmp_path,
        name="doubling",
        inputs=[
            {"name": "row", "shape": ["clips", 2], "dtype": "float64", "content": "rows/1", "rate_hz": 16000}
        ],
        outputs=[{"name": "score", "shape": ["clips", 2], "dtype": "float64", "content": "twice"}],
        labels=["a", "b"],
        opset=17,
        sha256=hashlib.sha256(content).hexdigest(),
        licence="MIT",
        training_data="none",
        figures={},
    )
    return tmp_path


def describe(folder: Path, **changes: Any) -> None:
    """Write model.yaml, or change keys of it; None takes a key out."""
    path = folder / "model.yaml"
    entries = yaml.safe_load(path.read_text()) if path.exists() else {}
    entries = {key: value for key, value in {**entries, **changes}.items() if value is not None}
    path.write_text(yaml.safe_dump(entries))


def test_load_model__a_good_folder_runs(folder: Path) -> None:
    scores = load_model(str(folder)).run({"row": np.array([[1.0, 2.0], [3.0, 4.0]])})
    assert scores["score"].tolist() == [[2.0, 4.0], [6.0, 8.0]]


def test_load_model__no_clips_give_no_scores(folder: Path) -> None:
    assert load_model(str(folder)).run({"row": np.zeros((0, 2))})["score"].shape == (0, 2)


def test_load_model__is_loaded_once(folder: Path) -> None:
    assert load_model(str(folder)) is load_model(str(folder))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"licence": None}, r"model\.yaml: missing key licence"),
        ({"colour": "red"}, r"model\.yaml: unknown key colour"),
        ({"opset": "seventeen"}, r"model\.yaml: opset is 'seventeen'; expected int"),
        ({"sha256": "0" * 64}, r"model\.onnx has the SHA-256 .*; sha256 in model\.yaml is 0000"),
        ({"outputs": [{"name": "score"}]}, r"outputs\[0\]: missing key content, dtype, shape"),
        (
            {"inputs": [{"name": "wave", "shape": ["clips", 2], "dtype": "float64", "content": "rows/1"}]},
            r"model\.yaml: inputs names wave; model\.onnx has row",
        ),
        (
            {"inputs": [{"name": "row", "shape": ["clips", 3], "dtype": "float64", "content": "rows/1"}]},
            r"model\.yaml: inputs\.row is float64 \['clips', 3\]; model\.onnx has float64 \['clips', 2\]",
        ),
        (
            {"outputs": [{"name": "score", "shape": ["clips", 2], "dtype": "float32", "content": "twice"}]},
            r"model\.yaml: outputs\.score is float32",
        ),
    ],
)
def test_load_model__a_description_that_does_not_fit_is_refused(
    folder: Path, changes: dict[str, Any], message: str
) -> None:
    describe(folder, **changes)
    with pytest.raises(ModelError, match=message):
        load_model(str(folder))


def test_require_input__another_rate_is_refused(folder: Path) -> None:
    row = {"name": "row", "shape": ["clips", 2], "dtype": "float64", "content": "rows/1", "rate_hz": 8_000}
    describe(folder, inputs=[row])
    with pytest.raises(ModelError, match=r"inputs\.row has the rate_hz 8000; this version makes 16000"):
        require_input(load_model(str(folder)), "row", content="rows/1", columns=2, rate_hz=16_000)


def test_load_model__a_file_that_is_missing_or_no_graph_is_refused(folder: Path) -> None:
    content = b"not a graph"
    (folder / "model.onnx").write_bytes(content)
    describe(folder, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(ModelError, match=r"model\.onnx cannot be loaded"):
        load_model(str(folder))
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx cannot be read"):
        load_model(str(folder))


# Ten levels of ten: written out, ten thousand million words.
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 11))


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "name: [",
        "",
        BOMB,
        f"{BOMB}name: *a10",
        "name: !!python/object/apply:os.system [exit 1]",
        "name: !!python/name:os.system",
    ],
)
def test_load_model__a_description_that_is_no_mapping_is_refused(folder: Path, text: str) -> None:
    (folder / "model.yaml").write_text(text)
    with pytest.raises(ModelError, match=r"model\.yaml") as raised:
        load_model(str(folder))
    assert len(str(raised.value)) < 2_000


def test_load_model__a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelError, match="'nowhere'"):
        load_model("nowhere")


def test_load_model__no_gpu_is_told_when_one_is_required(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engagement.inference.providers._driver_fault", lambda: "no driver")
    with pytest.raises(ModelError, match=r"voice\.require_gpu is true, but CUDA cannot start: no driver\."):
        load_model(str(folder), require_gpu=True)


def test_require_input__another_front_end_is_refused(folder: Path) -> None:
    model = load_model(str(folder))
    require_input(model, "row", content="rows/1", columns=2, rate_hz=16_000)
    with pytest.raises(ModelError, match=r"inputs\.row is rows/1 .*; this version makes rows/2"):
        require_input(model, "row", content="rows/2", columns=2, rate_hz=16_000)
    with pytest.raises(ModelError, match="inputs names row; expected functionals"):
        require_input(model, "functionals", content="rows/1", columns=2, rate_hz=16_000)
