"""Whose recordings may be analysed, and which rows have been kept long enough (`consent`, `retention`)."""

from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.config import Settings, pseudonym_secret
from engagement.errors import ConfigurationError
from engagement.pseudonyms import pseudonymous_learners
from engagement.schemas import TABLES, VOICE_SCORES
from engagement.schemas.enums import VoiceStatus
from engagement.tables import Warehouse, delete_where, exists, merge, read_or_empty

_HEADERS = ("raw_id", "learner", "learner_id")
# The column by which a row's age counts; a row where it is null stays.
_DATED_BY = {
    "bronze.events": "event_date",
    "bronze.milestone_records": "recorded_at",
    "bronze.rejected": "written_at",
    "silver.voice_scores": "response_date",
    "silver.responses": "response_date",
    "silver.sessions": "session_date",
    "silver.milestones": "ended_at",
    "gold.response_engagement": "responded_at",
    "gold.phase_engagement": "ended_at",
    "gold.session_engagement": "ended_at",
    "gold.learner_groups": "last_response_at",
    "gold.learner_features": "as_of",
    "gold.forecasts": "as_of",
    "ops.runs": "started_at",
}


@dataclass(frozen=True)
class VoiceRules:
    """Which recordings may be analysed.

    Attributes:
        consenting: One row per learner_id; None: everybody.
        since: Only responses from this day on; None: all.
    """

    consenting: DataFrame | None
    since: date | None

    @property
    def restrict(self) -> bool:
        """Whether any recording may have to be left out."""
        return self.consenting is not None or self.since is not None

    def judged(self, recordings: DataFrame) -> DataFrame:
        """Return rows of silver.responses with `barred`: the status that says why not; null: they may be.

        Where two learners sat at the device, both must consent.
        """
        old = F.when(F.col("response_date") < F.lit(self.since), VoiceStatus.EXPIRED.value)
        if self.consenting is None:
            return recordings.withColumn("barred", old)
        judged = recordings
        for name in ("learner_id", "buddy_learner_id"):
            asked = self.consenting.select(
                F.col("learner_id").alias(name), F.lit(True).alias(f"{name}_agrees")
            )
            judged = judged.join(asked, on=name, how="left")
        agrees = F.col("learner_id_agrees") & (
            F.col("buddy_learner_id").isNull() | F.col("buddy_learner_id_agrees")
        )
        refused = F.when(~F.coalesce(agrees, F.lit(False)), VoiceStatus.NO_CONSENT.value)
        return judged.select(*recordings.columns, F.coalesce(refused, old).alias("barred"))

    def allowed(self, recordings: DataFrame) -> DataFrame:
        """Return the rows of silver.responses whose recordings may be analysed."""
        return self.judged(recordings).where("barred is null").drop("barred")


def voice_rules(spark: SparkSession, warehouse: Warehouse, settings: Settings) -> VoiceRules:
    """Return what the settings allow as of this run.

    Raises:
        ConfigurationError: there is no such file of consents, or no secret to read it with.
    """
    days = settings.retention.by_table.get(VOICE_SCORES.name)
    since = (warehouse.started_at - timedelta(days=days)).date() if days else None
    file = settings.consent.file
    return VoiceRules(_consenting(spark, file) if file else None, since)


def bar(recordings: DataFrame, warehouse: Warehouse, rules: VoiceRules) -> dict[str, int]:
    """Put a coded row without scores in the place of recordings that may not be analysed (any more).

    Args:
        recordings: silver.responses with an audio_key.
        warehouse: Holds silver.voice_scores.
        rules: What is allowed.

    Returns:
        How many rows are others now, by status; nothing where none is.
    """
    if not rules.restrict:
        return {}
    known = read_or_empty(recordings.sparkSession, warehouse, VOICE_SCORES)
    known = known.select("response_date", "response_id", F.col("status").alias("was"), "first_tried_at")
    barred = rules.judged(recordings).where("barred is not null")
    changed = barred.join(known, on=["response_date", "response_id"], how="left").where(
        ~F.col("barred").eqNullSafe(F.col("was"))
    )
    told = {
        "status": F.col("barred"),
        "first_tried_at": F.coalesce("first_tried_at", F.lit(warehouse.started_at)),
        **{name: F.col(name) for name in ("response_id", "response_date", "audio_key")},
    }
    rows = changed.select(
        *(
            told.get(column.name, F.lit(None).cast(column.dataType)).alias(column.name)
            for column in VOICE_SCORES.made_columns
        )
    ).persist()
    counts = {row["status"]: row["count"] for row in rows.groupBy("status").count().collect()}
    if counts:
        merge(rows, warehouse, VOICE_SCORES)
    rows.unpersist()
    return counts


def delete_expired(spark: SparkSession, warehouse: Warehouse, settings: Settings) -> dict[str, int]:
    """Delete the rows that tables have kept for long enough; return how many by `expired_<table>`.

    Raises:
        ConfigurationError: a table that is named keeps its rows for ever, or is none.
    """
    kept = settings.retention.by_table
    unknown = sorted(set(kept) - set(_DATED_BY))
    if unknown:
        raise ConfigurationError(
            f"retention names {', '.join(unknown)}; rows of these tables can expire: {', '.join(_DATED_BY)}."
        )
    expired = {}
    for table in TABLES:
        if table.name in kept and table != VOICE_SCORES and exists(spark, warehouse, table):
            since = (warehouse.started_at - timedelta(days=kept[table.name])).date()
            too_old = F.col(_DATED_BY[table.name]) < F.lit(since)
            expired[f"expired_{table.name}"] = delete_where(spark, warehouse, table, too_old)
    return expired


def _consenting(spark: SparkSession, file: str) -> DataFrame:
    try:
        first = spark.read.csv(file).select(F.trim("_c0").alias("learner"))
    except AnalysisException as error:
        raise ConfigurationError(
            f"consent.file is {file!r}; expected a CSV with raw learner ids in its first column."
        ) from error
    named = first.where(F.col("learner").isNotNull() & ~F.lower("learner").isin("", *_HEADERS))
    return pseudonymous_learners(named.distinct(), pseudonym_secret())
