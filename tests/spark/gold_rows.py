"""Evidence and references for tests of the gold transforms, as rows written by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession, types as T

from engagement.gold.evidence import CONTEXT
from engagement.gold.indicators import NAMES
from engagement.schemas import REFERENCES
from tests.rows import frame

_KINDS: Mapping[str, T.DataType] = {
    "responded_at": T.TimestampType(),
    "period": T.DateType(),
    "accuracy": T.DoubleType(),
    "active_seconds": T.DoubleType(),
}
_SCHEMA = T.StructType(
    [
        *(T.StructField(name, _KINDS.get(name, T.StringType())) for name in CONTEXT),
        *(T.StructField(name, T.DoubleType()) for name in NAMES),
    ]
)
START = datetime(2025, 1, 6, 9)


def evidence_frame(spark: SparkSession, rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    """Return evidence: ids count up, one learner in one session and phase unless told otherwise."""
    complete = [_evidence_row(number, values) for number, values in enumerate(rows)]
    return spark.createDataFrame(complete, _SCHEMA)


def references_frame(spark: SparkSession, **means_and_spreads: tuple[float, float | None]) -> DataFrame:
    """Return references of January 2025 for language en."""
    period = START.date().replace(day=1)
    return frame(
        spark,
        REFERENCES,
        [
            {"language": "en", "period": period, "indicator": name, "mean": mean, "spread": spread}
            for name, (mean, spread) in means_and_spreads.items()
        ],
    )


def _evidence_row(number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    usual = {
        "response_id": f"r{number:04}",
        "learner_id": "ann",
        "language": "en",
        "level": "m1",
        "phase": "practice",
        "session_id": "s1",
        "responded_at": START + timedelta(minutes=number),
    }
    row = {**dict.fromkeys(_SCHEMA.names), **usual, **values}
    row["period"] = row["responded_at"].date().replace(day=1)
    return row
