"""A warehouse that is full or read-only: one sentence, nothing half written, the next run makes it good."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engagement.config import RunSettings
from engagement.errors import TableError
from engagement.reasons import exit_status_of, reason_of
from engagement.run_lock import hold_warehouse
from engagement.schemas import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED
from engagement.tables import exists, read
from jobs.ingest_events import ingest_events
from tests.e2e.conftest import Scored
from tests.equal import differences

STEP = {"ingest_events": ingest_events}
BRONZE = (EVENTS, MILESTONE_RECORDS, REJECTED)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 160 kB, which bronze does not fit."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "engagement", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def _remount(disk: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True)


def test_run__on_a_full_disk_then_with_space_then_read_only(
    scored_class: Scored, small_disk: Path, beside: Callable[[], Scored]
) -> None:
    cramped = Scored(scored_class.spark, scored_class.source, small_disk / "warehouse")
    with pytest.raises(Exception) as failure:
        cramped.run(steps=STEP)
    assert "No space left on device" in reason_of(failure.value)
    assert "\n" not in reason_of(failure.value)
    assert exit_status_of(failure.value) == 1
    for table in BRONZE:
        assert not exists(cramped.spark, cramped.warehouse, table) or cramped.table(table).count() >= 0
    assert not exists(cramped.spark, cramped.warehouse, INGESTED_FILES)

    _remount(small_disk, "size=64m")
    cramped.run(steps=STEP)
    made = beside()
    for table in BRONZE:
        shutil.copytree(scored_class.warehouse.path(table), made.warehouse.path(table))
    assert differences(made.spark, made.warehouse, cramped.warehouse) == []

    _remount(small_disk, "ro")
    before = read(cramped.spark, cramped.warehouse, EVENTS).count()
    with (
        pytest.raises(TableError, match=r"The warehouse .* cannot be written: Read-only file system\."),
        hold_warehouse(cramped.spark, str(cramped.root), "run", RunSettings()),
    ):
        pytest.fail("held")
    assert cramped.table(EVENTS).count() == before
