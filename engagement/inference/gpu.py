"""GPUs of the cluster for the voice step alone: what it asks Spark for, and whether CUDA starts there."""

import logging
from collections.abc import Callable, Iterable

import pandas as pd
from pyspark import TaskContext
from pyspark.resource import (
    ExecutorResourceRequests,
    ResourceProfile,
    ResourceProfileBuilder,
    TaskResourceRequests,
)
from pyspark.sql import DataFrame, SparkSession, types as T

from engagement.config import VoiceSettings
from engagement.errors import ConfigurationError, ModelError
from engagement.inference.emotion import load_emotion_model
from engagement.inference.providers import CUDA, why_no_cuda

_ON_EXECUTORS = "spark.executor.resource.gpu"

BatchFunction = Callable[[Iterable[pd.DataFrame]], Iterable[pd.DataFrame]]

logger = logging.getLogger(__name__)


def gpu_profile(spark: SparkSession, settings: VoiceSettings) -> ResourceProfile | None:
    """Return what the voice step asks Spark for; None: nothing but what every task gets.

    Where a GPU is asked for or required, one task first tries to start CUDA, before anything is fetched.

    Raises:
        ConfigurationError: the application has no GPUs to share out.
        ModelError: a GPU is required, and CUDA cannot start.
    """
    profile = _profile(spark, settings) if settings.tasks_per_gpu else None
    if not (settings.require_gpu or profile):
        return None
    fault = _fault_in_a_task(spark, settings, profile)
    if fault and settings.require_gpu:
        raise ModelError(f"voice.require_gpu is true, but CUDA cannot start: {fault}.")
    if fault:
        logger.warning("CUDA cannot start: %s. Recordings are scored on the CPU.", fault)
    return profile


def map_batches(
    rows: DataFrame, function: BatchFunction, schema: T.StructType | str, profile: ResourceProfile | None
) -> DataFrame:
    """Return `function` over Arrow batches of rows, in tasks that get what the profile asks for.

    Spark 3.5 takes no profile here: there the whole application has the GPUs (conf/spark/gpu.conf).
    """
    if profile is None:
        return rows.mapInPandas(function, schema)
    return rows.mapInPandas(function, schema, profile=profile)


def device_of_task() -> int:
    """Return the number of the GPU that Spark gave to the task; 0, the first, where it gave none."""
    context = TaskContext.get()
    resources = context.resources() if context else {}
    return int(resources["gpu"].addresses[0]) if "gpu" in resources else 0


def _profile(spark: SparkSession, settings: VoiceSettings) -> ResourceProfile:
    """Ask for shares of GPUs; executors of its own only where the settings name their GPUs."""
    if int(spark.version.split(".")[0]) < 4:
        raise ConfigurationError(
            f"voice.tasks_per_gpu is {settings.tasks_per_gpu}, but Spark {spark.version} gives one step no "
            "GPUs of its own: submit score_voice by itself with --gpu, and 0 here."
        )
    conf = spark.sparkContext.getConf()
    if str(spark.sparkContext.master).startswith("local"):
        raise ConfigurationError(
            f"voice.tasks_per_gpu is {settings.tasks_per_gpu}, but Spark shares out GPUs on a cluster only; "
            "on one machine leave it at 0: the tasks take the first GPU there."
        )
    shares = TaskResourceRequests().cpus(int(conf.get("spark.task.cpus", "1") or 1))
    profile = ResourceProfileBuilder().require(shares.resource("gpu", 1 / settings.tasks_per_gpu))
    if settings.gpus_per_executor:
        if conf.get("spark.dynamicAllocation.enabled", "false") != "true":
            raise ConfigurationError(
                f"voice.gpus_per_executor is {settings.gpus_per_executor}, but only with "
                "spark.dynamicAllocation.enabled=true does Spark start executors for one step; or take "
                "conf/spark/gpu.conf, and 0 here."
            )
        script = conf.get(f"{_ON_EXECUTORS}.discoveryScript", "") or ""
        executors = ExecutorResourceRequests().cores(int(conf.get("spark.executor.cores", "1") or 1))
        profile.require(executors.resource("gpu", settings.gpus_per_executor, script, "nvidia.com"))
    elif not conf.get(f"{_ON_EXECUTORS}.amount"):
        raise ConfigurationError(
            f"voice.tasks_per_gpu is {settings.tasks_per_gpu}, but this application's executors have no GPU: "
            f"set {_ON_EXECUTORS}.amount (conf/spark/gpu.conf does), or voice.gpus_per_executor."
        )
    return profile.build


def _fault_in_a_task(
    spark: SparkSession, settings: VoiceSettings, profile: ResourceProfile | None
) -> str | None:
    one_row = spark.range(0, 1, 1, numPartitions=1).select("id")
    fault: str | None = map_batches(one_row, _asking(settings), "fault string", profile).collect()[0]["fault"]
    return fault


def _asking(settings: VoiceSettings) -> BatchFunction:
    def ask(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        for _ in batches:
            model = load_emotion_model(
                settings.emotion_model, threads=settings.threads, device=device_of_task()
            )
            is_on_gpu = CUDA in model.session.get_providers()
            yield pd.DataFrame({"fault": [None if is_on_gpu else why_no_cuda()]}, dtype=object)

    return ask
