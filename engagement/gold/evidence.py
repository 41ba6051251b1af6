"""Responses and their voice scores → comparable evidence: indicators per response, nuisances out."""

from math import log

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.expectations import expectations
from engagement.gold.indicators import NAMES
from engagement.gold.periods import period_start
from engagement.gold.sums import left_join
from engagement.gold.visits import describe_pace, describe_visits
from engagement.schemas.enums import SetResult, VoiceStatus
from engagement.schemas.voice import CALIBRATED_VOICE
from engagement.settings import ScoreSettings

# Nobody reads aloud faster: fluent adults manage two and a half to three words a second.
FASTEST_WORDS_PER_SECOND = 5.0
# A pace below half of what is expected, as a logarithm.
_HASTY_BELOW = log(0.5)
# A text that most answer aloud is a speaking task, whatever way a learner chose.
_MOSTLY = 0.5

# On EmoDB the calibrated scores are better than the plain ones from five clips on (models/emotion/README.md).
FEWEST_BASELINE_CLIPS = 5
_CALIBRATED = tuple(column.name for column in CALIBRATED_VOICE)

# What a score's row needs of its response beside the indicators.
CONTEXT = (
    "response_id",
    "learner_id",
    "language",
    "level",
    "phase",
    "session_id",
    "school_id",
    "responded_at",
    "period",
    "accuracy",
    "active_seconds",
    "voice_status",
    "emotion_model",
    "tone_model",
    *_CALIBRATED,
)
_TEXT = ("language", "level", "text")
_TABLET = ("language", "device_id")
_PHASE = ("learner_id", "language", "level", "phase")
# Indicators by voice, which the tablet's microphone acts on.
_VOICE = ("arousal", "boredom", "positive_affect", "prosody", "fluency", "hesitation", "liveliness")


def respond_evidence(
    responses: DataFrame,
    voice_scores: DataFrame,
    calibrated: DataFrame,
    milestones: DataFrame,
    settings: ScoreSettings,
) -> DataFrame:
    """Return the evidence: who, when and where of each response, and its indicators in their own units.

    One row per response, of the whole population; nothing is dropped. Null: the indicator says nothing here.
    Each nuisance is taken out where it acts, and only there: the text's difficulty from accuracy, what it is
    (a task of another kind, on another screen) from the time between answers, its length and the tablet's
    slowness from pace, the tablet's microphone from what the voice models say. All
    are shrunk estimates from closed periods (engagement/gold/periods.py).

    Args:
        responses: silver.responses, of everybody.
        voice_scores: silver.voice_scores, unique by response_id; may be empty.
        calibrated: response_id, unique, and the columns `CALIBRATED_VOICE`; may be empty.
        milestones: silver.milestones.
        settings: The formula's constants.
    """
    prior = settings.prior_responses
    answers = describe_visits(_answers(responses, settings))
    texts = expectations(
        answers,
        keys=_TEXT,
        parents=("language", "level"),
        measures=("accuracy", "pace", "recorded", "idle"),
        prior_responses=prior,
    )
    text_slowness = F.col("pace") - F.col("expected_pace")
    against_texts = left_join(answers, texts, on=[*_TEXT, "period"]).withColumn(
        "text_slowness", text_slowness
    )
    heard = against_texts.join(_voice(voice_scores, calibrated), on="response_id", how="left")
    tablets = expectations(
        heard,
        keys=_TABLET,
        parents=("language",),
        measures=("text_slowness", *_VOICE),
        prior_responses=prior,
    )
    against_tablets = left_join(heard, tablets, on=[*_TABLET, "period"])
    with_results = left_join(against_tablets, _sets_passed(milestones), on=_PHASE)
    slowness = F.col("text_slowness") - _tablet_effect("text_slowness")
    paced = describe_pace(with_results.withColumn("slowness", slowness))
    made = _indicators()
    return paced.select(*CONTEXT, *(made.get(name, F.col(name)).alias(name) for name in NAMES))


