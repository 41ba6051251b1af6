"""silver.responses and their recordings → silver.voice_scores: each recording once by each pair of models."""

from dataclasses import replace

from pyspark import StorageLevel
from pyspark.sql import DataFrame, functions as F

from engagement.inference.gpu import gpu_profile
from engagement.inference.voice_udf import model_hashes, score_voice as score_recordings
from engagement.schemas import VOICE_SCORES
from engagement.schemas.enums import VoiceStatus
from engagement.selection import selected_responses
from engagement.step import Counts, Run, main
from engagement.tables import merge, read, read_or_empty

_RECORDINGS_PER_TASK = 100
# What may be there next time: the object was not there, not allowed, or the store did not answer.
_TRIED_AGAIN = (VoiceStatus.NOT_FOUND.value, VoiceStatus.FORBIDDEN.value, VoiceStatus.UNREADABLE.value)


def score_voice(run: Run) -> Counts:
    """Score the selection's recordings that these models have not scored yet."""
    root = run.settings.paths.audio
    known = read_or_empty(run.spark, run.warehouse, VOICE_SCORES)
    if root is None:
        merge(known.limit(0), run.warehouse, VOICE_SCORES)
        return Counts(rows_in=0, rows_out=0)
    voice = replace(run.settings.voice, audio_root=root)
    profile = gpu_profile(run.spark, voice)
    responses = selected_responses(run.spark, run.warehouse, run.settings.cohort)
    recordings = responses.where("audio_key is not null")
    emotion, tone = model_hashes(voice)
    settled = known.where(~F.col("status").isin(*_TRIED_AGAIN)).where(
        (F.col("emotion_model") == emotion) & (F.col("tone_model") == tone)
    )
    new = recordings.join(settled, on="response_id", how="left_anti")
    # Tasks of equal size, small enough to show progress; a hash of the id, so that a retry deals the same.
    tasks = max(run.spark.sparkContext.defaultParallelism, new.count() // _RECORDINGS_PER_TASK)
    spread = new.repartition(tasks, F.xxhash64("response_id"))
    # On disk first: MERGE reads its source more than once, and a recording is to be scored once.
    scored = score_recordings(spread, voice, profile=profile).persist(StorageLevel.DISK_ONLY)
    written = merge(scored, run.warehouse, VOICE_SCORES)
    scored.unpersist()
    fates = _fates(run, recordings)
    failed = sum(count for status, count in fates.items() if status != VoiceStatus.OK)
    return Counts(rows_in=sum(fates.values()), rows_out=written, rejected=failed, detail=fates)


def _fates(run: Run, recordings: DataFrame) -> dict[str, int]:
    """Count the selection's recordings by what became of them."""
    scores = read(run.spark, run.warehouse, VOICE_SCORES).join(recordings, on="response_id", how="left_semi")
    return {
        row["status"]: row["count"] for row in scores.groupBy("status").count().orderBy("status").collect()
    }


if __name__ == "__main__":
    main("score_voice", {"score_voice": score_voice})
