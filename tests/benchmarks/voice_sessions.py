"""What stays warm in a contender's process: a Spark session, or a pool of processes."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import pandas as pd
from pyspark.sql import DataFrame, SparkSession, functions as F

from tests.benchmarks.sessions import benchmark_session

INPUT = (
    "response_id string, response_date date, audio_key string, first_tried_at timestamp, original_text string"
)


def timed(run: Callable[[], object]) -> float:
    """Return how long it ran, seconds."""
    began = time.monotonic()
    run()
    return time.monotonic() - began


@lru_cache(maxsize=1)
def pool_of(cores: int) -> ProcessPoolExecutor:
    """Return the pool of this process, made once."""
    return ProcessPoolExecutor(cores, mp_context=get_context("spawn"))


def session_of(cores: int) -> SparkSession:
    """Return the session of this process, made once."""
    return benchmark_session(cores, {"spark.driver.memory": "1g"})


def spark_rows(cores: int, recordings: pd.DataFrame, tasks: int) -> DataFrame:
    """Return the recordings in as many partitions as tasks, dealt by a hash as the job does."""
    rows = session_of(cores).createDataFrame(recordings.astype(object).to_dict("records"), INPUT)
    return rows.repartition(tasks, F.xxhash64("response_id"))
