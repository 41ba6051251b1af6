"""A real Spark cluster on loopback: a master and two workers with GPUs in name, ended with the block."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyspark

SPARK_HOME = Path(pyspark.__file__).parent
# The GPUs of each worker, in name.
GPUS = (("0", "1"), ("2", "3"))
# An application that has both workers, and little of this machine.
SMALL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    "spark.executor.cores": "2",
    "spark.executor.memory": "512m",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.ui.enabled": "false",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
}
_START_SECONDS = 60


@contextmanager
def standalone_cluster(folder: Path, gpus: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the URL of a master with one worker for each list of GPU addresses; all on 127.0.0.1.

    Args:
        folder: Where each worker gets an empty folder of its own, and the logs go.
        gpus: Addresses that each worker's discovery script tells.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"spark://127.0.0.1:{port}"
    daemons = [_daemon(folder / "master", "master.Master", "--port", str(port))]
    try:
        _await(folder / "master" / "log", "I have been elected leader")
        for number, addresses in enumerate(gpus):
            daemons.append(_worker(folder / f"worker{number}", url, addresses))
        for number in range(len(gpus)):
            _await(folder / f"worker{number}" / "log", "Successfully registered with master")
        yield url
    finally:
        for daemon in daemons:
            # Each leads a group of its own: its executors and their Python workers end with it.
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment that names loopback and no checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "SPARK_CONF_DIR"}}
    return {**kept, "SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": "127.0.0.1", **(extra or {})}


def submit(
    url: str, archive: Path, conf: Mapping[str, str], application: Path, *arguments: str, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run an application on the cluster, which gets nothing of ours but the wheel; return how it ended."""
    flat = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
    command = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", url, "--py-files", str(archive), *flat]
    python = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    return subprocess.run(
        [*command, str(application), *arguments],
        cwd=folder,
        env=environment(python),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def pack(root: Path, folder: Path) -> Path:
    """Build the wheel of a tree, and return it under the name that Spark takes."""
    for name in ("engagement", "jobs", "models", "conf"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(root / name, folder)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        "dist",
        ".",
    ]
    subprocess.run(command, cwd=folder, env=environment(), check=True, timeout=120)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel.rename(folder / "engagement_prediction.zip")


def _worker(folder: Path, url: str, addresses: Sequence[str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True)
    listed = ",".join(f'"{address}"' for address in addresses)
    script = folder / "find_gpus.sh"
    script.write_text(f'#!/bin/sh\necho \'{{"name":"gpu","addresses":[{listed}]}}\'\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    properties = folder / "worker.conf"
    properties.write_text(
        f"spark.worker.resource.gpu.amount {len(addresses)}\n"
        f"spark.worker.resource.gpu.discoveryScript {script}\n"
    )
    options = {"--cores": "2", "--memory": "1g", "--work-dir": str(folder / "work")}
    flat = [part for option in options.items() for part in option]
    return _daemon(folder, "worker.Worker", *flat, "--properties-file", str(properties), url)


def _daemon(folder: Path, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}"]
    small = {
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--webui-port", "0", *arguments],
            cwd=folder,
            env=environment(small),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await(log: Path, words: str) -> None:
    ends_at = time.monotonic() + _START_SECONDS
    while words not in log.read_text(errors="replace"):
        if time.monotonic() > ends_at:
            raise TimeoutError(f"{words!r} does not come: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
