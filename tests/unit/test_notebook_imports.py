"""What the notebooks import is there: told here in a second, before they run on the demo class."""

import ast
import importlib
import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook__imports_what_is_there(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    imports = [node for node in ast.walk(ast.parse("\n".join(sources))) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if node.module and node.module.startswith("engagement")]
    assert ours
    for node in ours:
        module = importlib.import_module(str(node.module))
        for name in node.names:
            found = getattr(module, name.name, None)
            assert found is not None or importlib.import_module(f"{node.module}.{name.name}"), name.name
