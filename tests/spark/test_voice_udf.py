"""Recordings to scores inside Spark: one row out per row in, whatever happens to a clip."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from engagement.config import VoiceSettings
from engagement.inference.emotion import EMOTIONS
from engagement.inference.listening import CLIPS_PER_CALL
from engagement.inference.voice_udf import (
    SCORE_SCHEMA,
    model_hashes,
    score_voice,
    voice_scorer,
)
from tests.unit.sounds import tone, voice, wav
from tests.unit.voice_batches import DAY, recordings_batch

SCORES = [
    name for name in SCORE_SCHEMA.names if name.startswith(("emotion_", "tone_")) and "model" not in name
]


@pytest.fixture(scope="module")
def audio_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two made-up voices and one recording of every kind of fault."""
    root = tmp_path_factory.mktemp("audio")
    whole = wav(voice())
    contents = {
        "low.wav": wav(voice(120, seconds=3)),
        "high.wav": wav(voice(300)),
        "tone.wav": wav(tone(seconds=2)),
        "silence.wav": wav(np.zeros(16_000, dtype=np.float32)),
        "page.wav": b"<html><body>Not Found</body></html>",
        "empty.wav": b"",
        "cut.wav": whole[: len(whole) // 2],
        "short.wav": wav(tone(seconds=0.05)),
        "long.wav": wav(tone(seconds=11)),
        "large.wav": bytes(2_000_001),
    }
    for name, content in contents.items():
        (root / name).write_bytes(content)
    return root


def settings(audio_root: Path) -> VoiceSettings:
    return VoiceSettings(audio_root=str(audio_root), max_bytes=2_000_000, max_seconds=10.0)


def recordings(spark: SparkSession, keys: list[str]) -> DataFrame:
    rows = [(f"r{i:03}", DAY, key, "we call it bear" if i % 2 else None, None) for i, key in enumerate(keys)]
    return spark.createDataFrame(
        rows,
        "response_id string, response_date date, audio_key string, original_text string, "
        "first_tried_at timestamp",
    )


def test_score_voice__a_bad_clip_costs_its_row_only(spark: SparkSession, audio_root: Path) -> None:
    expected = {
        "low.wav": "ok",
        "high.wav": "ok",
        "tone.wav": "no_speech",
        "silence.wav": "no_speech",
        "page.wav": "not_audio",
        "empty.wav": "empty",
        "cut.wav": "truncated",
        "short.wav": "too_short",
        "long.wav": "too_long",
        "large.wav": "too_large",
        "none.wav": "not_found",
        "../other.wav": "outside_root",
        "file:///etc/passwd": "outside_root",
    }
    scored = score_voice(recordings(spark, list(expected)), settings(audio_root))
    assert scored.schema.names == SCORE_SCHEMA.names
    rows = {row.audio_key: row for row in scored.collect()}
    assert {key: row.status for key, row in rows.items()} == expected
    for row in rows.values():
        if row.status == "ok":
            assert sum(row[f"emotion_{label}"] for label in EMOTIONS) == pytest.approx(1)
            assert 0 <= row.tone_prosody <= 10
            assert 0 <= row.arousal <= 1
        else:
            assert [row[name] for name in SCORES] == [None] * len(SCORES)
    assert rows["low.wav"].pitch_median_hz == pytest.approx(120, rel=0.02)
    assert rows["low.wav"].clip_seconds == pytest.approx(4)
    assert rows["low.wav"].sample_rate_hz == 16_000
    assert rows["silence.wav"].clip_seconds == pytest.approx(1)
    assert rows["silence.wav"].speech_seconds == 0
    assert rows["silence.wav"].loudness_db is None
    assert rows["page.wav"].audio_version is not None
    assert rows["page.wav"].clip_seconds is None
    assert {(row.emotion_model, row.tone_model) for row in rows.values()} == {
        model_hashes(settings(audio_root))
    }


def test_score_voice__real_speech_scores_the_same_in_any_partitioning(
    spark: SparkSession, corpora: Path
) -> None:
    root = corpora / "speechocean762" / "flac"
    keys = sorted(path.name for path in root.glob("*.flac"))[::50]
    clips = recordings(spark, keys)

    def scored(partitions: int) -> pd.DataFrame:
        parted = clips.repartition(partitions, "response_id")
        return score_voice(parted, settings(root)).toPandas().set_index("response_id").sort_index()

    one, seven = scored(1), scored(7)
    assert (one["status"] == "ok").all()
    numbers = list(one.select_dtypes("number").columns)
    pd.testing.assert_frame_equal(one[numbers], seven[numbers], rtol=0, atol=1e-9)
    assert one["tone_fluency"].std() > 0.3


def test_voice_scorer__batches_larger_than_a_model_call_keep_their_order(audio_root: Path) -> None:
    count = CLIPS_PER_CALL + 3
    batch = recordings_batch(["none.wav", "high.wav"] * (count // 2) + ["low.wav"])
    scored = pd.concat(list(voice_scorer(settings(audio_root))(iter([batch]))))
    assert scored["response_id"].tolist() == batch["response_id"].tolist()
    assert scored["status"].tolist() == ["not_found", "ok"] * (count // 2) + ["ok"]
    high, low = scored["tone_prosody"].iloc[1], scored["tone_prosody"].iloc[-1]
    assert scored["tone_prosody"].iloc[CLIPS_PER_CALL + 1] == pytest.approx(high)
    assert low != pytest.approx(high)


def test_voice_scorer__no_recordings_give_no_rows(audio_root: Path) -> None:
    none = recordings_batch([])
    assert list(voice_scorer(settings(audio_root))(iter([none]))) == []
