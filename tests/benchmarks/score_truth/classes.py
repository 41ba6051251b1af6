"""A simulated class on its way through the real steps: telemetry and exports in, gold tables out."""

import os
from argparse import Namespace
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, functions as F, types as T

from engagement.config import Settings, load_settings
from engagement.demo.generators import GENERATORS
from engagement.demo.learners import Learner, enrol
from engagement.demo.schedule import DAYS_PER_WEEK
from engagement.demo.simulation import simulate
from engagement.schemas import RESPONSES, VOICE_SCORES, Table
from engagement.step import Run
from engagement.tables import Warehouse, overwrite, read
from jobs.all import PIPELINE
from tests.benchmarks.score_truth.coverage import keep_learners
from tests.benchmarks.score_truth.voices import voice_rows
from tests.benchmarks.sessions import benchmark_session

SECRET = "a secret of the benchmark"


@dataclass(frozen=True)
class SimulatedClass:
    """One class: how it is made, and the folder that holds its input and its warehouse.

    Attributes:
        spark: The session that runs the steps.
        folder: Its own folder; what a former run left there is used again.
        generator: Name of one of `engagement.demo.generators.GENERATORS`.
        seed: Seed of the simulation.
        learners: Learners, count.
        weeks: Weeks simulated.
        covered: Share of the learners that the exports name; None: as many as the simulation gives them.
        source: Folder of another's input to take as it is; None: an input of its own is simulated.
    """

    spark: SparkSession
    folder: Path
    generator: str
    seed: int
    learners: int
    weeks: int
    covered: float | None = None
    source: Path | None = None

    @property
    def input(self) -> Path:
        """Folder of its telemetry and exports, and of what is really so."""
        return self.source or self.folder / "input"

    @property
    def truth(self) -> Path:
        """Folder of what is really so."""
        return self.input / "truth"

    @cached_property
    def pupils(self) -> dict[str, Learner]:
        """The learners by raw id, as they were simulated."""
        enrolled = enrol(
            self.learners,
            days=self.weeks * DAYS_PER_WEEK,
            seed=self.seed,
            generator=GENERATORS[self.generator],
        )
        return {learner.raw_id: learner for learner in enrolled}

    @property
    def warehouse(self) -> Warehouse:
        """Where its tables lie."""
        return Warehouse(str(self.folder / "warehouse"), "benchmark", datetime(2026, 1, 1, tzinfo=UTC))

    def table(self, table: Table) -> DataFrame:
        """Return one of its tables."""
        return read(self.spark, self.warehouse, table)

    def settings(self) -> Settings:
        """Return the project's own settings, with the paths of this class."""
        paths = {
            "telemetry": self.input / "telemetry",
            "exports": "null" if self.covered == 0 else self.input / "exports",
            "warehouse": self.folder / "warehouse",
            "report": self.folder / "report.html",
        }
        return load_settings("local", [f"paths.{name}={path}" for name, path in paths.items()])

    def prepare(self) -> None:
        """Simulate, ingest and build sessions; draw the voice scores. What is there is not made again."""
        if (self.folder / "prepared").exists():
            return
        if self.source is None:
            self._simulate()
        self.run("ingest_events", "build_sessions")
        overwrite(self._voices(), self.warehouse, VOICE_SCORES)
        (self.folder / "prepared").touch()

    def _simulate(self) -> None:
        simulate(
            self.input,
            learners=self.learners,
            weeks=self.weeks,
            seed=self.seed,
            recordings=None,
            audio=True,
            files=False,
            generator=self.generator,
            say=lambda _: None,
        )
        if self.covered is not None:
            exports = self.input / "exports"
            keep_learners(exports, count=round(self.covered * self.learners), seed=self.seed)

    def run(self, *steps: str) -> None:
        """Run steps of jobs/ by name."""
        for name in steps:
            PIPELINE[name](Run(self.spark, self.settings(), self.warehouse, Namespace(fit=True)))

    def _voices(self) -> DataFrame:
        schema = T.StructType([each for each in VOICE_SCORES.made_columns if each.name != "response_id"])
        rows = list(voice_rows(self.truth, self.pupils, seed=self.seed))
        named = self.table(RESPONSES).where(F.col("audio_key").isNotNull()).select("response_id", "audio_key")
        return named.join(self.spark.createDataFrame(rows, schema), on="audio_key", how="inner")


def session() -> SparkSession:
    """Return a session on two cores, and give pseudonyms their key."""
    os.environ["ENGAGEMENT_SECRET"] = SECRET
    return benchmark_session(2, {"spark.driver.memory": "3g"})