def _answers(responses: DataFrame, settings: ScoreSettings) -> DataFrame:
    latest = responses.agg(
        period_start(F.max("responded_at"), period_months=settings.period_months).alias("latest_period")
    )
    words = F.coalesce("text_words", F.lit(1))
    return responses.crossJoin(F.broadcast(latest)).select(
        *(name for name in CONTEXT if name in responses.columns),
        "latest_period",
        "device_id",
        "audio_key",
        "response_type",
        "response_words",
        "is_correct",
        "duration_seconds",
        words.alias("text_words"),
        F.coalesce("original_text", "content_id").alias("text"),
        period_start(F.col("responded_at"), period_months=settings.period_months).alias("period"),
        # Whole seconds come in, 0 among them: one more keeps the logarithm finite and changes little.
        F.ln((F.col("duration_seconds") + 1) / (words + 1)).alias("pace"),
    )


def _voice(voice_scores: DataFrame, calibrated: DataFrame) -> DataFrame:
    """Return what the voice tells; emotions against the learner's own voice where he has clips enough."""
    enough = F.coalesce(F.col("baseline_clips") >= FEWEST_BASELINE_CLIPS, F.lit(False))

    def emotional(calibrated_name: str, plain_name: str) -> Column:
        return F.when(enough, F.col(calibrated_name)).otherwise(F.col(plain_name))

    heard_seconds = F.col("speech_seconds") + F.col("pause_seconds")
    measures = {
        "arousal": emotional("arousal_calibrated", "arousal"),
        "boredom": emotional("emotion_calibrated_boredom", "emotion_boredom"),
        "positive_affect": emotional("valence_calibrated", "valence"),
        "prosody": F.col("tone_prosody"),
        "fluency": F.col("tone_fluency"),
        "hesitation": F.when(heard_seconds > 0, F.col("pause_seconds") / heard_seconds),
        "liveliness": F.col("pitch_range_semitones"),
    }
    usable = F.col("status") == VoiceStatus.OK
    return voice_scores.join(calibrated, on="response_id", how="left").select(
        "response_id",
        F.col("status").alias("voice_status"),
        "emotion_model",
        "tone_model",
        *_CALIBRATED,
        *(F.when(usable & ~F.isnan(value), value).alias(name) for name, value in measures.items()),
    )


def _sets_passed(milestones: DataFrame) -> DataFrame:
    """Return the share of sets passed, one row per learner, language, level and phase with a result."""
    passed = F.when(F.col("result") == SetResult.PASS, 1.0).when(F.col("result") == SetResult.FAIL, 0.0)
    told = milestones.where(F.col("phase").isNotNull() & passed.isNotNull())
    return told.groupBy(*_PHASE).agg(F.avg(passed).alias("sets_passed"))


def _indicators() -> dict[str, Column]:
    """Return the indicators that are not there yet; hurry and dawdling are two: speed earns nothing."""
    slowness = F.col("slowness")
    is_spoken = (F.col("response_type") == "SPEAK") | (F.col("expected_recorded") >= _MOSTLY)
    return {
        **{name: F.col(name) - _tablet_effect(name) for name in _VOICE},
        "answered": _answered(),
        "idling": F.col("idle") - (F.col("expected_idle") - F.col("parent_idle")),
        "hasty": (slowness < _HASTY_BELOW).cast("double"),
        "dawdling": F.when(slowness.isNotNull(), F.greatest(slowness, F.lit(0.0))),
        "microphone_used": F.when(is_spoken, F.col("recorded")),
        "accuracy_gain": F.when(F.col("is_last_try"), F.col("accuracy") - F.col("expected_accuracy")),
    }


def _tablet_effect(measure: str) -> Column:
    return F.col(f"expected_{measure}") - F.col(f"parent_{measure}")


def _answered() -> Column:
    """1 for a spoken answer with words in it that took the time to say them, else 0; null for other tasks."""
    blank = F.coalesce(F.col("response_words") == 0, F.lit(False))
    too_quick = F.coalesce(
        F.col("duration_seconds") * FASTEST_WORDS_PER_SECOND < F.col("text_words"), F.lit(False)
    )
    told = F.col("response_words").isNotNull() | F.col("duration_seconds").isNotNull()
    return F.when((F.col("response_type") == "SPEAK") & told, (~(blank | too_quick)).cast("double"))
