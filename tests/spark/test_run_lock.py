"""One run at a time: the second waits or gives up with one sentence, and a killed one blocks nobody."""

import logging
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from pyspark.sql import SparkSession
from werkzeug.serving import make_server

from engagement.config import RunSettings, load_settings
from engagement.errors import LockError, TableError
from engagement.lock_files import HadoopLockFile, S3LockFile
from engagement.run_lock import _beaten, _words, held_file, hold_warehouse
from engagement.schemas import RUNS
from engagement.step import Counts, Run, _timed
from engagement.tables import Warehouse, exists

ROOT = Path(__file__).resolve().parents[2]
# Gives up long before it could take anything for dead, however slow the machine.
IMPATIENT = RunSettings(lock_wait_seconds=0.3, lock_beat_seconds=1)
PATIENT = RunSettings(lock_wait_seconds=60, lock_beat_seconds=0.1)
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}

# What another run does, without a session of its own; it holds until it is killed.
_FOLDER_HOLDER = """
import sys, time, pathlib
from engagement.config import RunSettings
from engagement.run_lock import _held_folder
with _held_folder(pathlib.Path(sys.argv[1]), "other", RunSettings()):
    print("held", flush=True)
    time.sleep(120)
"""
_S3_HOLDER = """
import sys, time, boto3
from engagement.config import RunSettings
from engagement.lock_files import S3LockFile
from engagement.run_lock import held_file
file = S3LockFile(boto3.client("s3", endpoint_url=sys.argv[1]), "tables", "wh/_lock")
with held_file(file, "other", RunSettings(lock_beat_seconds=0.1), on_loss=lambda: None):
    print("held", flush=True)
    time.sleep(120)
"""


def _other_run(script: str, argument: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, argument], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that speaks S3, with one bucket."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    client = boto3.client("s3", endpoint_url=url)
    client.create_bucket(Bucket="tables")
    client.delete_object(Bucket="tables", Key="wh/_lock")
    yield url
    server.shutdown()


def test_hold_warehouse__second_run_gives_up_and_says_who_holds_it(
    spark: SparkSession, tmp_path: Path
) -> None:
    other = _other_run(_FOLDER_HOLDER, str(tmp_path))
    try:
        words = f"Another run holds the warehouse .run other, process {other.pid} on "
        with (
            pytest.raises(LockError, match=words),
            hold_warehouse(spark, str(tmp_path), "mine", IMPATIENT),
        ):
            pytest.fail("two runs at once")
    finally:
        _kill(other)


