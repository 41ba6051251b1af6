"""The scorer of batches, without Spark: what it returns must fit the table, whatever became of the clips."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from moto.server import ThreadedMotoServer
from pyspark.sql.pandas.types import to_arrow_schema

from engagement.config import VoiceSettings
from engagement.inference import voice_udf
from engagement.inference.listening import CLIPS_PER_CALL
from engagement.inference.voice_udf import SCORE_SCHEMA, model_hashes, voice_scorer
from tests.unit.sounds import tone, voice, wav
from tests.unit.voice_batches import recordings_batch
from tests.unit.waveform_models import expected_probabilities, write_waveform_model


def test_voice_scorer__a_batch_without_any_recording_still_fits_the_table(tmp_path: Path) -> None:
    batch = recordings_batch(["gone.wav", "../out.wav"], [None, "one"])
    (scored,) = voice_scorer(VoiceSettings(audio_root=str(tmp_path)))([batch])
    assert scored["status"].tolist() == ["not_found", "outside_root"]
    table = pa.Table.from_pandas(scored, schema=to_arrow_schema(SCORE_SCHEMA), preserve_index=False)
    assert table.column("audio_version").null_count == 2
    assert scored["audio_version"].dtype == object


def test_voice_scorer__a_model_of_ones_own_hears_the_waveforms(tmp_path: Path) -> None:
    soft, loud = 0.1 * voice(150), voice(150, seconds=3.1)
    (tmp_path / "soft.wav").write_bytes(wav(soft))
    (tmp_path / "loud.wav").write_bytes(wav(loud))
    (tmp_path / "tone.wav").write_bytes(wav(tone()))
    model = write_waveform_model(tmp_path / "model", is_masked=True)
    batch = recordings_batch(["soft.wav", "gone.wav", "tone.wav", "loud.wav"])
    own = VoiceSettings(audio_root=str(tmp_path), emotion_model=str(model))
    (scored,) = voice_scorer(own)([batch])
    assert scored["status"].tolist() == ["ok", "not_found", "no_speech", "ok"]
    expected = expected_probabilities([float(np.mean(signal**2)) for signal in (soft, loud)])[:, :2]
    shares = expected[:, 0] / expected.sum(axis=1)
    assert shares[1] > shares[0] + 0.1
    assert scored["emotion_anger"].tolist()[::3] == pytest.approx(list(shares), abs=1e-3)
    assert scored["emotion_anger"].isna().tolist() == [False, True, True, False]
    assert scored["emotion_fear"].isna().all()
    table = pa.Table.from_pandas(scored, schema=to_arrow_schema(SCORE_SCHEMA), preserve_index=False)
    assert table.column("emotion_fear").null_count == 4
    assert table.column("tone_prosody").null_count == 2
    assert set(scored["emotion_model"]) == {model_hashes(own)[0]}
    assert model_hashes(own)[0] != model_hashes(VoiceSettings())[0]


def test_voice_scorer__a_bucket_gives_the_scores_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {
        "low.wav": wav(voice(120, seconds=3)),
        "high.wav": wav(voice(300)),
        "tone.wav": wav(tone(seconds=2)),
        "page.wav": b"<html><body>Not Found</body></html>",
        "empty.wav": b"",
    }
    keys = [*contents, "none.wav", "../out.wav"] * 10  # more than one call of the models
    assert len(keys) > CLIPS_PER_CALL
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    bucket = boto3.client("s3", endpoint_url=endpoint)
    bucket.create_bucket(Bucket="voices")
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        bucket.put_object(Bucket="voices", Key=f"app/{name}", Body=content)
    batch = recordings_batch(keys)
    folder = VoiceSettings(audio_root=str(tmp_path))
    store = VoiceSettings(audio_root="s3://voices/app", s3_endpoint=endpoint)
    from_folder, from_store = (pd.concat(list(voice_scorer(where)([batch]))) for where in (folder, store))
    server.stop()
    assert from_folder["status"].tolist()[:3] == ["ok", "ok", "no_speech"]
    pd.testing.assert_frame_equal(
        from_store.drop(columns="audio_version"), from_folder.drop(columns="audio_version"), rtol=0, atol=1e-9
    )
    # The MD5 of an object put in one piece is its ETag.
    assert from_store["audio_version"].iloc[0] == hashlib.md5(contents["low.wav"]).hexdigest()


def test_voice_scorer__listens_to_the_next_call_while_the_models_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, heard_meanwhile = [], threading.Event()
    listen, scored_rows = voice_udf.listen, voice_udf.scored_rows

    def listening(*arguments: Any) -> Any:
        heard.append(arguments)
        if len(heard) > CLIPS_PER_CALL:
            heard_meanwhile.set()
        return listen(*arguments)

    def scoring(*arguments: Any) -> pd.DataFrame:
        assert heard_meanwhile.wait(10)
        return scored_rows(*arguments)

    monkeypatch.setattr(voice_udf, "listen", listening)
    monkeypatch.setattr(voice_udf, "scored_rows", scoring)
    (tmp_path / "voice.wav").write_bytes(wav(voice(seconds=1)))
    keys = ["voice.wav", *["none.wav"] * CLIPS_PER_CALL]
    batches = [recordings_batch(keys), recordings_batch(keys)]  # a call takes clips of both
    scored = list(voice_scorer(VoiceSettings(audio_root=str(tmp_path)))(batches))
    assert [len(rows) for rows in scored] == [CLIPS_PER_CALL, CLIPS_PER_CALL, 2]
