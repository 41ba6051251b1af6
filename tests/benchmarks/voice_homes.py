"""A process for each contender, so that its session, pool or cluster stays warm and none disturbs another."""

import os
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from engagement.config import VoiceSettings
from tests.benchmarks.voice_contenders import CONTENDERS
from tests.benchmarks.voice_sessions import pool_of


class Home:
    """The process of one contender: its session, pool or cluster stays warm between runs."""

    def __init__(self, name: str, *, cores: int) -> None:
        self.name, self.cores = name, cores
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def run(self, recordings: pd.DataFrame, settings: VoiceSettings, folder: Path) -> float:
        """Score into an empty folder; return the seconds that it took."""
        shutil.rmtree(folder, ignore_errors=True)
        return self._process.submit(_run, self.name, recordings, settings, self.cores, folder).result()

    def worker_peak_bytes(self) -> int:
        """Return the most memory that one of Spark's Python workers has held so far, bytes."""
        return self._process.submit(_worker_peak_bytes).result()

    def close(self) -> None:
        """End the process, and with it what it started."""
        self._process.submit(_stop).result()
        self._process.shutdown()


def _run(name: str, recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path) -> float:
    return CONTENDERS[name](recordings, settings, cores, folder)


def _stop() -> None:
    pool_of.cache_clear()
    if "pyspark" in sys.modules and (spark := SparkSession.getActiveSession()):
        spark.stop()
    if "ray" in sys.modules:
        sys.modules["ray"].shutdown()


def _worker_peak_bytes() -> int:
    peaks = [0]
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"pyspark.daemon" in (entry / "cmdline").read_bytes():
                status = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines())
                if _is_ours(int(entry.name)):
                    peaks.append(int(status["VmHWM"].split()[0]) * 1024)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return max(peaks)


def _is_ours(process: int) -> bool:
    while process > 1 and process != os.getpid():
        process = int((Path("/proc") / str(process) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return process == os.getpid()
