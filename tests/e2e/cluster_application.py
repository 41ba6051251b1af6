"""What the cluster test submits: recordings scored on shared GPUs, with and without faults on the way.

Submitted with AUDIO_FOLDER and ANSWER; everything else comes from the wheel.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession, types as T

from engagement.config import VoiceSettings
from engagement.inference import gpu
from engagement.inference.voice_udf import SCORE_SCHEMA, score_voice, voice_scorer

PARTITIONS = 8
RECORDING = (
    "response_id string, response_date date, audio_key string, original_text string, first_tried_at timestamp"
)
WITNESS = T.StructType(list(SCORE_SCHEMA))
for name, kind in {
    "addresses": T.StringType(),
    "device": T.IntegerType(),
    "module": T.StringType(),
    "host": T.StringType(),
    "attempt": T.IntegerType(),
    "began": T.DoubleType(),
    "ended": T.DoubleType(),
}.items():
    WITNESS.add(name, kind)


def main() -> None:
    """Score the same recordings undisturbed and with faults; write what came of it as JSON."""
    audio_folder, answer = sys.argv[1:]
    spark = SparkSession.builder.appName("cluster test").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    settings = VoiceSettings(audio_root=audio_folder, tasks_per_gpu=2)
    profile = gpu.gpu_profile(spark, settings)
    keys = sorted(path.name for path in Path(audio_folder).iterdir())
    rows = [(f"r{number:03}", date(2026, 1, 1), key, "one two", None) for number, key in enumerate(keys)]
    recordings = spark.createDataFrame(rows, RECORDING).repartition(PARTITIONS, "response_id")
    told = {
        "plain": _rows(score_voice(recordings, settings, profile=profile)),
        "faulty": _rows(gpu.map_batches(recordings, _dying(settings), WITNESS, profile)),
        "required": _failure(spark, replace(settings, require_gpu=True)),
        "without_gpus": _failure(spark, replace(settings, tasks_per_gpu=2, gpus_per_executor=1)),
    }
    Path(answer).write_text(json.dumps(told), encoding="utf-8")
    spark.stop()


def _dying(settings: VoiceSettings) -> gpu.BatchFunction:
    """Return the scorer of recordings, which also tells where it ran, and dies once in two of the tasks."""

    def score(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        import engagement  # noqa: PLC0415 - the worker's, not the driver's

        context = TaskContext.get()
        assert context is not None
        began = time.time()
        time.sleep(0.3)  # so that tasks of one GPU meet
        for scored in voice_scorer(settings)(batches):
            yield scored.assign(
                addresses=",".join(context.resources()["gpu"].addresses),
                device=gpu.device_of_task(),
                module=str(Path(engagement.__file__).absolute()),
                host=str(Path.cwd()),
                attempt=context.attemptNumber(),
                began=began,
                ended=time.time(),
            )
            if context.attemptNumber() == 0:
                _die(context.partitionId())

    return score


def _die(partition: int) -> None:
    """Kill the Python worker of one task, and the executor of another: the parent of its workers' daemon."""
    if partition == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if partition == 3:
        daemon = Path(f"/proc/{os.getppid()}/stat").read_text(encoding="utf-8")
        os.kill(int(daemon.rsplit(")", 1)[1].split()[1]), signal.SIGKILL)
        time.sleep(60)


def _rows(scored: DataFrame) -> list[dict[str, object]]:
    frame = (
        scored.toPandas()
        .sort_values("response_id")
        .drop(columns=["functionals", "response_date", "first_tried_at"])
    )
    rows: list[dict[str, object]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return rows


def _failure(spark: SparkSession, settings: VoiceSettings) -> str:
    try:
        gpu.gpu_profile(spark, settings)
    except Exception as error:  # noqa: BLE001 - to be told
        return f"{type(error).__name__}: {error}"
    return "none"


if __name__ == "__main__":
    main()
