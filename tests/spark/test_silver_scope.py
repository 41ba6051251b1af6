"""Sessions cut again from the last one before the first new event: the same as all cut anew."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession, functions as F

from engagement.schemas import EVENTS, MILESTONE_RECORDS
from engagement.silver.learners import content_session_learners
from engagement.silver.scope import (
    affected_learners,
    anew,
    marked,
    place_in_time,
    resumed_groups,
    touched_groups,
)
from engagement.silver.sessions import assign_sessions, summarise_sessions
from tests.rows import frame
from tests.spark.bronze_rows import ETS

_PAUSES = (0, 0, 1_000, 600_000, 1_800_000, 1_800_001, 9_000_000)
_DEVICES, _EVENTS = 150, 14


def _events(chosen: random.Random) -> list[dict[str, Any]]:
    """Make events of many devices, with ties, breaks, app starts and ends; one in eight is new."""
    made = []
    for device in range(_DEVICES):
        ets = ETS
        for _ in range(chosen.randint(2, _EVENTS)):
            ets += chosen.choice(_PAUSES)
            eid = chosen.choice(("START", "END", "END", "LOG", "RESPONSE", "INTERACT"))
            made.append(
                {
                    "event_id": f"{chosen.getrandbits(64):016x}",
                    "eid": eid,
                    "edata_type": chosen.choice(("app", "session")),
                    "device_id": f"device-{device}" if device else None,
                    "channel": chosen.choice(("tn", "tn", None)),
                    "pdata_id": "app",
                    "ets_milliseconds": ets,
                    "event_at": datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ets),
                    "mid": "new" if eid != "LOG" and chosen.random() < 1 / 8 else "old",
                }
            )
    return made


def _cut(events: DataFrame, **resumed: Any) -> DataFrame:
    return assign_sessions(events, **resumed).withColumn("learner_id", F.lit("a learner"))


def _in_order(rows: DataFrame) -> list[Row]:
    return sorted(rows.collect(), key=lambda row: str(row["event_id"]))


def test_resumed_groups__cut_again_as_all_cut_anew(spark: SparkSession) -> None:
    events = frame(spark, EVENTS, _events(random.Random(6))).persist()
    former = events.where("mid = 'old'")
    before, after = _cut(former).persist(), _cut(events).persist()
    sessions = summarise_sessions(before).persist()

    resumed = resumed_groups(touched_groups(events.where("mid = 'new'")), sessions).persist()
    place = F.struct("ets_milliseconds", "event_id")
    cut_again = _cut(anew(events, resumed, place), is_resumed=F.col("is_resumed")).drop("is_resumed")
    stays = marked(before, resumed, place).where("not is_anew").drop("is_anew", "is_resumed")

    assert resumed.count() > 60 and 0 < stays.count() < events.count()
    assert resumed.where("is_resumed").count() > 20
    assert _in_order(stays.unionByName(cut_again)) == _in_order(after)
    kept = marked(sessions, resumed, place_in_time("started_at", "first_event_id")).where("not is_anew")
    told = kept.select(sessions.columns).unionByName(summarise_sessions(cut_again)).drop("learner_id")
    assert told.exceptAll(summarise_sessions(after)).isEmpty()
    assert told.count() == summarise_sessions(after).count()


def test_affected_learners__those_of_then_and_now(spark: SparkSession) -> None:
    def export(record: str, learner: str) -> dict[str, Any]:
        at = datetime(2024, 5, 1, int(record), tzinfo=UTC)
        return {
            "record_id": record,
            "source": "set_result",
            "learner_id": learner,
            "content_session_id": "c1",
            "recorded_at": at,
        }

    answers = frame(
        spark,
        EVENTS,
        [
            {"event_id": "1", "eid": "RESPONSE", "content_session_id": "c1", "device_learner_id": "tablet"},
            {"event_id": "2", "eid": "RESPONSE", "virtual_learner_id": "v1"},
        ],
    )
    then = content_session_learners(frame(spark, MILESTONE_RECORDS, [export("1", "anna")]))
    records = frame(spark, MILESTONE_RECORDS, [export("2", "bela"), export("3", "carl")])
    maps = content_session_learners(records), then
    found = affected_learners(answers, records, maps, fallback="device").collect()
    # Bela was named in between: a run that died may have written her.
    assert {row["learner_id"] for row in found} == {"anna", "bela", "carl", "v1"}
