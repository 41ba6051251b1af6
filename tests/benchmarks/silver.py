"""Any amount of silver: responses, sets and voice scores of invented learners, made in Spark.

Visits of ten answers, a level every four visits; one learner in a thousand is a shared tablet with fifty
times the visits, so that the work is not evenly spread. All hangs on hashes: every run writes the same.
"""

from pyspark.sql import Column, DataFrame, SparkSession, functions as F

from engagement.audio.functionals import functional_names
from engagement.schemas import MILESTONES, RESPONSES, VOICE_SCORES, Table
from engagement.schemas.silver import EMOTIONS
from engagement.tables import Warehouse, overwrite

ANSWERS_PER_VISIT, VISITS, WEEKS = 10, 25, 20
SHARED_ONE_IN, SHARED_TIMES = 1000, 50
LANGUAGES, SCHOOLS, LEARNERS_PER_TABLET, TEXTS = ("en", "hi", "ta", "te", "kn"), 200, 3, 60
FIRST_SECOND = 1_735_689_600  # 2025-01-01, UTC


def write_silver(spark: SparkSession, warehouse: Warehouse, *, responses: int, voiced: float) -> int:
    """Write silver.responses, silver.milestones and silver.voice_scores; return the responses written.

    Args:
        spark: The session.
        warehouse: Where the tables go.
        responses: About how many.
        voiced: Share of the answers with voice scores.
    """
    mean_visits = VISITS * (1 + (SHARED_TIMES - 1) / SHARED_ONE_IN)
    learners = max(1, round(responses / ANSWERS_PER_VISIT / mean_visits))
    visits = _visits(spark.range(learners))
    answers = _answers(visits)
    written = overwrite(_complete(answers, RESPONSES), warehouse, RESPONSES)
    heard = answers.where(_chance("voiced", "response_id") < voiced)
    overwrite(_complete(_heard(heard), VOICE_SCORES), warehouse, VOICE_SCORES)
    overwrite(_complete(_sets(visits), MILESTONES), warehouse, MILESTONES)
    return written


def _visits(learners: DataFrame) -> DataFrame:
    """Return one row per visit; learners differ in how keen they are, and so come more or less often."""
    times = F.when(F.col("id") % SHARED_ONE_IN == 0, VISITS * SHARED_TIMES).otherwise(VISITS)
    keen = _chance("keen", "id")
    placed = learners.select(
        F.md5(F.col("id").cast("string")).alias("learner_id"),
        F.get(F.array(*map(F.lit, LANGUAGES)), F.col("id") % len(LANGUAGES)).alias("language"),
        F.concat(F.lit("school"), F.col("id") % SCHOOLS).alias("school_id"),
        F.concat(F.lit("tablet"), F.floor(F.col("id") / LEARNERS_PER_TABLET)).alias("device_id"),
        keen.alias("keen"),
        times.alias("times"),
        F.explode(F.sequence(F.lit(1), (times * (0.4 + 1.2 * keen)).cast("int"))).alias("visit"),
    )
    days_in = F.col("visit") * (WEEKS * 604_800 / F.col("times"))
    began = F.timestamp_seconds(FIRST_SECOND + days_in + 80_000 * _chance("hour", "learner_id", "visit"))
    return placed.select(
        "*",
        began.alias("began"),
        F.concat(F.lit("m"), F.least(F.floor(F.col("visit") / 4), F.lit(15))).alias("level"),
        F.when(F.col("visit") % 4 == 3, "showcase").otherwise("practice").alias("phase"),
    )


def _answers(visits: DataFrame) -> DataFrame:
    """Return the columns of silver.responses that scoring reads."""
    dealt = visits.select(
        "*",
        F.sha2(F.concat_ws(" ", "learner_id", "visit"), 256).alias("session_id"),
        F.explode(F.sequence(F.lit(1), F.lit(ANSWERS_PER_VISIT))).alias("place"),
    )
    luck = _chance("luck", "session_id", "place")
    at = F.timestamp_seconds(F.unix_seconds("began") + 40 * F.col("place"))
    text = F.concat_ws(" ", F.lit("read this text"), F.floor(TEXTS * _chance("text", "place", "visit")))
    return dealt.select(
        F.sha2(F.concat_ws(" ", "session_id", "place"), 256).alias("response_id"),
        *("learner_id", "language", "school_id", "device_id", "session_id", "level", "phase"),
        F.lit("virtual_id").alias("identity"),
        F.lit("log").alias("phase_source"),
        at.alias("responded_at"),
        at.cast("date").alias("response_date"),
        F.lit("SPEAK").alias("response_type"),
        text.alias("original_text"),
        F.lit(4).alias("text_words"),
        F.when(luck < 0.03, 0).otherwise(4).alias("response_words"),
        F.concat_ws("/", "session_id", "place").alias("audio_key"),
        F.floor(100 * (0.7 * luck + 0.3 * F.col("keen"))).cast("double").alias("accuracy"),
        (luck > 0.4).alias("is_correct"),
        F.floor(2 + 6 * _chance("pace", "place", "session_id")).cast("double").alias("duration_seconds"),
        F.lit(40.0).alias("active_seconds"),
    )


def _heard(answers: DataFrame) -> DataFrame:
    """Return the columns of silver.voice_scores that scoring reads."""
    count = len(functional_names())
    number = F.sequence(F.lit(1), F.lit(count))
    functionals = F.transform(number, lambda place: _chance("voice", "response_id", place).cast("float"))
    chances = {f"emotion_{name}": F.lit(1 / len(EMOTIONS)) for name in EMOTIONS}
    return answers.select(
        "response_id",
        "response_date",
        "audio_key",
        F.lit("ok").alias("status"),
        F.lit(2.0).alias("speech_seconds"),
        (0.5 * _chance("pause", "response_id")).alias("pause_seconds"),
        (12 * _chance("pitch", "response_id")).alias("pitch_range_semitones"),
        *(value.alias(name) for name, value in chances.items()),
        *(_chance(name, "response_id").alias(name) for name in ("arousal", "valence")),
        *((10 * _chance(name, "response_id")).alias(name) for name in ("tone_prosody", "tone_fluency")),
        functionals.alias("functionals"),
    )


def _sets(visits: DataFrame) -> DataFrame:
    """Return one set with a result for every visit that is a showcase."""
    ends = F.timestamp_seconds(F.unix_seconds("began") + 40 * (ANSWERS_PER_VISIT + 1))
    return visits.where(F.col("phase") == "showcase").select(
        F.sha2(F.concat_ws(" ", "learner_id", "visit"), 256).alias("milestone_id"),
        *("learner_id", "language", "level", "phase"),
        F.lit("phase").alias("kind"),
        F.col("began").alias("started_at"),
        ends.alias("ended_at"),
        F.when(_chance("set", "learner_id", "visit") < 0.7, "pass").otherwise("fail").alias("result"),
        F.lit("log").alias("source"),
    )


def _chance(about: str, *of: str | Column) -> Column:
    """Return a number from 0 to 1 that hangs on nothing but `about` and the columns."""
    return F.pmod(F.xxhash64(F.lit(about), *of), F.lit(1_000_000)) / 1_000_000


def _complete(rows: DataFrame, table: Table) -> DataFrame:
    """Return all columns of the table but its lineage; null where `rows` have none."""
    return rows.select(
        *(
            (F.col(c.name) if c.name in rows.columns else F.lit(None)).cast(c.dataType).alias(c.name)
            for c in table.columns
            if c.name not in ("run_id", "written_at")
        )
    )
