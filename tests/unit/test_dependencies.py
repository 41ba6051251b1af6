"""What is installed: the lock keeps to setup.py, every file has a hash, no licence forbids commercial use."""

import re
import runpy
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import pytest
import setuptools
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
_PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)(?: ; .*?)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)
FORBIDS = re.compile(r"non-?commercial|CC-BY-NC|academic|research (?:use )?only|evaluation only", re.I)


@pytest.fixture(scope="module")
def locked() -> dict[str, set[str]]:
    """Versions of the lock by package."""
    text = (ROOT / "conf" / "lock" / "demo.txt").read_text()
    found: dict[str, set[str]] = {}
    for name, version, _ in _PIN.findall(text):
        found.setdefault(canonicalize_name(name), set()).add(version)
    named = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert sum(map(len, found.values())) == len(named), "a line of the lock has no hash"
    return found


def test_lock__holds_what_setup_py_asks_for_in_its_ranges(
    locked: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(setuptools, "setup", told.update)
    runpy.run_path(str(ROOT / "setup.py"))
    asked = [Requirement(each) for each in (*told["install_requires"], *told["extras_require"]["demo"])]
    for requirement in asked:
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in conf/lock/demo.txt"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_licences__no_running_part_forbids_commercial_use(locked: dict[str, set[str]]) -> None:
    read = 0
    for name in locked:
        try:
            about = metadata(name)
        except PackageNotFoundError:  # of another Python's or system's
            continue
        told = [about.get("License-Expression") or "", (about.get("License") or "").split("\n")[0]]
        told += [each for each in about.get_all("Classifier") or [] if each.startswith("License ::")]
        read += 1
        assert not FORBIDS.search(" / ".join(told)), (name, told)
    assert read > 40
