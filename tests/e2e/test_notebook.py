"""The notebook runs on a small warehouse and draws its plots; as stored it holds no output."""

from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from pyspark.sql import SparkSession

from engagement.schemas import PHASE_ENGAGEMENT, SESSIONS, VOICE_SCORES
from tests.rows import frame

_ROOT = Path(__file__).resolve().parents[2]
_NOTEBOOK = _ROOT / "notebooks" / "explore_engagement.ipynb"
_PLOTS = 4
_TIME_LIMIT_SECONDS = 240


@pytest.fixture(scope="module")
def warehouse(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a few rows in the tables that the notebook reads."""
    start = datetime(2025, 1, 6, 9)
    week = [start + timedelta(days=day) for day in range(7)]
    windows = [
        {"started_at": at, "ended_at": at, "responses": 10, "engagement": 50.0 + at.day} for at in week
    ]
    rows = {
        SESSIONS: [
            {"session_id": f"{at.day}", "started_at": at, "ended_at": at, "session_date": at.date()}
            | {"time_spent_seconds": 1800.0}
            for at in week
        ],
        VOICE_SCORES: [
            {"response_id": "1", "status": "ok", "tone_prosody": 6.2, "tone_fluency": 7.9},
            {"response_id": "2", "status": "not_found"},
        ],
        PHASE_ENGAGEMENT: [
            {"cohort": "all", "learner_id": "ab" * 16, "language": "en", "level": level, "phase": "practice"}
            | {"engagement": 55.0, "engagement_low": 45.0, "engagement_high": 65.0, "windows": windows}
            for level in ("m1", "m2")
        ]
        + [{"cohort": "all", "learner_id": "cd" * 16, "language": None, "phase": "discovery"}],
    }
    root = tmp_path_factory.mktemp("warehouse")
    for table, values in rows.items():
        written = frame(spark, table, values).coalesce(1)
        written.write.format("delta").save(f"{root}/{table.name.replace('.', '/')}")
    return root


def test_explore_engagement__draws_its_plots(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGAGEMENT_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("PYTHONPATH", str(_ROOT))
    notebook = nbformat.read(_NOTEBOOK, as_version=4)
    client = NotebookClient(
        notebook, timeout=_TIME_LIMIT_SECONDS, resources={"metadata": {"path": str(_NOTEBOOK.parent)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    plots = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(plots) == _PLOTS


def test_explore_engagement__is_stored_without_outputs() -> None:
    notebook = nbformat.read(_NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert {cell.execution_count for cell in code} == {None}
