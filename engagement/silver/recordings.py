"""Which recordings are due, and why: each is fetched and scored once per version of it and pair of models."""

from datetime import datetime

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.schemas.enums import Due, VoiceStatus

# What a later try may heal: the store did not answer, or a permission was missing.
_HEALS = (
    VoiceStatus.FORBIDDEN.value,
    VoiceStatus.UNREADABLE.value,
    VoiceStatus.NO_CONSENT.value,
    VoiceStatus.EXPIRED.value,
)
_FOLDER = r"^(?:(.*)/)?[^/]*$"


def due_recordings(
    recordings: DataFrame,
    known: DataFrame,
    *,
    emotion_model: str,
    tone_model: str,
    missing_since: datetime,
    listed: DataFrame,
) -> DataFrame:
    """Return the recordings to fetch, one row each; what is settled is left out.

    Args:
        recordings: silver.responses with an audio_key, unique by response_id.
        known: silver.voice_scores, unique by response_id.
        emotion_model: SHA-256 of the emotion model in force, hex.
        tone_model: SHA-256 of the tone model in force, hex.
        missing_since: A recording that was not there is asked for again if the first try was after that.
        listed: What the store holds now: audio_key (unique), audio_version; empty where nobody looked.

    Returns:
        response_id, response_date, audio_key, original_text, first_tried_at (null: now) and `due`
        (engagement.schemas.enums.Due).
    """
    before = known.select(
        "response_date",
        "response_id",
        "status",
        "first_tried_at",
        "audio_version",
        "emotion_model",
        "tone_model",
    )
    now = listed.select("audio_key", F.col("audio_version").alias("listed_version"))
    other_models = (F.col("emotion_model") != emotion_model) | (F.col("tone_model") != tone_model)
    missing = F.col("status") == VoiceStatus.NOT_FOUND
    return (
        recordings.select("response_date", "response_id", "audio_key", "original_text")
        .join(before, on=["response_date", "response_id"], how="left")
        .join(now, on="audio_key", how="left")
        .withColumn(
            "due",
            F.when(F.col("status").isNull(), Due.NEW)
            .when(F.col("listed_version") != F.col("audio_version"), Due.CHANGED)
            .when(missing & (F.col("first_tried_at") > F.lit(missing_since)), Due.RETRIED)
            .when(F.col("status").isin(*_HEALS), Due.RETRIED)
            # Only a score depends on a model: silence and broken files stay what they are.
            .when((F.col("status") == VoiceStatus.OK) & other_models, Due.RESCORED),
        )
        .where("due is not null")
        .select("response_id", "response_date", "audio_key", "original_text", "first_tried_at", "due")
    )


def folders_to_list(recordings: DataFrame, known: DataFrame, *, scored_since: datetime) -> DataFrame:
    """Return the folders whose recordings may have changed: one row per `folder` ("" is the root).

    Args:
        recordings: silver.responses with an audio_key.
        known: silver.voice_scores, unique by response_id.
        scored_since: Folders with a recording written since then are listed.
    """
    recent = known.where("audio_version is not null").where(F.col("written_at") >= F.lit(scored_since))
    chosen = recent.join(recordings, on=["response_date", "response_id"], how="left_semi")
    return chosen.select(_folder(F.col("audio_key")).alias("folder")).distinct()


def in_batches(due: DataFrame, *, recordings: int) -> DataFrame:
    """Return the rows with a `batch`, 0 and up, of about `recordings` rows each, ordered by date.

    A batch so touches few files of a table that grows by date; the same rows are dealt the same way.

    Args:
        due: Rows with response_id and response_date (never null).
        recordings: Rows of a batch, count.
    """
    by_date = Window.orderBy("response_date").rowsBetween(Window.unboundedPreceding, -1)
    dates = due.groupBy("response_date").agg(F.count(F.lit(1)).alias("of_date"))
    placed = dates.withColumn("before", F.coalesce(F.sum("of_date").over(by_date), F.lit(0)))
    place = F.col("before") + F.pmod(F.xxhash64("response_id"), F.col("of_date"))
    return (
        due.join(F.broadcast(placed), on="response_date", how="inner")
        .withColumn("batch", F.floor(place / recordings).cast("int"))
        .drop("of_date", "before")
    )


def _folder(key: Column) -> Column:
    return F.regexp_extract(key, _FOLDER, 1)