def test_hold_warehouse__a_killed_run_does_not_block_the_next(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = _other_run(_FOLDER_HOLDER, str(tmp_path))
    threading.Timer(2, lambda: _kill(other)).start()
    with hold_warehouse(spark, f"file://{tmp_path}", "mine", PATIENT):
        assert other.wait(10) == -signal.SIGKILL
        assert '"mine"' in (tmp_path / "_lock").read_text()
    assert f"run other, process {other.pid} on" in capsys.readouterr().out
    with hold_warehouse(spark, str(tmp_path), "again", IMPATIENT):
        pass


def test_hold_warehouse__where_nothing_can_be_written_is_one_sentence(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(TableError, match=r"cannot be written: (Not a directory|File exists)"),
        hold_warehouse(spark, str(tmp_path / "file"), "mine", IMPATIENT),
    ):
        pytest.fail("held")


def test_held_file__in_s3_one_holds_and_a_killed_one_is_taken_over(endpoint: str) -> None:
    file = S3LockFile(boto3.client("s3", endpoint_url=endpoint), "tables", "wh/_lock")
    other = _other_run(_S3_HOLDER, endpoint)
    try:
        with (
            pytest.raises(LockError, match=f"run other, process {other.pid} on"),
            held_file(file, "mine", RunSettings(lock_wait_seconds=1, lock_beat_seconds=0.1), on_loss=_never),
        ):
            pytest.fail("two runs at once")
    finally:
        _kill(other)
    began = time.monotonic()
    with held_file(file, "mine", PATIENT, on_loss=_never):
        assert time.monotonic() - began > 4 * PATIENT.lock_beat_seconds
    with held_file(file, "next", IMPATIENT, on_loss=_never):
        pass


def test_held_file__of_many_that_start_at_once_one_holds(endpoint: str) -> None:
    file = S3LockFile(boto3.client("s3", endpoint_url=endpoint), "tables", "wh/_lock")
    held, refused, done = [], [], threading.Barrier(4)

    def compete(number: int) -> None:
        try:
            with held_file(file, str(number), IMPATIENT, on_loss=_never):
                held.append(number)
                done.wait(30)
        except LockError as error:
            refused.append(str(error))
            done.wait(30)

    threads = [threading.Thread(target=compete, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1
    assert len(refused) == 3


def test_held_file__through_hadoop_the_second_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    file = HadoopLockFile(spark, f"file://{tmp_path}/wh/_lock")
    with held_file(file, "mine", IMPATIENT, on_loss=_never):
        assert file.create("second") is None
        with pytest.raises(LockError, match="run mine"), held_file(file, "b", IMPATIENT, on_loss=_never):
            pytest.fail("two runs at once")
    assert file.read() is None


def test_held_file__caught_empty_while_its_holder_writes_is_not_free(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "_lock").write_text("")
    file = HadoopLockFile(spark, f"file://{tmp_path}/_lock")
    with pytest.raises(LockError), held_file(file, "early", IMPATIENT, on_loss=_never):
        pytest.fail("two runs at once")
    began = time.monotonic()
    with held_file(file, "late", PATIENT, on_loss=_never):
        assert time.monotonic() - began > 3 * PATIENT.lock_beat_seconds


def test_held_file__a_run_whose_lock_was_taken_over_stops(spark: SparkSession, tmp_path: Path) -> None:
    file = HadoopLockFile(spark, f"file://{tmp_path}/_lock")
    lost = threading.Event()
    with (
        pytest.raises(LockError, match="took the warehouse over"),
        held_file(file, "mine", PATIENT, on_loss=lost.set),
    ):
        (tmp_path / "._lock.crc").unlink(missing_ok=True)
        (tmp_path / "_lock").write_text('{"run_id": "other", "pid": 1, "host": "b"}')
        assert lost.wait(10)
    assert "other" in (tmp_path / "_lock").read_text()


class _Unanswered(HadoopLockFile):
    """Its writes arrive, their answers do not."""

    def replace(self, token: str, text: str) -> str | None:
        if super().replace(token, text) is not None:
            raise TimeoutError
        return None


def test_beaten__a_write_whose_answer_was_lost_is_still_ones_own(spark: SparkSession, tmp_path: Path) -> None:
    uri = f"file://{tmp_path}/_lock"
    first = HadoopLockFile(spark, uri).create(_words("mine"))
    assert first is not None
    assert _beaten(_Unanswered(spark, uri), first, "mine") == first
    beaten = _beaten(HadoopLockFile(spark, uri), first, "mine")
    assert beaten not in (None, first)
    HadoopLockFile(spark, uri).replace(str(beaten), _words("other"))
    assert _beaten(HadoopLockFile(spark, uri), str(beaten), "mine") is None


def _never() -> None:
    raise AssertionError("the lock was lost")


def test_timed__a_reader_does_not_wait_and_leaves_its_row_out(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = Warehouse(str(tmp_path), "reader")
    run = Run(spark, load_settings("local"), warehouse, Namespace(), writes=False)
    with hold_warehouse(spark, str(tmp_path), "writer", IMPATIENT):
        _timed(run, "explain", lambda _: Counts(rows_in=1))
    said = capsys.readouterr().out
    assert "ops.runs could not be written: Another run holds the warehouse (run writer, process " in said
    assert "explain done in " in said
    assert not exists(spark, warehouse, RUNS)
