"""Executors killed at work, on a real cluster of two workers: `python -m tests.benchmarks.lose_executors`.

ingest_events and build_sessions run on a standalone cluster on loopback; every few seconds an executor of it
gets SIGKILL. The tables must be those of an undisturbed run on the same cluster.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engagement.schemas import EVENTS, MILESTONE_RECORDS, MILESTONES, REJECTED, RESPONSES, SESSIONS
from engagement.tables import Warehouse, read
from tests.benchmarks.killed_runs import ENVIRONMENT, ROOT, SPARK_HOME
from tests.benchmarks.sessions import benchmark_session
from tests.e2e.standalone_cluster import standalone_cluster
from tests.equal import table_difference

TABLES = (EVENTS, MILESTONE_RECORDS, REJECTED, SESSIONS, MILESTONES, RESPONSES)
STEPS = ("ingest_events", "build_sessions")
_KILLS_A_STEP = 3
_CONF = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.executor.cores": "1",
    "spark.cores.max": "2",
    "spark.executor.memory": "700m",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.files.maxPartitionBytes": "1m",
    "spark.databricks.delta.snapshotPartitions": "2",
}


def main() -> None:
    """Run undisturbed, run with losses, compare; exit status 1 where a table differs or nothing was lost."""
    options = _parse()
    folder = Path(tempfile.mkdtemp(prefix="lose-executors-"))
    size = ("--learners", str(options.learners), "--weeks", "6", "--seed", "3", "--no-audio")
    demo = [sys.executable, "-m", "engagement.demo", "--out", str(folder / "input"), *size]
    subprocess.run(demo, check=True, cwd=ROOT)
    lost = 0
    with standalone_cluster(folder / "cluster", (("0",), ("1",))) as master:
        for step in STEPS:
            _run(master, folder, "undisturbed", step)
        for step in STEPS:
            lost += _run(master, folder, "disturbed", step, every_seconds=options.every)
    spark = benchmark_session(2)
    one, other = (Warehouse(str(folder / name)) for name in ("undisturbed", "disturbed"))
    found = [
        f"{table.name}: {difference}"
        for table in TABLES
        if (difference := table_difference(table, read(spark, one, table), read(spark, other, table)))
    ]
    _tell(f"tasks lost with their executors: {lost}; {found or 'all tables equal'}")
    sys.exit(1 if found or not lost else 0)


def _run(master: str, folder: Path, name: str, step: str, *, every_seconds: float | None = None) -> int:
    """Submit a step, kill executors while it runs, and return how many tasks were lost with them."""
    source = folder / "input"
    paths = {
        "telemetry": source / "telemetry",
        "exports": source / "exports",
        "warehouse": folder / name,
    }
    command = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", master]
    command += [part for item in _CONF.items() for part in ("--conf", "=".join(item))]
    command += [str(ROOT / "jobs" / f"{step}.py"), "--verbose"]
    command += [part for key, path in paths.items() for part in ("--set", f"paths.{key}={path}")]
    log = folder / f"{name}-{step}.log"
    killed = 0
    with log.open("w") as output:
        run = subprocess.Popen(
            command, env={**os.environ, **ENVIRONMENT}, stdout=output, stderr=subprocess.STDOUT
        )
        at = time.monotonic()
        while run.poll() is None:
            time.sleep(0.1)
            if not (folder / name / "_lock").exists():
                at = time.monotonic()
            elif every_seconds and killed < _KILLS_A_STEP and time.monotonic() - at >= every_seconds:
                killed += _kill_an_executor(folder / "cluster")
                at = time.monotonic()
    told = log.read_text(errors="replace")
    if run.returncode != 0:
        sys.exit(f"{name} {step} failed: {told[-2_000:]}")
    lost = told.count("Lost task")
    _tell(f"{name} {step}: {killed} executors killed, {lost} tasks lost")
    return lost


def _kill_an_executor(cluster: Path) -> int:
    """Kill one executor whose working folder lies in the cluster's; return how many that were."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_executor = b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes()
            if is_executor and (process / "cwd").resolve().is_relative_to(cluster.resolve()):
                os.kill(int(process.name), signal.SIGKILL)
                return 1
        except (FileNotFoundError, ProcessLookupError):
            continue
    return 0


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=60)
    parser.add_argument("--every", type=float, default=6, help="seconds between two kills, at most 3 a step")
    return parser.parse_args()


if __name__ == "__main__":
    main()
