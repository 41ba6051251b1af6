"""`./spark-submit.sh STEP --env emr` on a master node: what the cluster's own spark-submit is given.

The folder of the project, its `.venv` and the cluster's Spark are stand-ins that record how they are called.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAMP = "find {} -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum | cut -c1-16"


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a project whose environment stands, and a Spark like the one of emr-spark-8.0.0."""
    folder = tmp_path / "project"
    for name in ("jobs", "conf"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("engagement", "models"):
        (folder / name).mkdir()
    for name in ("spark-submit.sh", "setup.py"):
        shutil.copy(ROOT / name, folder / name)
    venv = folder / ".venv"
    _program(venv / "emr" / "environment-1" / "bin" / "python", "")
    _program(venv / "bin" / "python", f'echo "$@" >&2; echo {venv}/emr/environment-1.tar.gz')
    for name, files in (
        ("wheel", "setup.py engagement jobs models conf"),
        ("extra-emr", "setup.py conf/lock"),
    ):
        done = subprocess.run(
            ["bash", "-c", STAMP.format(files)], cwd=folder, capture_output=True, text=True, check=True
        )
        (venv / f".{name}-{done.stdout.strip()}").touch()
    (venv / ".made").touch()
    (folder / "dist").mkdir()
    (folder / "dist" / "engagement_prediction-0.1.0-py3-none-any.whl").touch()
    _program(tmp_path / "spark" / "bin" / "spark-submit", 'printf "%s\\n" "$@"; exit 3')
    (tmp_path / "spark" / "jars").mkdir()
    (tmp_path / "spark" / "jars" / "spark-core_2.13-4.0.2-amzn-0.jar").touch()
    return folder


def _submit(project: Path, *words: str, spark: str = "spark") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(project / "spark-submit.sh"), *words],
        env={**os.environ, "SPARK_HOME": str(project.parent / spark)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_submit__on_emr_keeps_the_clusters_settings(project: Path) -> None:
    done = _submit(project, "ingest_events", "--env", "emr", "--conf", "spark.sql.shuffle.partitions=90")
    assert done.returncode == 3, done.stderr
    assert "--spark 4.0.2-amzn-0" in done.stderr
    words = done.stdout.splitlines()
    archive = f"{project}/.venv/emr/environment-1"
    assert "--properties-file" not in words
    assert words[words.index("--master") + 1] == "yarn"
    assert words[words.index("--archives") + 1] == f"{archive}.tar.gz#environment"
    assert words[words.index("--py-files") + 1].endswith(".zip")
    assert "spark.pyspark.python=./environment/bin/python" in words
    assert f"spark.pyspark.driver.python={archive}/bin/python" in words
    assert any(word.startswith("spark.jars=/usr/share/aws/delta/lib/delta-spark.jar,") for word in words)
    # Of two values spark-submit takes the later: the command line's.
    assert words.index("spark.sql.shuffle.partitions=400") < words.index("spark.sql.shuffle.partitions=90")
    assert not any("GC" in word or word.startswith("spark.executor.memory=") for word in words)
    assert words[-3:] == [f"{project}/jobs/ingest_events.py", "--env", "emr"]


def test_submit__on_emr_packs_cuda_for_gpus(project: Path) -> None:
    done = _submit(project, "score_voice", "--env", "emr", "--gpu")
    assert "--spark 4.0.2-amzn-0 --gpu" in done.stderr
    assert "spark.executor.resource.gpu.amount=1" in done.stdout


def test_submit__env_emr_elsewhere_says_where_it_belongs(project: Path) -> None:
    done = _submit(project, "all", "--env", "emr", spark="nothing")
    assert done.returncode == 2
    assert "run it on the master node, or submit from here with ./spark-submit.sh emr" in done.stderr


def test_submit__emr_from_outside_hands_all_over(project: Path) -> None:
    done = _submit(project, "emr", "all", "--cluster", "j-1", "--full-refresh", spark="nothing")
    assert done.returncode == 0
    assert "-m engagement.deployment.emr --wheel" in done.stderr
    assert done.stderr.rstrip().endswith("all --cluster j-1 --full-refresh")


@pytest.mark.parametrize(
    ("master", "properties"), [("spark://host:7077", "cpu.conf"), ("local[2]", "local.conf")]
)
def test_submit__another_master_than_this_machine_takes_the_properties_of_clusters(
    project: Path, master: str, properties: str
) -> None:
    spark = project.parent / "spark"
    _program(project / ".venv" / "bin" / "python", f"echo {spark}")
    (stamp,) = (project / ".venv").glob(".extra-emr-*")
    stamp.rename(stamp.with_name(stamp.name.replace("emr", "spark")))
    (spark / "jars" / "io.delta_delta-storage-4.0.0.jar").touch()
    words = _submit(project, "all", "--master", master).stdout.splitlines()
    assert words[words.index("--properties-file") + 1] == f"{project}/conf/spark/{properties}"
    assert ("--py-files" in words) == (properties == "cpu.conf")
