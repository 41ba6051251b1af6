"""Spark's properties: readable, one value a key, and a discovery script that says what Spark wants."""

import json
import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "conf" / "spark"
FILES = sorted(FOLDER.glob("*.conf"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_conf__every_line_is_one_property(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    keys = [line.split()[0] for line in lines]
    assert all(len(line.split()) == 2 and line.startswith("spark.") for line in lines)
    assert len(set(keys)) == len(keys) > 0


def test_conf__there_are_properties_for_a_cluster_with_and_without_gpus() -> None:
    assert {"cpu.conf", "gpu.conf", "local.conf"} <= {path.name for path in FILES}


@pytest.mark.parametrize(("indices", "addresses"), [("0", ["0"]), ("0\n1\n2", ["0", "1", "2"])])
def test_find_gpus__tells_the_indices(tmp_path: Path, indices: str, addresses: list[str]) -> None:
    _pretend_driver(tmp_path, f"printf '{indices}\\n'")
    done = _find_gpus(tmp_path)
    assert json.loads(done.stdout) == {"name": "gpu", "addresses": addresses}


def test_find_gpus__without_a_driver_fails(tmp_path: Path) -> None:
    _pretend_driver(tmp_path, "exit 9")
    done = _find_gpus(tmp_path)
    assert done.returncode != 0
    assert done.stdout == ""


def _pretend_driver(folder: Path, says: str) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)


def _find_gpus(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = [str(FOLDER / "find_gpus.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=20)
