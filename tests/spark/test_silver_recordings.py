"""Which recordings are fetched: what is settled is left alone, what may heal or has changed is not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.schemas import RESPONSES, VOICE_SCORES
from engagement.silver.recordings import due_recordings, folders_to_list, in_batches
from tests.rows import frame

DAY = date(2026, 1, 5)
LONG_AGO, RECENTLY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
MISSING_SINCE = datetime(2026, 1, 15, tzinfo=UTC)


def response(name: str, **values: Any) -> dict[str, Any]:
    return {"response_id": name, "response_date": DAY, "audio_key": f"school/{name}.wav", **values}


def score(name: str, status: str, **values: Any) -> dict[str, Any]:
    settled = {"audio_version": "v1", "emotion_model": "e1", "tone_model": "t1", "first_tried_at": LONG_AGO}
    return response(name, status=status, **{**settled, **values})


def listed(spark: SparkSession, *rows: tuple[str, str]) -> DataFrame:
    return spark.createDataFrame(list(rows), "audio_key string, audio_version string")


def due(
    spark: SparkSession, known: list[dict[str, Any]], *, emotion: str = "e1", now: DataFrame | None = None
) -> dict[str, str]:
    """Return why each recording is due; the response "new" is known to nobody."""
    names = ["new", *(row["response_id"] for row in known)]
    found = due_recordings(
        frame(spark, RESPONSES, [response(name) for name in names]),
        frame(spark, VOICE_SCORES, known),
        emotion_model=emotion,
        tone_model="t1",
        missing_since=MISSING_SINCE,
        listed=listed(spark) if now is None else now,
    )
    return {row["response_id"]: row["due"] for row in found.collect()}


@pytest.mark.parametrize(
    ("status", "first_tried_at", "reason"),
    [
        ("ok", LONG_AGO, None),
        ("no_speech", LONG_AGO, None),
        ("truncated", LONG_AGO, None),
        ("outside_root", LONG_AGO, None),
        ("not_found", RECENTLY, "retried"),
        ("not_found", MISSING_SINCE, None),
        ("not_found", LONG_AGO, None),
        ("forbidden", LONG_AGO, "retried"),
        ("unreadable", LONG_AGO, "retried"),
    ],
)
def test_due_recordings__what_may_heal_is_asked_for_again(
    spark: SparkSession, status: str, first_tried_at: datetime, reason: str | None
) -> None:
    expected = {"new": "new"} | ({"known": reason} if reason else {})
    assert due(spark, [score("known", status, first_tried_at=first_tried_at)]) == expected


def test_due_recordings__new_models_score_again_what_has_a_score(spark: SparkSession) -> None:
    known = [score("spoken", "ok"), score("silent", "no_speech"), score("broken", "not_audio")]
    assert due(spark, known, emotion="e2") == {"new": "new", "spoken": "rescored"}


def test_due_recordings__what_changed_in_the_store_is_fetched_again(spark: SparkSession) -> None:
    known = [score("same", "ok"), score("other", "ok"), score("mended", "truncated"), score("gone", "ok")]
    now = listed(
        spark,
        ("school/same.wav", "v1"),
        ("school/other.wav", "v2"),
        ("school/mended.wav", "v2"),
        ("x.wav", "v1"),
    )
    assert due(spark, known, now=now) == {"new": "new", "other": "changed", "mended": "changed"}


def test_due_recordings__a_retry_keeps_when_it_was_first_tried(spark: SparkSession) -> None:
    found = due_recordings(
        frame(spark, RESPONSES, [response("late", original_text="bear")]),
        frame(spark, VOICE_SCORES, [score("late", "not_found", first_tried_at=RECENTLY, audio_version=None)]),
        emotion_model="e1",
        tone_model="t1",
        missing_since=MISSING_SINCE,
        listed=listed(spark),
    ).collect()
    kept = [(row["original_text"], row["first_tried_at"].replace(tzinfo=UTC)) for row in found]
    assert kept == [("bear", RECENTLY)]


def test_folders_to_list__those_of_recent_scores_of_the_selection(spark: SparkSession) -> None:
    keys = {
        "a": "one/two/a.wav",
        "b": "b.wav",
        "old": "old/a.wav",
        "gone": "gone/a.wav",
        "other": "other/a.wav",
    }
    known = [
        score(name, "ok", audio_key=key, written_at=LONG_AGO if name == "old" else RECENTLY)
        for name, key in keys.items()
    ]
    known[3] |= {"status": "not_found", "audio_version": None}
    selected = [response(name, audio_key=keys[name]) for name in keys if name != "other"]
    folders = folders_to_list(
        frame(spark, RESPONSES, selected), frame(spark, VOICE_SCORES, known), scored_since=MISSING_SINCE
    )
    assert sorted(row["folder"] for row in folders.collect()) == ["", "one/two"]


def test_in_batches__of_the_size_asked_for_by_date_and_the_same_in_any_partitioning(
    spark: SparkSession,
) -> None:
    days = [date(2026, 1, 1 + number % 5) for number in range(500)]
    rows = [{"response_id": f"r{number}", "response_date": day} for number, day in enumerate(days)]
    due_rows = frame(spark, RESPONSES, rows).select("response_id", "response_date")
    dealt = [
        {
            row["response_id"]: (row["batch"], row["response_date"])
            for row in in_batches(due_rows.repartition(parts), recordings=120).collect()
        }
        for parts in (1, 5)
    ]
    assert dealt[0] == dealt[1]
    assert len(dealt[0]) == 500
    by_batch: dict[int, list[date]] = {}
    for batch, day in dealt[0].values():
        by_batch.setdefault(batch, []).append(day)
    assert sorted(by_batch) == [0, 1, 2, 3, 4]
    # Hashes deal the recordings of one day, so that a batch is of about the size asked for.
    assert all(90 <= len(by_batch[batch]) <= 150 for batch in range(4))
    assert all(max(by_batch[batch]) <= min(by_batch[batch + 1]) for batch in range(4))
