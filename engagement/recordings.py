"""Recordings that are due → silver.voice_scores, committed in batches, with words on how far it is."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark import StorageLevel
from pyspark.resource import ResourceProfile
from pyspark.sql import DataFrame, functions as F

from engagement.config import VoiceSettings
from engagement.inference.gpu import gpu_profile
from engagement.inference.listing_udf import LISTED_SCHEMA, list_recordings
from engagement.inference.voice_udf import model_hashes, score_voice
from engagement.progress import telling
from engagement.schemas import VOICE_SCORES
from engagement.silver.recordings import due_recordings, folders_to_list, in_batches
from engagement.tables import Warehouse, create_if_missing, merge, read_or_empty
from engagement.voice_progress import Progress, Sums

# A Python task costs 0.1 s before its first row and a recording 6 ms: few enough tasks that the one is small,
# and enough of them that progress shows and a lost one costs two seconds.
RECORDINGS_PER_TASK = 300


@dataclass(frozen=True)
class Worklist:
    """What a run has to fetch.

    Attributes:
        rows: The recordings, with the `batch` that each belongs to; persisted.
        reasons: How many are due for which reason.
        batches: Batches, count.
    """

    rows: DataFrame
    reasons: Mapping[str, int]
    batches: int

    @property
    def recordings(self) -> int:
        """Recordings to fetch, count."""
        return sum(self.reasons.values())


@dataclass(frozen=True)
class Scored:
    """What a run has scored.

    Attributes:
        recordings: Recordings written, failed ones among them, count.
        audio_seconds: Length of those that were decoded, seconds.
    """

    recordings: int = 0
    audio_seconds: float = 0.0

    def __add__(self, more: "Scored") -> "Scored":
        """Return both together."""
        return Scored(self.recordings + more.recordings, self.audio_seconds + more.audio_seconds)


def find_due(recordings: DataFrame, warehouse: Warehouse, settings: VoiceSettings) -> Worklist:
    """Return the recordings of a selection that are to be fetched now.

    Args:
        recordings: silver.responses with an audio_key.
        warehouse: Holds what is known already.
        settings: The models in force, and the rules by which something is fetched again.
    """
    spark = recordings.sparkSession
    known = read_or_empty(spark, warehouse, VOICE_SCORES)
    emotion, tone = model_hashes(settings)
    due = due_recordings(
        recordings,
        known,
        emotion_model=emotion,
        tone_model=tone,
        missing_since=warehouse.started_at - timedelta(days=settings.retry_missing_days),
        listed=_listed(recordings, known, warehouse, settings),
    )
    rows = in_batches(due, recordings=settings.batch_recordings).persist(StorageLevel.DISK_ONLY)
    counted = rows.groupBy("due").agg(F.count(F.lit(1)).alias("recordings"), F.max("batch").alias("last"))
    told = counted.collect()
    return Worklist(
        rows,
        {row["due"]: row["recordings"] for row in told},
        batches=1 + max((row["last"] for row in told), default=-1),
    )


def score_due(worklist: Worklist, warehouse: Warehouse, settings: VoiceSettings) -> Scored:
    """Fetch, score and write the recordings of a worklist; return how much that was.

    A batch is committed while the next is being scored; a run that dies finds the committed ones again.
    """
    spark = worklist.rows.sparkSession
    profile = gpu_profile(spark, settings) if worklist.recordings else None
    progress = Progress(worklist.recordings, spark.sparkContext.accumulator({}, Sums()))
    done = Scored()
    with telling(progress.told), ThreadPoolExecutor(1, thread_name_prefix="commit") as committer:
        committing: Future[int] | None = None
        for number in range(worklist.batches):
            batch = worklist.rows.where(F.col("batch") == number)
            scored = _scored(batch, warehouse, settings, progress, profile)
            facts = _facts(scored)
            if committing is not None:
                committing.result()
            committing = committer.submit(_commit, scored, warehouse, facts.dates)
            done += facts.scored
        if committing is not None:
            committing.result()
    create_if_missing(spark, warehouse, VOICE_SCORES)
    worklist.rows.unpersist()
    return done


@dataclass(frozen=True)
class _Facts:
    scored: Scored
    dates: tuple[date, date] | None


def _listed(
    recordings: DataFrame, known: DataFrame, warehouse: Warehouse, settings: VoiceSettings
) -> DataFrame:
    if settings.recheck_days == 0:
        return recordings.sparkSession.createDataFrame([], LISTED_SCHEMA)
    scored_since = warehouse.started_at - timedelta(days=settings.recheck_days)
    return list_recordings(folders_to_list(recordings, known, scored_since=scored_since), settings)


def _scored(
    batch: DataFrame,
    warehouse: Warehouse,
    settings: VoiceSettings,
    progress: Progress,
    profile: ResourceProfile | None,
) -> DataFrame:
    context = batch.sparkSession.sparkContext
    # Tasks of equal size, small enough to show progress; a hash of the id, so that a retry deals the same.
    size = min(settings.batch_recordings, progress.recordings)
    tasks = max(context.defaultParallelism, size // RECORDINGS_PER_TASK)
    first_tried_at = F.coalesce("first_tried_at", F.lit(warehouse.started_at))
    spread = batch.withColumn("first_tried_at", first_tried_at).repartition(tasks, F.xxhash64("response_id"))
    # On disk first: MERGE reads its source more than once, and a recording is to be scored once.
    scored = score_voice(spread, settings, progress.tally, profile=profile)
    return scored.persist(StorageLevel.DISK_ONLY)


def _facts(scored: DataFrame) -> _Facts:
    row = scored.agg(
        F.count(F.lit(1)).alias("recordings"),
        F.coalesce(F.sum("clip_seconds"), F.lit(0.0)).alias("audio_seconds"),
        F.min("response_date").alias("first"),
        F.max("response_date").alias("last"),
    ).collect()[0]
    dates = (row["first"], row["last"]) if row["recordings"] else None
    return _Facts(Scored(row["recordings"], row["audio_seconds"]), dates)


def _commit(scored: DataFrame, warehouse: Warehouse, dates: tuple[date, date] | None) -> int:
    written = merge(scored, warehouse, VOICE_SCORES, dates=dates)
    scored.unpersist()
    return written
