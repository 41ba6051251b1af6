"""The scorer of batches, without Spark: what it returns must fit the table, whatever became of the clips."""

import hashlib
from pathlib import Path

import boto3
import pandas as pd
import pyarrow as pa
import pytest
from moto.server import ThreadedMotoServer
from pyspark.sql.pandas.types import to_arrow_schema

from engagement.config import VoiceSettings
from engagement.inference.voice_udf import CLIPS_PER_CALL, SCORE_SCHEMA, voice_scorer
from tests.unit.sounds import tone, voice, wav


def test_voice_scorer__a_batch_without_any_recording_still_fits_the_table(tmp_path: Path) -> None:
    batch = pd.DataFrame(
        {"response_id": ["a", "b"], "audio_key": ["gone.wav", "../out.wav"], "original_text": [None, "one"]}
    )
    (scored,) = voice_scorer(VoiceSettings(audio_root=str(tmp_path)))([batch])
    assert scored["status"].tolist() == ["not_found", "outside_root"]
    table = pa.Table.from_pandas(scored, schema=to_arrow_schema(SCORE_SCHEMA), preserve_index=False)
    assert table.column("audio_version").null_count == 2
    assert scored["audio_version"].dtype == object


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
    batch = pd.DataFrame(
        {"response_id": [str(n) for n in range(len(keys))], "audio_key": keys, "original_text": None}
    )
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
