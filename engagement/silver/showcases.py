"""Showcases that nothing names: inferred from the result that closes them."""

from pyspark.sql import DataFrame, Window, functions as F

from engagement.schemas.enums import MilestoneSource, Phase
from engagement.silver.statements import LESSON_HOLDS_MILLISECONDS
from engagement.silver.timeline import INFERRED, ORDER, PAIR, before_in_order, is_response, state_also


def infer_showcases(timeline: DataFrame, *, set_pause_seconds: int) -> DataFrame:
    """Return the timeline with a statement for the start of each showcase that only its result tells of.

    The app logs a result with pageid `practice` only when a showcase ends, so the responses of the same
    ContentSession since the set began (the last statement of any kind, or a long pause) are that showcase.
    Nothing is inferred where lesson tracking said, within a day, what the learner was doing.

    Args:
        timeline: `state_milestones`, with `state_levels`.
        set_pause_seconds: A pause longer than this begins a new set, seconds.

    Returns:
        The rows, and one of source `inferred` for each result that closes a showcase with responses in it.
    """
    told = F.struct("at", F.col("phase").isNotNull().alias("names_phase"))
    statements_before = F.sum((~is_response()).cast("int")).over(before_in_order())
    stretches = timeline.select(
        "*",
        F.coalesce(statements_before, F.lit(0)).alias("stretch"),
        F.last(F.when(~is_response(), told), ignorenulls=True).over(before_in_order()).alias("before"),
    )
    runs = _with_set_starts(stretches, set_pause_seconds * 1000)
    is_told = F.col("before.names_phase") & (F.col("at") - F.col("before.at") <= LESSON_HOLDS_MILLISECONDS)
    is_untold_showcase = (
        (F.col("closes") == Phase.SHOWCASE)
        & (F.col("set_start") < F.col("at"))
        & ~F.coalesce(is_told, F.lit(False))
    )
    made = {
        "at": F.col("set_start"),
        "trust": F.lit(INFERRED),
        "source": F.lit(MilestoneSource.INFERRED.value),
        "level": F.col("set_level"),
        "phase": F.lit(Phase.SHOWCASE.value),
    }
    return state_also(runs, is_untold_showcase, made).select(*timeline.columns)


def _with_set_starts(stretches: DataFrame, pause_milliseconds: int) -> DataFrame:
    """Add `set_start`: when the run of responses without a long pause that a row belongs to began.

    A statement is the last row of the stretch that it ends.
    """
    in_order = Window.partitionBy(*PAIR, "stretch", "content_session_id").orderBy(*ORDER)
    gap = F.col("at") - F.lag("at").over(in_order)
    begins = gap.isNull() | (gap > pause_milliseconds)
    gaps = stretches.withColumn("begins_at", F.when(begins, F.col("at")))
    up_to_now = in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return gaps.withColumn("set_start", F.last("begins_at", ignorenulls=True).over(up_to_now))
