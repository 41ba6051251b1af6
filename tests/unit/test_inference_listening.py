"""What is heard before the models are called: how much at a time, and on how many threads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engagement.audio.fetch import Recording
from engagement.config import VoiceSettings
from engagement.inference.listening import (
    CLIPS_PER_CALL,
    SECONDS_PER_CALL,
    Heard,
    in_calls,
    listen,
    load_models,
    score,
)
from engagement.schemas.enums import VoiceStatus
from tests.unit.sounds import voice, wav

SETTINGS = VoiceSettings()
THREADS = """
import json, threadpoolctl
from engagement.config import VoiceSettings
from engagement.inference.listening import load_models
before = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
load_models(VoiceSettings())
print(json.dumps([before, [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]]))
"""


def clips(*seconds: float) -> list[Heard]:
    return [Heard(place, {"clip_seconds": length}) for place, length in enumerate(seconds)]


def test_in_calls__a_call_is_full_by_clips_or_by_seconds_of_audio() -> None:
    many = list(in_calls(clips(*[1.0] * (2 * CLIPS_PER_CALL + 3))))
    assert [len(call) for call in many] == [CLIPS_PER_CALL, CLIPS_PER_CALL, 3]
    assert [clip.row for call in many for clip in call] == list(range(2 * CLIPS_PER_CALL + 3))
    half = SECONDS_PER_CALL / 2
    assert [len(call) for call in in_calls(clips(half, half, 1.0, 2 * half, 1.0))] == [2, 2, 1]


def test_in_calls__what_was_not_decoded_counts_as_a_clip_without_seconds() -> None:
    assert [len(call) for call in in_calls([Heard(0, {"status": "not_found"})] * (CLIPS_PER_CALL + 1))] == [
        CLIPS_PER_CALL,
        1,
    ]
    assert list(in_calls([])) == []


def test_score__each_clip_keeps_its_own_scores_among_failures() -> None:
    models = load_models(SETTINGS)
    high, low = (Recording(wav(voice(hz)), "1") for hz in (300, 120))
    fetched = [VoiceStatus.NOT_FOUND, high, Recording(b"<html>", "2"), low]
    heard = [listen(recording, place, models, SETTINGS) for place, recording in enumerate(fetched)]
    columns = score(heard, [None, "we call it bear", None, None], models)
    assert columns["status"] == ["not_found", "ok", "not_audio", "ok"]
    assert columns["audio_version"] == [None, "1", "2", "1"]
    assert np.isnan(columns["tone_fluency"]).tolist() == [True, False, True, False]
    alone = score([listen(low, 0, models, SETTINGS)], [None], models)
    assert columns["tone_prosody"][3] == pytest.approx(alone["tone_prosody"][0], abs=1e-9)
    assert columns["tone_prosody"][1] != pytest.approx(columns["tone_prosody"][3], abs=1e-3)


def test_load_models__numeric_libraries_keep_to_the_threads_of_the_task() -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    ran = subprocess.run(
        [sys.executable, "-c", THREADS],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = json.loads(ran.stdout)
    assert max(before) == 2
    assert set(after) == {1}
