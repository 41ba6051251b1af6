"""The voice step on two workers that have nothing but the wheel: GPUs shared out, faults survived."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engagement.config import VoiceSettings
from engagement.inference.voice_udf import voice_scorer
from tests.e2e.standalone_cluster import GPUS, SMALL, submit
from tests.unit.media import recorded
from tests.unit.sounds import tone, voice, wav

ROOT = Path(__file__).resolve().parents[2]
CONF = {
    **SMALL,
    "spark.executor.resource.gpu.amount": "1",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.adaptive.enabled": "false",
}


@pytest.fixture(scope="module")
def audio_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    for number in range(16):
        (folder / f"voice{number:02}.wav").write_bytes(wav(voice(120 + 10 * number, seconds=1)))
    (folder / "phone.m4a").write_bytes(recorded(tone(rate_hz=48_000), "m4a"))
    (folder / "page.wav").write_bytes(b"<html>")
    return folder


@pytest.fixture(scope="module")
def told(
    audio_folder: Path, archive: Path, cluster: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the application says that ran on the cluster."""
    folder = tmp_path_factory.mktemp("application")
    answer = folder / "answer.json"
    application = ROOT / "tests/e2e/cluster_application.py"
    done = submit(cluster, archive, CONF, application, str(audio_folder), str(answer), folder=folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    answered: dict[str, Any] = json.loads(answer.read_text())
    return {**answered, "archive": archive.name, "said": done.stdout + done.stderr}


@pytest.fixture(scope="module")
def expected(audio_folder: Path) -> pd.DataFrame:
    """What this process makes of the same recordings, without Spark."""
    keys = sorted(path.name for path in audio_folder.iterdir())
    ids = [f"r{number:03}" for number in range(len(keys))]
    batch = pd.DataFrame({"response_id": ids, "audio_key": keys, "original_text": "one two"})
    batch = batch.assign(response_date=date(2026, 1, 1), first_tried_at=None)
    scored = pd.concat(voice_scorer(VoiceSettings(audio_root=str(audio_folder)))([batch]))
    return scored.drop(columns=["functionals", "response_date", "first_tried_at"])


@pytest.mark.parametrize("run", ["plain", "faulty"])
def test_score_voice__a_cluster_makes_the_table_of_one_process(
    told: dict[str, Any], expected: pd.DataFrame, run: str
) -> None:
    found = pd.DataFrame(told[run])
    assert set(found["status"]) == {"ok", "no_speech", "not_audio"}
    for name, values in expected.items():
        if pd.api.types.is_numeric_dtype(values):
            np.testing.assert_allclose(found[name].astype(float), values.astype(float), rtol=0, atol=1e-6)
        else:
            assert found[name].tolist() == values.tolist()


def test_score_voice__every_task_has_a_gpu_of_its_own_worker_and_two_share_one(told: dict[str, Any]) -> None:
    tasks = {(row["host"], row["addresses"], row["began"], row["ended"]) for row in told["faulty"]}
    for host, address, _, _ in tasks:
        worker = int(host.split("/worker")[1][0])
        assert address in GPUS[worker]
    assert all(int(row["addresses"]) == row["device"] for row in told["faulty"])
    together = [
        one
        for one in tasks
        for other in tasks
        if one is not other and one[:2] == other[:2] and one[2] < other[3] and other[2] < one[3]
    ]
    assert together, tasks


def test_score_voice__the_code_and_the_models_come_from_the_wheel(told: dict[str, Any]) -> None:
    for row in told["faulty"]:
        assert row["module"].startswith(row["host"])
        assert f"{told['archive']}/engagement/" in row["module"]


def test_score_voice__a_killed_worker_and_a_lost_executor_were_there(told: dict[str, Any]) -> None:
    assert len({row["response_id"] for row in told["faulty"] if row["attempt"] > 0}) > 1


def test_gpu_profile__without_cuda_it_warns_once_and_refuses_where_it_is_required(
    told: dict[str, Any],
) -> None:
    assert told["said"].count("Recordings are scored on the CPU") == 1
    assert told["required"].startswith("ModelError: voice.require_gpu is true, but CUDA cannot start: ")
    assert "spark.dynamicAllocation.enabled=true" in told["without_gpus"]
