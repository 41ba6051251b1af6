"""What the voice step asks Spark for on one machine; on a cluster: tests/e2e/test_gpu_scheduling.py."""

import logging
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.config import VoiceSettings
from engagement.errors import ConfigurationError, ModelError
from engagement.inference.gpu import device_of_task, gpu_profile
from engagement.inference.providers import CUDA, providers
from engagement.recordings import Worklist, score_due
from engagement.schemas import VOICE_SCORES
from engagement.tables import Warehouse, exists

HAS_CUDA = CUDA in str(providers(device=0))
without_cuda = pytest.mark.skipif(HAS_CUDA, reason="CUDA can start here")


def test_gpu_profile__nothing_asked_for_asks_nothing(
    spark: SparkSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert gpu_profile(spark, VoiceSettings()) is None
    assert not caplog.records


@without_cuda
def test_gpu_profile__a_required_gpu_that_is_not_there_stops_with_the_reason(spark: SparkSession) -> None:
    with pytest.raises(
        ModelError, match=r"voice\.require_gpu is true, but CUDA cannot start: there is no NVIDIA"
    ):
        gpu_profile(spark, VoiceSettings(require_gpu=True))


@without_cuda
def test_score_due__a_required_gpu_that_is_not_there_stops_before_anything_is_fetched(
    spark: SparkSession, tmp_path: Path
) -> None:
    warehouse = Warehouse(str(tmp_path / "warehouse"))
    settings = VoiceSettings(audio_root=str(tmp_path / "a root that no fetch would take"), require_gpu=True)
    due = spark.createDataFrame([("r1", "a.wav", 0)], "response_id string, audio_key string, batch int")
    with pytest.raises(ModelError, match=r"voice\.require_gpu is true"):
        score_due(Worklist(due, {"new": 1}), warehouse, settings)
    assert not exists(spark, warehouse, VOICE_SCORES)


def test_gpu_profile__shares_of_gpus_need_a_cluster(spark: SparkSession) -> None:
    with pytest.raises(ConfigurationError, match=r"voice\.tasks_per_gpu is 4, but Spark shares out GPUs"):
        gpu_profile(spark, VoiceSettings(tasks_per_gpu=4))


@pytest.mark.parametrize("setting", [{"tasks_per_gpu": -1}, {"tasks_per_gpu": 65}, {"gpus_per_executor": -1}])
def test_voice_settings__counts_of_gpus_within_bounds(setting: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        VoiceSettings(**setting)


def test_device_of_task__outside_a_task_is_the_first() -> None:
    assert device_of_task() == 0
