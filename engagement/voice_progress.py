"""How far the recordings of a run are, and what the next run would take, in words."""

import time
from dataclasses import dataclass, field

from pyspark import Accumulator
from pyspark.accumulators import AccumulatorParam
from pyspark.sql import SparkSession, functions as F

from engagement.config import VoiceSettings
from engagement.inference.voice_udf import SECONDS
from engagement.schemas import RUNS
from engagement.schemas.enums import VoiceStatus
from engagement.tables import Warehouse, read_or_empty

_RUNS_TO_ESTIMATE_FROM = 5
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Progress:
    """Figures that grow while the tasks of a run end.

    Attributes:
        recordings: Recordings to fetch, count.
        tally: Those done by status, and their seconds under `SECONDS`.
        began: When the run began, seconds of the monotonic clock.
    """

    recordings: int
    tally: Accumulator[dict[str, float]]
    began: float = field(default_factory=time.monotonic)

    def told(self) -> str:
        """Return recordings, speed, hours of audio, failures by reason and the time left, in words."""
        counts = dict(self.tally.value)
        audio_hours = counts.pop(SECONDS, 0) / _SECONDS_PER_HOUR
        done = int(sum(counts.values()))
        if not done:
            return f"{self.recordings:,} recordings to fetch, none done yet"
        speed = done / (time.monotonic() - self.began)
        failures = [
            f"{status} {int(count):,}" for status, count in sorted(counts.items()) if status != VoiceStatus.OK
        ]
        left = max(self.recordings - done, 0) / speed
        return (
            f"{done:,} of {self.recordings:,} recordings, {speed:,.0f}/s, {audio_hours:,.2f} h of audio, "
            f"{', '.join(failures) or 'no failure'}, {_lasting(left)} left"
        )


class Sums(AccumulatorParam[dict[str, float]]):
    """Adds up dictionaries of numbers."""

    def zero(self, value: dict[str, float]) -> dict[str, float]:
        return {}

    def addInPlace(  # noqa: N802 - Spark's name
        self, value1: dict[str, float], value2: dict[str, float]
    ) -> dict[str, float]:
        return {name: value1.get(name, 0) + value2.get(name, 0) for name in {*value1, *value2}}


def estimate(spark: SparkSession, warehouse: Warehouse, recordings: int, settings: VoiceSettings) -> str:
    """Return in words how long scoring would take and cost, judged by the last runs of this warehouse."""
    runs = (
        read_or_empty(spark, warehouse, RUNS)
        .where("step = 'score_voice' and status in ('done', 'accepted') and detail['scored'] > 0")
        .orderBy(F.col("started_at").desc())
        .limit(_RUNS_TO_ESTIMATE_FROM)
        .agg(F.sum(F.col("detail")["scored"]), F.sum("seconds"))
        .collect()[0]
    )
    scored, seconds = runs[0], runs[1]
    if not scored:
        return "no run has scored recordings here yet: nothing to estimate time and cost from"
    hours = recordings * seconds / scored / _SECONDS_PER_HOUR
    speed = (
        f"at {scored / seconds:,.0f} recordings/s, as in the last runs, {_lasting(hours * _SECONDS_PER_HOUR)}"
    )
    if settings.cost_per_hour is None:
        return f"{speed}; set voice.cost_per_hour for the cost"
    return f"{speed} and {hours * settings.cost_per_hour:,.2f} at {settings.cost_per_hour:g} an hour"


def _lasting(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / _SECONDS_PER_HOUR:.1f} h"
