"""The packed environment: any machine can unpack and start it, and the same packages give the same bytes."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from engagement.deployment.environment import PYTHON, pack, required, write_archive
from engagement.deployment.releases import delta_for
from engagement.errors import ConfigurationError

METADATA = """\
Metadata-Version: 2.4
Name: engagement-prediction
Version: 0.1.0
Requires-Dist: onnxruntime-gpu<1.27,>=1.22
Requires-Dist: numpy<2.4,>=1.26
Requires-Dist: pyspark<4.1,>=4.0.1; extra == "spark"
"""


def _packages(folder: Path) -> Path:
    package = folder / "spoken"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__init__.py").write_text("WORD = 'heard'\n", encoding="utf-8")
    (package / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(os.urandom(16))
    return folder


def _wheel(folder: Path) -> Path:
    wheel = folder / "engagement_prediction-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as inside:
        inside.writestr("engagement_prediction-0.1.0.dist-info/METADATA", METADATA)
    return wheel


@pytest.mark.skipif(f"{sys.version_info[0]}.{sys.version_info[1]}" != PYTHON, reason=f"needs Python {PYTHON}")
def test_write_archive__starts_wherever_it_is_unpacked(tmp_path: Path) -> None:
    interpreter = str(Path(sys.base_prefix) / "bin" / f"python{PYTHON}")
    write_archive(_packages(tmp_path / "packages"), tmp_path / "made.tar.gz", interpreter=interpreter)
    with tarfile.open(tmp_path / "made.tar.gz") as archive:
        archive.extractall(tmp_path / "node" / "environment", filter="fully_trusted")
    code = "import spoken, sys; print(spoken.WORD, sys.prefix)"
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        ["./environment/bin/python", "-c", code],
        cwd=tmp_path / "node",
        env=plain,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.split() == ["heard", str(tmp_path / "node" / "environment")]


def test_write_archive__same_packages_give_same_bytes(tmp_path: Path) -> None:
    first, second = _packages(tmp_path / "one"), _packages(tmp_path / "two")
    os.utime(second / "spoken" / "__init__.py", (1, 1))
    write_archive(first, tmp_path / "first.tar.gz")
    write_archive(second, tmp_path / "second.tar.gz")
    assert (tmp_path / "first.tar.gz").read_bytes() == (tmp_path / "second.tar.gz").read_bytes()


def test_required__leaves_extras_out_and_takes_the_smaller_runtime(tmp_path: Path) -> None:
    wheel = _wheel(tmp_path)
    assert required(wheel, gpu=True) == ["numpy<2.4,>=1.26", "onnxruntime-gpu<1.27,>=1.22"]
    assert required(wheel, gpu=False) == ["numpy<2.4,>=1.26", "onnxruntime<1.27,>=1.22"]


def test_pack__asks_pip_for_the_clusters_platform_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        _packages(Path(command[command.index("--target") + 1]) / str(len(asked)))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("engagement.deployment.environment.subprocess.run", run)
    archive = pack(_wheel(tmp_path), tmp_path / "work", delta="4.0.0", gpu=False)
    assert pack(_wheel(tmp_path), tmp_path / "work", delta="4.0.0", gpu=False) == archive
    assert len(asked) == 2
    assert {"--python-version", "3.11", "--only-binary=:all:", "onnxruntime<1.27,>=1.22"} <= set(asked[0])
    assert "--platform=manylinux_2_28_x86_64" in asked[0]
    assert {"--no-deps", "delta-spark==4.0.0"} <= set(asked[1])
    assert pack(_wheel(tmp_path), tmp_path / "work", delta="4.0.0", gpu=True) != archive


def test_pack__what_pip_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(
            command, 1, "", "WARNING: slow\nERROR: No matching distribution found\n"
        )

    monkeypatch.setattr("engagement.deployment.environment.subprocess.run", run)
    with pytest.raises(ConfigurationError, match="with pip: ERROR: No matching distribution"):
        pack(_wheel(tmp_path), tmp_path / "work", delta="4.0.0", gpu=False)
    assert not list((tmp_path / "work").iterdir())


def test_delta_for__knows_the_tested_spark_alone() -> None:
    assert delta_for("4.0.2-amzn-0") == "4.0.0"
    for other in ("3.5.6-amzn-2", "4.1.0", ""):
        with pytest.raises(ConfigurationError, match=r"tested with 4\.0\.2 \(emr-spark-8\.0\.x\)"):
            delta_for(other)
