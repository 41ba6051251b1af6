"""Emotions against the learner's own voice inside Spark: order by time, one learner, any partitioning."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

from engagement.audio.functionals import functional_names
from engagement.config import VoiceSettings
from engagement.inference.calibration_udf import calibrate_voice
from engagement.inference.emotion import EMOTIONS
from engagement.schemas import RESPONSES, VOICE_SCORES
from tests.rows import frame

START = datetime(2025, 1, 6, 9)
PLAIN = {f"emotion_{label}": 1 / len(EMOTIONS) for label in EMOTIONS}


def _response(response_id: str, minutes: float, learner: str) -> dict[str, Any]:
    at = START + timedelta(minutes=minutes)
    return {"response_id": response_id, "learner_id": learner, "responded_at": at, "audio_key": "k"}


def _score(response_id: str, seed: int) -> dict[str, Any]:
    functionals = np.random.default_rng(seed).normal(size=len(functional_names())) * 3
    told = {"audio_key": "k", "status": "ok", "functionals": functionals.tolist()}
    return {"response_id": response_id, **told, **PLAIN}


def test_calibrate_voice__as_of_each_clip_in_any_partitioning(spark: SparkSession) -> None:
    # Ids run against time, and two clips of one time go by id.
    responses = [_response(f"ann{99 - i}", i, "ann") for i in range(12)]
    responses += [_response(f"bob{i}", 0, "bob") for i in range(3)]
    scores = [_score(response["response_id"], seed) for seed, response in enumerate(responses)]
    unusable = [
        {"response_id": "silent", "audio_key": "k", "status": "no_speech"},
        {"response_id": "before functionals", "audio_key": "k", "status": "ok", **PLAIN},
        _score("of nobody", 50),
    ]
    named = [_response("silent", -1, "ann"), _response("before functionals", -2, "ann")]

    def calibrated(rows: list[dict[str, Any]], partitions: int) -> pd.DataFrame:
        voices = frame(spark, VOICE_SCORES, rows).repartition(partitions, "response_id")
        known = frame(spark, RESPONSES, [*responses, *named])
        got = calibrate_voice(voices, known, VoiceSettings())
        return got.toPandas().set_index("response_id").sort_index()

    one, five = calibrated([*scores, *unusable], 1), calibrated([*reversed(scores), *unusable], 5)
    assert set(one.index) == {response["response_id"] for response in responses}
    assert [one["baseline_clips"][f"ann{99 - i}"] for i in range(12)] == list(range(1, 13))
    assert [one["baseline_clips"][f"bob{i}"] for i in range(3)] == [1, 2, 3]
    assert one["arousal_calibrated"].nunique() > 3
    pd.testing.assert_frame_equal(one, five, rtol=0, atol=1e-9)
    early = calibrated(scores[:6], 2)
    pd.testing.assert_frame_equal(one.loc[early.index], early, rtol=0, atol=1e-9)
