"""What reading files takes, and the way from files to parsed rows with pseudonyms, the forgotten left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from pyspark.sql import DataFrame, SparkSession

from engagement.bronze.events import parse_events
from engagement.bronze.exports import read_export_rows
from engagement.bronze.files import paths_to_read
from engagement.bronze.forgotten import export_without_forgotten, without_forgotten
from engagement.bronze.lines import read_lines
from engagement.bronze.milestone_records import parse_export_rows
from engagement.config import Ingest
from engagement.pseudonyms import RECORD_PSEUDONYMS, with_pseudonyms
from engagement.tables import Warehouse


@dataclass(frozen=True)
class Intake:
    """What reading takes.

    Attributes:
        spark: The session.
        warehouse: Where rows go.
        limits: What is taken for telemetry.
        secret: Key of pseudonyms.
        accept: Whether gates let pass.
        forgotten: Pseudonyms that are kept out (`engagement.tombstones.buried`).
    """

    spark: SparkSession
    warehouse: Warehouse
    limits: Ingest
    secret: bytes
    accept: bool = False
    forgotten: Sequence[str] = ()

    @property
    def clock(self) -> dict[str, datetime]:
        """First and last time that a client's clock may show."""
        earliest = datetime.combine(self.limits.earliest, time(), UTC)
        return {
            "earliest": earliest,
            "latest": self.warehouse.started_at + timedelta(days=self.limits.latest_days_ahead),
        }


def parsed_telemetry(intake: Intake, files: DataFrame) -> DataFrame:
    """Return the files' events (`parse_events`) with pseudonyms, those of forgotten learners rejected."""
    lines = read_lines(intake.spark, paths_to_read(files))
    parsed = parse_events(lines, max_line_bytes=intake.limits.max_line_bytes, **intake.clock)
    known = with_pseudonyms(parsed, intake.secret)
    return without_forgotten(known, intake.forgotten) if intake.forgotten else known


def parsed_exports(intake: Intake, files: DataFrame) -> DataFrame:
    """Return the files' export rows (`parse_export_rows`) likewise."""
    rows = read_export_rows(intake.spark, files, max_line_bytes=intake.limits.max_line_bytes)
    parsed = parse_export_rows(rows, **intake.clock)
    known = with_pseudonyms(parsed, intake.secret, RECORD_PSEUDONYMS)
    return export_without_forgotten(known, intake.forgotten) if intake.forgotten else known
