"""What the voice step asks Spark for on one machine; on a cluster: tests/e2e/test_gpu_scheduling.py."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyspark import SparkConf
from pyspark.sql import SparkSession

from engagement.config import VoiceSettings
from engagement.errors import ConfigurationError, ModelError
from engagement.inference.gpu import _profile, device_of_task, gpu_profile
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
        score_due(Worklist(due, {"new": 1}, batches=1), warehouse, settings)
    assert not exists(spark, warehouse, VOICE_SCORES)


def test_gpu_profile__shares_of_gpus_need_a_cluster(spark: SparkSession) -> None:
    with pytest.raises(ConfigurationError, match=r"voice\.tasks_per_gpu is 4, but Spark shares out GPUs"):
        gpu_profile(spark, VoiceSettings(tasks_per_gpu=4))


def test_gpu_profile__shares_of_gpus_need_spark_4() -> None:
    with pytest.raises(ConfigurationError, match=r"Spark 3\.5\.9 gives one step no GPUs of its own: .*--gpu"):
        gpu_profile(SimpleNamespace(version="3.5.9"), VoiceSettings(tasks_per_gpu=4))


def on_a_cluster(**conf: str) -> SimpleNamespace:
    """Return what the profile needs to know of a session on a cluster."""
    settings = SparkConf(loadDefaults=False).setAll([(name.replace("_", "."), conf[name]) for name in conf])
    return SimpleNamespace(
        version="4.0.1", sparkContext=SimpleNamespace(master="yarn", getConf=lambda: settings)
    )


@pytest.mark.usefixtures("spark")
def test_profile__executors_of_the_step_have_the_gpus_where_spark_may_start_them() -> None:
    cluster = on_a_cluster(
        spark_dynamicAllocation_enabled="true",
        spark_executor_cores="4",
        spark_executor_resource_gpu_discoveryScript="./find_gpus.sh",
    )
    profile = _profile(cluster, VoiceSettings(tasks_per_gpu=4, gpus_per_executor=2))
    assert profile.taskResources["gpu"].amount == 0.25
    found = profile.executorResources["gpu"]
    assert (found.amount, found.discoveryScript, found.vendor) == (2, "./find_gpus.sh", "nvidia.com")
    assert profile.executorResources["cores"].amount == 4


@pytest.mark.usefixtures("spark")
def test_profile__the_applications_executors_have_them_else() -> None:
    cluster = on_a_cluster(spark_executor_resource_gpu_amount="1")
    profile = _profile(cluster, VoiceSettings(tasks_per_gpu=2))
    assert profile.taskResources["gpu"].amount == 0.5
    assert profile.executorResources == {}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"tasks_per_gpu": 2}, r"executors have no GPU: set spark\.executor\.resource\.gpu\.amount"),
        ({"tasks_per_gpu": 2, "gpus_per_executor": 1}, r"spark\.dynamicAllocation\.enabled=true"),
    ],
)
def test_profile__an_application_without_gpus_is_told_what_is_missing(
    setting: dict[str, int], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        _profile(on_a_cluster(), VoiceSettings(**setting))


@pytest.mark.parametrize("setting", [{"tasks_per_gpu": -1}, {"tasks_per_gpu": 65}, {"gpus_per_executor": -1}])
def test_voice_settings__counts_of_gpus_within_bounds(setting: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        VoiceSettings(**setting)


def test_device_of_task__outside_a_task_is_the_first() -> None:
    assert device_of_task() == 0
