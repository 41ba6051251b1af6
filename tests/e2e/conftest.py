"""A small class, simulated once and scored once, for all end-to-end tests."""

import csv
import json
import logging
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.config import Settings, load_settings
from engagement.demo.simulation import simulate
from engagement.pseudonyms import pseudonym
from engagement.schemas import Table
from engagement.step import Run, Step
from engagement.tables import Warehouse, read
from jobs.all import PIPELINE
from tests.conftest import JAVA_OPTIONS
from tests.e2e.standalone_cluster import GPUS, pack, standalone_cluster

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests, long enough"
COMMAND_LINE_ID = "learner-of-the-command-line"
_LOG_TO_FILE = """
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %c: %m%n%ex
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""


@dataclass(frozen=True)
class Scored:
    """A warehouse and what it was made from."""

    spark: SparkSession
    source: Path
    root: Path

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(str(self.root))

    @property
    def truth(self) -> Any:
        return json.loads((self.source / "truth" / "oddities.json").read_text())

    def table(self, table: Table) -> DataFrame:
        return read(self.spark, self.warehouse, table)

    @property
    def paths(self) -> list[str]:
        """Where everything lies, as settings."""
        return [
            f"paths.telemetry={self.source / 'telemetry'}",
            f"paths.exports={self.source / 'exports'}",
            f"paths.audio={self.source / 'audio'}",
            f"paths.warehouse={self.root}",
            f"paths.report={self.root / 'report.html'}",
        ]

    def settings(self, overrides: Sequence[str]) -> Settings:
        return load_settings("local", [*self.paths, *overrides])

    def raw_learners(self) -> list[tuple[str, str]]:
        """Return the raw id and the pseudonym of every learner simulated."""
        with (self.source / "truth" / "responses.csv").open(encoding="utf-8") as lines:
            raw = sorted({row["learner"] for row in csv.DictReader(lines)})
        return [(learner, pseudonym(SECRET.encode(), "learner", learner)) for learner in raw]

    def run(
        self,
        overrides: Sequence[str] = (),
        *,
        steps: Mapping[str, Step] = PIPELINE,
        run_id: str = "run",
        **options: Any,
    ) -> dict[str, Any]:
        """Run steps over the source into this warehouse; return their counts."""
        settings = self.settings(overrides)
        warehouse = Warehouse(str(self.root), run_id, datetime(2026, 1, 1, tzinfo=UTC))
        run = Run(self.spark, settings, warehouse, Namespace(**options))
        return {name: step(run) for name, step in steps.items()}


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGAGEMENT_SECRET", SECRET)


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of all that the session and the shared run log: events, JVM, Python, and what they print."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "events").mkdir()
    (folder / "log4j2.properties").write_text(_LOG_TO_FILE.format(file=folder / "jvm.log"))
    return folder


@pytest.fixture(scope="session")
def spark_conf(logs: Path) -> dict[str, str]:
    """Let Spark write its event log, and all that it says from INFO on, as a cluster does."""
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": str(logs / "events"),
        "spark.eventLog.compress": "false",
        "spark.log.level": "INFO",
        "spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} -Dlog4j2.configurationFile="
        f"{logs / 'log4j2.properties'} -Dengagement.tests.command=forget,--learner,{COMMAND_LINE_ID}",
    }


@pytest.fixture(scope="session")
def scored_class(spark: SparkSession, logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """Eight learners over three weeks, through the whole pipeline."""
    folder = tmp_path_factory.mktemp("class")
    simulate(folder / "input", learners=8, weeks=3, seed=11, recordings=None, audio=True, say=_nothing)
    scored = Scored(spark, folder / "input", folder / "warehouse")
    with pytest.MonkeyPatch.context() as patch, _logged(logs):
        patch.setenv("ENGAGEMENT_SECRET", SECRET)
        scored.run(run_id="first")
    return scored


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, as a cluster gets it."""
    return pack(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a master with two workers, each in an empty folder; one for all tests."""
    with standalone_cluster(tmp_path_factory.mktemp("cluster"), GPUS) as url:
        yield url


@contextmanager
def _logged(logs: Path) -> Iterator[None]:
    """Keep all that Python logs and prints in files beside those of the JVM."""
    handler = logging.FileHandler(logs / "python.log", encoding="utf-8")
    logger = logging.getLogger("engagement")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with (logs / "screen.txt").open("w", encoding="utf-8") as screen, redirect_stdout(screen):
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


@pytest.fixture
def beside(scored_class: Scored, tmp_path: Path) -> Callable[[], Scored]:
    """Return a maker of empty warehouses on the same input."""
    return lambda: Scored(scored_class.spark, scored_class.source, tmp_path / "warehouse")


def _nothing(_: str) -> None:
    pass
