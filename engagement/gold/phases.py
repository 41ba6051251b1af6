"""What a phase's row tells beside its score: school, models, sliding windows, the last set's outcome."""

from pyspark.sql import Column, DataFrame, Window, WindowSpec, functions as F

from engagement.gold.formula import AVERAGE
from engagement.gold.sums import exact_sum, left_join, mean_of
from engagement.gold.units import unit_facts
from engagement.settings import ScoreSettings

_PHASE = ("learner_id", "language", "level", "phase")
_MICROSECONDS_PER_DAY = 86_400_000_000


def describe_phases(scored: DataFrame, milestones: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return school_id, emotion_model, tone_model, both kinds of windows and result; one row per phase."""
    facts = left_join(unit_facts(scored, keys=_PHASE), sliding_windows(scored, settings), on=_PHASE)
    timed = left_join(facts, windows_by_time(scored, settings), on=_PHASE)
    return left_join(timed, _last_results(milestones), on=_PHASE)


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
        _window(frame, settings).alias("window"),
    )
    is_full_step = (F.col("position") >= size) & ((F.col("position") - size) % step == 0)
    ends = placed.where(is_full_step | F.col("is_last"))
    return ends.groupBy(*_PHASE).agg(F.sort_array(F.collect_list("window")).alias("windows"))


def windows_by_time(scored: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return the windows of `window_days` over a phase, oldest first; one row per learner's phase.

    A window ends with the last response of each day (UTC) that has any, and holds what came within
    `window_days` before that moment: a week in which much was done weighs no more than one in which little
    was. Its engagement is as in `sliding_windows`.
    """
    by_phase = Window.partitionBy(*_PHASE)
    microseconds = F.unix_micros("responded_at")
    reach = settings.window_days * _MICROSECONDS_PER_DAY
    # Moments may be alike: a frame by range holds all of them, in any order, hence the exact sums.
    frame = by_phase.orderBy(microseconds).rangeBetween(1 - reach, Window.currentRow)
    in_order = by_phase.orderBy("responded_at", "response_id")
    following = F.lead("responded_at").over(in_order)
    placed = scored.select(
        *_PHASE,
        (following.isNull() | (F.to_date(following) > F.to_date("responded_at"))).alias("ends_day"),
        _window(frame, settings).alias("window"),
    )
    ends = placed.where("ends_day")
    return ends.groupBy(*_PHASE).agg(F.sort_array(F.collect_list("window")).alias("windows_by_time"))


def _window(frame: WindowSpec, settings: ScoreSettings) -> Column:
    """Return the window that ends with a row, as schemas.nested.WINDOW has it."""
    count = F.count("engagement").over(frame)
    points = exact_sum(F.col("engagement") - AVERAGE).over(frame)
    return F.struct(
        F.first("responded_at").over(frame).alias("started_at"),
        F.col("responded_at").alias("ended_at"),
        F.count(F.lit(1)).over(frame).cast("int").alias("responses"),
        F.when(count >= settings.minimum_responses, AVERAGE + mean_of(points, count)).alias("engagement"),
    )


def _last_results(milestones: DataFrame) -> DataFrame:
    told = milestones.where(F.col("phase").isNotNull() & F.col("result").isNotNull())
    return told.groupBy(*_PHASE).agg(
        F.max_by("result", F.struct("ended_at", "started_at", "milestone_id")).alias("result")
    )
