"""The notebooks run on the demo class and draw their plots, show no raw id and leave the warehouse alone."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.text import Text
from nbclient import NotebookClient

from tests.e2e.conftest import SECRET, Scored
from tests.e2e.id_search import places_of, raw_ids

_ROOT = Path(__file__).resolve().parents[2]
_PLOTS = {
    "1_tour_of_the_tables": 3,
    "2_sessions_and_milestones": 6,
    "3_voices": 5,
    "4_engagement_groups_and_forecast": 5,
}
_TIME_LIMIT_SECONDS = 240


class _Widgets:
    """Databricks' widgets over a notebook, filled in by a job's parameters."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given, self.defaults = given, dict[str, str]()

    def text(self, name: str, default: str) -> None:
        self.defaults[name] = default

    def get(self, name: str) -> str:
        return {**self.defaults, **self.given}[name]


def _cells(name: str) -> list[str]:
    notebook = json.loads((_ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_notebooks__are_the_four_that_are_run() -> None:
    assert sorted(path.stem for path in (_ROOT / "notebooks").glob("*.ipynb")) == sorted(_PLOTS)


@pytest.mark.parametrize("name", _PLOTS)
def test_notebook__runs_in_the_session_and_with_the_widgets_of_databricks(
    name: str, scored_class: Scored, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn: list[str] = []
    shown: list[str] = []

    def show() -> None:
        for number in plt.get_fignums():
            figure = plt.figure(number)
            drawn.append(figure.get_suptitle())
            shown.extend(text.get_text() for text in figure.findobj(Text))
        plt.close("all")

    matplotlib.use("Agg")
    monkeypatch.setattr(plt, "show", show)
    given = {"warehouse": str(scored_class.root), "audio": str(scored_class.source / "audio")}
    there: dict[str, Any] = {
        "spark": scored_class.spark,
        "dbutils": SimpleNamespace(widgets=_Widgets(given)),
    }
    before = _files(scored_class.root)
    with matplotlib.rc_context():
        for source in _cells(name):
            exec(compile(source, name, "exec"), there)
    assert len(drawn) == _PLOTS[name]
    assert all(drawn), "every plot has a headline"
    told = " ".join([*shown, capsys.readouterr().out])
    assert [text for text in [*raw_ids(scored_class.source), SECRET] if text in told] == []
    assert _files(scored_class.root) == before


def test_notebook__starts_a_session_of_its_own_under_jupyter(
    scored_class: Scored, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ENGAGEMENT_WAREHOUSE", str(scored_class.root))
    monkeypatch.setenv("PYTHONPATH", str(_ROOT))
    notebook = nbformat.read(_ROOT / "notebooks" / "2_sessions_and_milestones.ipynb", as_version=4)
    first_plot = next(place for place, cell in enumerate(notebook.cells) if "plt.show()" in cell.source)
    notebook.cells = notebook.cells[: first_plot + 1]
    where = {"metadata": {"path": str(_ROOT / "notebooks")}}
    NotebookClient(notebook, timeout=_TIME_LIMIT_SECONDS, resources=where).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    nbformat.write(notebook, tmp_path / "executed.ipynb")
    assert places_of(tmp_path, [*raw_ids(scored_class.source), SECRET]) == []


@pytest.mark.parametrize("name", _PLOTS)
def test_notebook__is_stored_without_outputs(name: str) -> None:
    notebook = nbformat.read(_ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert {cell.execution_count for cell in code} == {None}
