"""What a phase's row tells beside its score: school, models, sliding windows, the last set's outcome."""

from pyspark.sql import DataFrame, Window, functions as F

from engagement.gold.sums import left_join
from engagement.gold.units import unit_facts
from engagement.settings import ScoreSettings

_PHASE = ("learner_id", "language", "level", "phase")


def describe_phases(scored: DataFrame, milestones: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return school_id, emotion_model, tone_model, windows and result; one row per learner's phase."""
    facts = left_join(unit_facts(scored, keys=_PHASE), sliding_windows(scored, settings), on=_PHASE)
    return left_join(facts, _last_results(milestones), on=_PHASE)


def sliding_windows(scored: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return the windows over a phase's responses in time, oldest first; one row per learner's phase.

    A window ends with every `window_step`th response from the first full one on, and with the phase's last
    response, so that the newest answers are always in one. Its engagement is the mean of its responses'
    momentary engagement; null below `minimum_responses`.
    """
    in_order = Window.partitionBy(*_PHASE).orderBy("responded_at", "response_id")
    size, step = settings.window_responses, settings.window_step
    frame = in_order.rowsBetween(1 - size, Window.currentRow)
    placed = scored.select(
        *_PHASE,
        F.row_number().over(in_order).alias("position"),
        F.lead("response_id").over(in_order).isNull().alias("is_last"),
        F.struct(
            F.first("responded_at").over(frame).alias("started_at"),
            F.col("responded_at").alias("ended_at"),
            F.count(F.lit(1)).over(frame).cast("int").alias("responses"),
            F.when(
                F.count("engagement").over(frame) >= settings.minimum_responses,
                F.avg("engagement").over(frame),
            ).alias("engagement"),
        ).alias("window"),
    )
    is_full_step = (F.col("position") >= size) & ((F.col("position") - size) % step == 0)
    ends = placed.where(is_full_step | F.col("is_last"))
    return ends.groupBy(*_PHASE).agg(F.sort_array(F.collect_list("window")).alias("windows"))


def _last_results(milestones: DataFrame) -> DataFrame:
    told = milestones.where(F.col("phase").isNotNull() & F.col("result").isNotNull())
    return told.groupBy(*_PHASE).agg(
        F.max_by("result", F.struct("ended_at", "started_at", "milestone_id")).alias("result")
    )
