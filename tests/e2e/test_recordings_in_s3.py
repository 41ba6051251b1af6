"""Recordings in a store that speaks S3 over HTTP: scored as from a folder, and paid for once."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from pyspark.sql import functions as F
from werkzeug.serving import BaseWSGIServer, make_server

from engagement.reasons import exit_status_of, reason_of
from engagement.schemas import RUNS, VOICE_SCORES
from engagement.tables import append, exists, lineage_names
from jobs.score_voice import score_voice
from tests.e2e.conftest import Scored
from tests.rows import frame

BUCKET, PREFIX = "voices", "app/recordings"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
STEP = {"score_voice": score_voice}


class Store:
    """moto's S3 behind a door that counts what is fetched, and may refuse from some request on."""

    def __init__(self) -> None:
        self._s3 = DomainDispatcherApplication(create_backend_app)
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.fetched: list[str] = []
        self.refuse_after: int | None = None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        is_object = environ["REQUEST_METHOD"] == "GET" and len(environ["PATH_INFO"].strip("/").split("/")) > 1
        if is_object:
            if self.refuse_after is not None and len(self.fetched) >= self.refuse_after:
                start_response("403 Forbidden", [("Content-Type", "application/xml")])
                return [b"<Error><Code>ExpiredToken</Code><Message>secret words</Message></Error>"]
            self.fetched.append(environ["PATH_INFO"].split(f"{PREFIX}/", 1)[-1])
        return self._s3(environ, start_response)


@pytest.fixture
def store(scored_class: Scored, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The class's recordings in a bucket; Spark's workers get the credentials that this process has."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setitem(scored_class.spark.sparkContext.environment, name, value)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    opened = Store()
    client = boto3.client("s3", endpoint_url=opened.endpoint)
    client.create_bucket(Bucket=BUCKET)
    audio = scored_class.source / "audio"
    for path in sorted(audio.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(audio.resolve()):
            client.upload_file(str(path), BUCKET, f"{PREFIX}/{path.relative_to(audio)}")
    yield opened
    opened.server.shutdown()


@pytest.fixture
def unheard(beside: Callable[[], Scored], scored_class: Scored) -> Scored:
    """The class before its recordings were fetched."""
    other = beside()
    shutil.copytree(scored_class.root / "silver" / "responses", other.root / "silver" / "responses")
    return other


def in_store(store: Store, *more: str) -> list[str]:
    return [f"paths.audio=s3://{BUCKET}/{PREFIX}", f"voice.s3_endpoint={store.endpoint}", *more]


def same_scores(one: Scored, other: Scored) -> bool:
    """Compare all but lineage and versions, which are another store's."""
    left_out = {*lineage_names(), "audio_version", "first_tried_at"}
    columns = [name for name in VOICE_SCORES.column_names if name not in left_out]
    rounded = [
        F.round(name, 6).alias(name) if kind == "double" else F.col(name)
        for name, kind in one.table(VOICE_SCORES).dtypes
        if name in columns and name != "functionals"
    ]
    left, right = (scored.table(VOICE_SCORES).select(rounded) for scored in (one, other))
    return left.count() == right.count() > 100 and left.exceptAll(right).isEmpty()


def test_score_voice__from_a_bucket_as_from_a_folder_and_each_recording_once(
    scored_class: Scored, unheard: Scored, store: Store
) -> None:
    # Small batches: what is committed in parts is what is committed at once.
    first = unheard.run(in_store(store, "voice.batch_recordings=60"), steps=STEP, run_id="first")[
        "score_voice"
    ]
    assert same_scores(unheard, scored_class)
    assert first.detail["scored"] == first.detail["new"] == first.rows_in
    heard = unheard.table(VOICE_SCORES).agg(F.sum("clip_seconds")).collect()[0][0]
    assert first.detail["audio_seconds"] == round(heard)
    asked = len(store.fetched)
    assert asked == len(set(store.fetched)) > 100

    missing = first.detail["not_found"]
    again = unheard.run(in_store(store), steps=STEP, run_id="second")["score_voice"]
    assert again.detail["retried"] == again.rows_out == missing == len(store.fetched) - asked
    later = unheard.run(in_store(store, "voice.retry_missing_days=0"), steps=STEP, run_id="third")[
        "score_voice"
    ]
    assert (later.rows_out, len(store.fetched)) == (0, asked + missing)

    changed = unheard.table(VOICE_SCORES).where("status = 'ok'").orderBy("response_id").limit(2).collect()
    client = boto3.client("s3", endpoint_url=store.endpoint)
    other = client.get_object(Bucket=BUCKET, Key=f"{PREFIX}/{changed[1]['audio_key']}")["Body"].read()
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{changed[0]['audio_key']}", Body=other)
    store.fetched.clear()
    rechecked = unheard.run(in_store(store, "voice.recheck_days=2"), steps=STEP, run_id="fourth")[
        "score_voice"
    ]
    assert rechecked.detail["changed"] == 1
    assert [key for key in store.fetched if key == changed[0]["audio_key"]] == [changed[0]["audio_key"]]
    assert len(store.fetched) == 1 + missing
    now = unheard.table(VOICE_SCORES).where(F.col("response_id") == changed[0]["response_id"]).collect()[0]
    assert (now["clip_seconds"], now["arousal"]) == pytest.approx(
        (changed[1]["clip_seconds"], changed[1]["arousal"])
    )


def test_score_voice__credentials_that_expire_stop_the_run_and_what_is_scored_stays(
    scored_class: Scored, unheard: Scored, store: Store
) -> None:
    store.refuse_after = 70
    with pytest.raises(Exception, match="ExpiredToken") as stopped:
        unheard.run(in_store(store, "voice.batch_recordings=40"), steps=STEP, run_id="first")
    words = reason_of(stopped.value)
    assert words.startswith("Bucket 'voices' refuses the credentials (ExpiredToken): renew them")
    assert exit_status_of(stopped.value) == 1
    assert "secret words" not in str(stopped.value)
    kept = unheard.table(VOICE_SCORES).count()
    assert kept >= 40

    store.refuse_after = None
    resumed = unheard.run(in_store(store), steps=STEP, run_id="second")["score_voice"]
    assert resumed.detail["new"] == resumed.rows_in - kept
    assert same_scores(unheard, scored_class)


def test_score_voice__a_dry_run_counts_estimates_and_fetches_nothing(
    unheard: Scored, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = in_store(store, "voice.cost_per_hour=36")
    first = unheard.run(settings, steps=STEP, dry_run=True)["score_voice"]
    recordings = first.detail["new"]
    assert (
        f"Would fetch {recordings} recordings (new {recordings}): no run has scored"
        in capsys.readouterr().out
    )
    # 50 recordings a second at 36 an hour: a recording costs 0.0002.
    run = {
        "run_id": "r",
        "step": "score_voice",
        "status": "done",
        "seconds": 20.0,
        "detail": {"scored": 1000},
    }
    append(frame(unheard.spark, RUNS, [run]), unheard.warehouse, RUNS)
    unheard.run(settings, steps=STEP, dry_run=True)
    expected = (
        f"at 50 recordings/s, as in the last runs, {recordings / 50:.0f} s and {recordings * 0.0002:.2f} at"
    )
    assert expected in capsys.readouterr().out
    assert store.fetched == []
    assert not exists(unheard.spark, unheard.warehouse, VOICE_SCORES)
