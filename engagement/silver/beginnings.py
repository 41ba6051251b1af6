"""What holds before anything is stated: where a learner began, and levels that only responses name."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.schemas.enums import MilestoneSource, Phase
from engagement.silver.statements import FIRST_LEVEL, level_below
from engagement.silver.timeline import ASSUMED, ORDER, PAIR, before_in_order, is_response, state_also


def state_levels(timeline: DataFrame) -> DataFrame:
    """Return the timeline with a statement for each level that responses name before any record does.

    Args:
        timeline: `state_milestones`.

    Returns:
        The rows, and one of source `inferred` for the first response of each run on one level, of learners
        and languages of which nothing has been stated by then.
    """
    named_before = F.last("response_level", ignorenulls=True).over(before_in_order())
    is_stated = F.max(~is_response()).over(before_in_order())
    seen = timeline.withColumn("named_before", named_before).withColumn("is_stated", is_stated)
    is_news = F.col("named_before").isNull() | (F.col("named_before") != F.col("response_level"))
    names_level = (
        is_response() & F.col("response_level").isNotNull() & is_news & ~F.coalesce("is_stated", F.lit(False))
    )
    made = {**_assumption(), "level": F.col("response_level")}
    return state_also(seen, names_level, made).select(*timeline.columns)


def state_beginnings(timeline: DataFrame) -> DataFrame:
    """Return the timeline with a statement for the first response of a learner that none comes before.

    Everyone starts in discovery on m0. Telemetry may begin in the middle of the way, though: where the first
    thing stated is past discovery, the learner was practising before it, on the level that it implies.

    Args:
        timeline: All other statements, and the responses.

    Returns:
        The rows, and at most one more per learner and language.
    """
    pair = Window.partitionBy(*PAIR)
    told = F.struct(*ORDER, "level", "phase", "lesson", "source", "closes", "set_level")
    first = F.min(F.when(~is_response(), told)).over(pair)
    place = F.row_number().over(pair.orderBy(*ORDER))
    seen = timeline.withColumn("first", first).withColumn("place", place)
    was_practising = _implies_practice()
    level_before = F.coalesce(
        "first.set_level", F.when(F.col("first.lesson") == 0, level_below("first.level")), "first.level"
    )
    tells_discovery = F.col("first.closes") == Phase.DISCOVERY
    made = {
        **_assumption(),
        "level": F.when(was_practising, level_before).otherwise(FIRST_LEVEL),
        "phase": F.when(was_practising, Phase.PRACTICE.value).otherwise(Phase.DISCOVERY.value),
        "source": F.when(tells_discovery, F.col("first.source")).otherwise(MilestoneSource.INFERRED.value),
    }
    return state_also(seen, is_response() & (F.col("place") == 1), made).select(*timeline.columns)


def _assumption() -> dict[str, Column]:
    return {"trust": F.lit(ASSUMED), "source": F.lit(MilestoneSource.INFERRED.value)}


def _implies_practice() -> Column:
    """Whether the first statement says that discovery was over before it.

    It does where it is, or closes, a showcase; after the first practice step; and on any level after m1.
    """
    about = F.coalesce("first.closes", "first.phase")
    is_further_on = (F.col("first.lesson") > 0) | ~F.col("first.level").isin(FIRST_LEVEL, "m1")
    is_practice = F.coalesce(about != Phase.DISCOVERY, F.lit(True)) & is_further_on
    return F.coalesce((about == Phase.SHOWCASE) | is_practice, F.lit(False))
