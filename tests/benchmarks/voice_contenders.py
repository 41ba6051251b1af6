"""Ways to score recordings with the same functions; each lives in a process of its own and stays warm there.

A contender is a function (recordings, settings, cores, folder) → seconds that writes the scores as Parquet.
"""

import importlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.pandas.types import to_arrow_schema

from engagement.audio.decode import Clip, decode
from engagement.audio.fetch import Recording, fetch
from engagement.audio.frames import analyse
from engagement.audio.functionals import functionals
from engagement.config import VoiceSettings
from engagement.inference.emotion import score_emotion
from engagement.inference.listening import CLIPS_PER_CALL, in_calls, listen, load_models
from engagement.inference.tone import score_tone
from engagement.inference.voice_udf import SCORE_SCHEMA, rows_of, score_voice, scored_rows
from engagement.recordings import RECORDINGS_PER_TASK
from tests.benchmarks.voice_sessions import pool_of, spark_rows, timed

ARROW_SCHEMA = to_arrow_schema(SCORE_SCHEMA)


def score_plainly(recordings: pd.DataFrame, settings: VoiceSettings) -> pd.DataFrame:
    """Fetch, decode, measure and score a chunk of recordings, one after the other: what all others call."""
    models = load_models(settings)
    heard = (
        listen(fetch(settings.audio_root, row.audio_key, max_bytes=settings.max_bytes), row, models, settings)
        for row in rows_of([recordings])
    )
    return pd.concat([scored_rows(clips, models) for clips in in_calls(heard)])


def run_spark(recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path) -> float:
    """Ours: one trip to Python a task, fetching ahead."""
    rows = spark_rows(cores, recordings, max(cores, len(recordings) // RECORDINGS_PER_TASK))
    return timed(lambda: score_voice(rows, settings).write.mode("overwrite").parquet(str(folder)))


def run_spark_large_tasks(
    recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path
) -> float:
    """Ours, a task a core: the most rows that a worker can be given at once."""
    rows = spark_rows(cores, recordings, cores)
    return timed(lambda: score_voice(rows, settings).write.mode("overwrite").parquet(str(folder)))


def run_naive(recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path) -> float:
    """The usual pattern: a UDF decodes into an array column, and a UDF for each model takes it from there."""
    rows = spark_rows(cores, recordings, max(cores, len(recordings) // RECORDINGS_PER_TASK))

    @pandas_udf("array<float>")  # type: ignore[call-overload]
    def signal_of(audio_keys: pd.Series) -> pd.Series:
        return pd.Series([_signal(key, settings) for key in audio_keys])

    @pandas_udf("emotion_anger double, arousal double")  # type: ignore[call-overload]
    def emotion_of(signals: pd.Series) -> pd.DataFrame:
        models = load_models(settings)
        scored = score_emotion(models.emotion, np.stack([functionals(analyse(s)) for s in signals]))
        return pd.DataFrame({name: scored[name] for name in ("emotion_anger", "arousal")})

    @pandas_udf("tone_prosody double, tone_fluency double")  # type: ignore[call-overload]
    def tone_of(signals: pd.Series, texts: pd.Series) -> pd.DataFrame:
        models = load_models(settings)
        rows = np.stack([functionals(analyse(s)) for s in signals])
        return pd.DataFrame(score_tone(models.tone, rows, texts.tolist()))

    decoded = rows.select("response_id", "original_text", signal_of("audio_key").alias("signal"))
    scored = decoded.select(
        "response_id",
        emotion_of("signal").alias("emotion"),
        tone_of("signal", "original_text").alias("tone"),
        F.size("signal").alias("samples"),
    ).select("response_id", "emotion.*", "tone.*", "samples")
    return timed(lambda: scored.write.mode("overwrite").parquet(str(folder)))


def run_pool(recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path) -> float:
    """A plain pool of processes."""
    pool = pool_of(cores)
    chunks = [
        recordings[start : start + CLIPS_PER_CALL] for start in range(0, len(recordings), CLIPS_PER_CALL)
    ]

    def run() -> None:
        scored = pd.concat(list(pool.map(score_plainly, chunks, [settings] * len(chunks))))
        folder.mkdir(parents=True)
        table = pa.Table.from_pandas(scored, schema=ARROW_SCHEMA, preserve_index=False)
        importlib.import_module("pyarrow.parquet").write_table(table, folder / "scores.parquet")

    return timed(run)


class Scorer:
    """What Ray and Daft keep alive between batches."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings
        load_models(settings)

    def __call__(self, batch: pd.DataFrame) -> pa.Table:
        """Return the scores of a batch."""
        scored = score_plainly(batch, self._settings)
        return pa.Table.from_pandas(scored, schema=ARROW_SCHEMA, preserve_index=False)


def run_ray(recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path) -> float:
    """Ray Data: map_batches with a pool of actors, as many as cores."""
    ray = importlib.import_module("ray")
    if not ray.is_initialized():
        ray.init(num_cpus=cores, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
    # As many blocks as Spark has tasks: one block is one actor's.
    blocks = max(cores, len(recordings) // RECORDINGS_PER_TASK)
    parts = [recordings.iloc[places] for places in np.array_split(np.arange(len(recordings)), blocks)]
    scored = ray.data.from_pandas(parts).map_batches(
        Scorer,
        fn_constructor_args=(settings,),
        batch_size=CLIPS_PER_CALL,
        batch_format="pandas",
        compute=ray.data.ActorPoolStrategy(size=cores),
        num_cpus=1,
    )
    return timed(lambda: scored.write_parquet(str(folder)))


def run_daft(recordings: pd.DataFrame, settings: VoiceSettings, cores: int, folder: Path) -> float:
    """Daft: a class UDF, an instance a core in a process of its own, as its documentation advises."""
    daft = importlib.import_module("daft")
    struct = daft.DataType.from_arrow_type(pa.struct(list(ARROW_SCHEMA)))
    names = list(recordings.columns)

    @daft.cls(max_concurrency=cores, use_process=True)  # type: ignore[untyped-decorator]
    class DaftScorer:
        def __init__(self, settings: VoiceSettings) -> None:
            self._scorer = Scorer(settings)

        @daft.method.batch(return_dtype=struct, unnest=True, batch_size=CLIPS_PER_CALL)  # type: ignore[untyped-decorator]
        def score(self, *columns: Any) -> Any:
            batch = pd.DataFrame(
                {name: column.to_pylist() for name, column in zip(names, columns, strict=True)}
            )
            return self._scorer(batch).combine_chunks().to_struct_array().combine_chunks()

    rows = daft.from_arrow(pa.Table.from_pandas(recordings, preserve_index=False))
    scored = rows.select(DaftScorer(settings).score(*(rows[name] for name in names)))
    return timed(lambda: scored.write_parquet(str(folder)))


CONTENDERS: dict[str, Callable[[pd.DataFrame, VoiceSettings, int, Path], float]] = {
    "spark": run_spark,
    "spark large tasks": run_spark_large_tasks,
    "pool": run_pool,
    "ray": run_ray,
    "daft": run_daft,
    "naive": run_naive,
}


def _signal(audio_key: str, settings: VoiceSettings) -> Sequence[float]:
    found = fetch(settings.audio_root, audio_key, max_bytes=settings.max_bytes)
    clip = decode(found.content, max_seconds=settings.max_seconds) if isinstance(found, Recording) else found
    if not isinstance(clip, Clip):
        raise ValueError(f"The naive pattern has no place for {audio_key!r}: {clip}.")
    return clip.signal
