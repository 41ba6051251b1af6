"""The house rules that a machine can check: sizes, table columns with meaning, thin jobs."""

from pathlib import Path

import pytest

from engagement.schemas import TABLES, Table

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "engagement").rglob("*.py"))
JOBS = sorted((ROOT / "jobs").glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module__stays_under_two_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.name)
def test_job__stays_within_sixty_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table__every_column_says_what_it_means(table: Table) -> None:
    assert all(column.metadata["comment"] for column in table.columns)
    assert set(table.key) | set(table.partitioned_by) <= set(table.column_names)
    assert len(set(table.column_names)) == len(table.column_names)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table__keeps_no_least_and_greatest_id(table: Table) -> None:
    ids = {name for name in table.column_names if name.endswith(("learner_id", "device_id", "school_id"))}
    ids |= {"content_session_id", "pseudonym"} & set(table.column_names)
    assert not ids & set(table.skipped_by)
    assert table.skipped_by or not ids, "Delta would keep those of the first 32 columns"


def test_top_level__holds_what_the_design_names() -> None:
    allowed = {
        "jobs", "engagement", "models", "conf", "tests", "notebooks", "setup.py", "README.md",
        "spark-submit.sh", "pyproject.toml", "LICENSE", "CHANGELOG.md",
    }  # fmt: skip
    made = {"build", "dist", "demo", "warehouse", "report.html", "spark-warehouse"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found - allowed - made if not name.endswith(".egg-info")} == set()
