"""Lines of telemetry for tests, and the way from lines to what a run would write."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession, functions as F

from engagement.bronze.events import parse_events, typed_events
from engagement.bronze.ledger import (
    first_deliveries,
    ledger,
    numbered_rows,
    packed,
    rejected_rows,
    unpacked,
)
from engagement.pseudonyms import with_pseudonyms
from engagement.schemas import EVENTS
from tests.rows import frame

SECRET = b"sixteen bytes or more"
ETS = 1_714_557_600_000  # 2024-05-01T10:00:00Z
CLOCK = {"earliest": datetime(2015, 1, 1, tzinfo=UTC), "latest": datetime(2024, 5, 3, tzinfo=UTC)}


@dataclass(frozen=True)
class Taken:
    """What a run would write, collected."""

    events: list[Row]
    rejected: list[Row]
    ledger: dict[str, tuple[int, ...]]


def event(**parts: Any) -> dict[str, Any]:
    """Return an event as the app sends it, with `parts` in place of its own."""
    base = {
        "eid": "START",
        "ets": ETS,
        "ver": "3.0",
        "mid": "START:1",
        "actor": {"id": "device-1", "type": "User"},
        "context": {
            "channel": "tn",
            "env": "app",
            "did": "device-1",
            "pdata": {"id": "ala", "pid": "ala.web"},
        },
        "object": {},
        "tags": [],
        "edata": {"type": "app"},
    }
    return {**base, **parts}


def line(**parts: Any) -> str:
    """Return `event` as a line."""
    return json.dumps(event(**parts), ensure_ascii=False)


def lines_of(spark: SparkSession, texts: Sequence[str | bytes], source_file: str = "a.jsonl") -> DataFrame:
    """Return texts as the rows that `read_lines` would give."""
    rows = [
        (text if isinstance(text, bytes) else text.encode(), source_file, 0, number)
        for number, text in enumerate(texts)
    ]
    frame = spark.createDataFrame(rows, "value binary, source_file string, block_start long, row_id long")
    return frame.withColumn("value", F.col("value").cast("string"))


def take(lines: DataFrame, *, known: DataFrame | None = None, max_line_bytes: int = 10_000) -> Taken:
    """Return what a run over `lines` would write."""
    found = with_pseudonyms(parse_events(lines, max_line_bytes=max_line_bytes, **CLOCK), SECRET)
    parsed = packed(found, key="event_id").persist()
    numbered = numbered_rows(parsed)
    before = known if known is not None else frame(lines.sparkSession, EVENTS, [])
    kept = typed_events(unpacked(first_deliveries(numbered, before, key="event_id"))).persist()
    files = (
        lines.select("source_file")
        .distinct()
        .selectExpr("source_file", "1L as bytes", "current_timestamp() as modified_at")
    )
    told = ledger(numbered, kept, files, kind="telemetry").collect()
    taken = Taken(
        sorted(kept.collect(), key=lambda row: (row["source_file"], row["source_line"], row["event_id"])),
        sorted(rejected_rows(numbered).collect(), key=lambda row: (row["position"], row["batch_index"] or 0)),
        {row["source_file"]: tuple(row[name] for name in _COUNTS) for row in told},
    )
    kept.unpersist()
    parsed.unpersist()
    return taken


_COUNTS = ("lines", "events", "kept", "duplicates", "rejected")
