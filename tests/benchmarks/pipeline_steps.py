"""One input of a benchmark, and the steps of jobs/ run over it."""

import io
import os
import shutil
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from engagement.config import load_settings
from engagement.step import Counts, Run, Step
from engagement.tables import Warehouse
from jobs.build_sessions import build_sessions
from jobs.find_groups import find_groups
from jobs.ingest_events import ingest_events
from jobs.predict_engagement import predict_engagement
from jobs.publish_report import publish_report
from jobs.score_engagement import score_engagement
from jobs.score_voice import score_voice
from tests.benchmarks.app_telemetry import Weeks
from tests.benchmarks.ingest_events import copy

INTAKE: Mapping[str, Step] = {"ingest_events": ingest_events, "build_sessions": build_sessions}
# The voice step without an audio root: it makes its empty table, no more.
GOLD: Mapping[str, Step] = {
    "score_voice": score_voice,
    "score_engagement": score_engagement,
    "find_groups": find_groups,
    "predict_engagement": predict_engagement,
    "publish_report": publish_report,
}


@dataclass(frozen=True)
class Case:
    """A folder with telemetry, exports and, after a run, a warehouse.

    Attributes:
        folder: Where the warehouse is made, and where the input lies.
        source: Where the input lies instead.
    """

    folder: Path
    source: Path | None = None

    @classmethod
    def written(cls, folder: Path, weeks: Weeks, copies: int) -> "Case":
        """Write all weeks of a number of copies."""
        weeks.write(folder / "telemetry", copies=copies)
        weeks.write_exports(folder / "exports", copies=copies)
        return cls(folder)

    @property
    def telemetry(self) -> Path:
        """Folder of the telemetry."""
        return (self.source or self.folder) / "telemetry"

    @property
    def megabytes(self) -> float:
        """Size of the telemetry."""
        return sum(path.stat().st_size for path in self.telemetry.iterdir()) / 1e6

    def copy(self, spark: SparkSession) -> float:
        """Copy the telemetry into a Delta table as Spark does it plainly; return seconds."""
        began = time.monotonic()
        copy(spark, self.telemetry, self.folder / "copied")
        seconds = time.monotonic() - began
        shutil.rmtree(self.folder / "copied")
        return seconds

    def run(self, spark: SparkSession, steps: Mapping[str, Step]) -> dict[str, float]:
        """Run steps over the input and the warehouse as it is; return the seconds of each."""
        return {name: seconds for name, (seconds, _) in self.counted(spark, steps).items()}

    def counted(self, spark: SparkSession, steps: Mapping[str, Step]) -> dict[str, tuple[float, Counts]]:
        """Run steps; return the seconds and the counts of each."""
        os.environ.setdefault("ENGAGEMENT_SECRET", "a secret of the benchmark, long enough")
        warehouse, exports = self.folder / "warehouse", self.telemetry.with_name("exports")
        paths = {"telemetry": self.telemetry, "exports": exports, "warehouse": warehouse}
        told = [f"paths.{name}={path}" for name, path in paths.items()]
        settings = load_settings(
            "local", [*told, f"paths.report={self.folder / 'report.html'}", "paths.audio=null"]
        )
        run = Run(
            spark,
            settings,
            Warehouse(str(warehouse), "benchmark", datetime.now(UTC).replace(microsecond=0)),
            Namespace(),
        )
        found = {}
        for name, step in steps.items():
            began = time.monotonic()
            # The report's own words are not what is measured.
            with redirect_stdout(io.StringIO()):
                counts = step(run)
            found[name] = (time.monotonic() - began, counts)
        return found

    def clear(self) -> None:
        """Delete the warehouse."""
        shutil.rmtree(self.folder / "warehouse", ignore_errors=True)


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201
