"""Milestone records and responses to level and phase intervals per learner and language."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.schemas.enums import MilestoneSource, Phase
from engagement.schemas.silver import MILESTONES
from engagement.silver.beginnings import state_beginnings, state_levels
from engagement.silver.columns import in_table_order
from engagement.silver.results import SAME_MOMENT_MILLISECONDS, merge_results
from engagement.silver.showcases import infer_showcases
from engagement.silver.statements import FIRST_LEVEL, state_milestones
from engagement.silver.timeline import ORDER, PAIR, is_response, lay_out

_SOURCES = [source.value for source in MilestoneSource]  # the best first


def find_milestones(milestone_records: DataFrame, events: DataFrame, *, set_pause_seconds: int) -> DataFrame:
    """Return the level and phase intervals (silver.milestones without lineage).

    Sources that disagree: lesson tracking before set results before LOG before inference. The intervals of a
    learner, language and kind follow one another without a gap, from the first response or statement on.

    Args:
        milestone_records: bronze.milestone_records with every learner_id filled where it is known.
        events: bronze.events with learner_id; only the RESPONSE events are used.
        set_pause_seconds: A pause longer than this begins a new set, where nothing names the sets, seconds.

    Returns:
        One row per kind (level, phase), learner, language and interval of more than no time. A language that
        nothing tells is `und`.
    """
    is_known_response = (F.col("eid") == "RESPONSE") & F.col("learner_id").isNotNull()
    timeline = (
        lay_out(merge_results(milestone_records), events.where(is_known_response))
        .transform(state_milestones)
        .transform(state_levels)
        .transform(infer_showcases, set_pause_seconds=set_pause_seconds)
        .transform(state_beginnings)
    )
    states = _states(timeline.where(~is_response()))
    return in_table_order(_intervals(states), MILESTONES)


def _states(statements: DataFrame) -> DataFrame:
    """Fill in what a statement leaves as it was; keep the last of several at one time.

    A result leads to practice, or back to discovery while the level is m0; so does any other change of level.
    """
    in_order = Window.partitionBy(*PAIR).orderBy(*ORDER)
    up_to_now = in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    level = F.coalesce(F.last("level", ignorenulls=True).over(up_to_now), F.lit(FIRST_LEVEL))
    levels = statements.withColumn("level", level)
    levels = levels.withColumn("level_before", F.lag("level").over(in_order))
    by_level = F.when(F.col("level") == FIRST_LEVEL, Phase.DISCOVERY.value).otherwise(Phase.PRACTICE.value)
    is_new = F.col("level_before").isNull() | (F.col("level_before") != F.col("level"))
    phases = levels.withColumn(
        "phase", F.coalesce("phase", F.when(F.col("closes").isNotNull() | is_new, by_level))
    )
    phases = phases.withColumn("phase", F.last("phase", ignorenulls=True).over(up_to_now))
    next_at = F.lead("at").over(in_order)
    return phases.withColumn("next_at", next_at).where(
        F.col("next_at").isNull() | (F.col("next_at") > F.col("at"))
    )


def _intervals(states: DataFrame) -> DataFrame:
    """Merge the states that follow one another on one level (kind `level`) or in one phase of it."""
    both = states.select("*", F.explode(F.array(F.lit("level"), F.lit("phase"))).alias("kind"))
    in_order = Window.partitionBy(*PAIR, "kind").orderBy("at")
    up_to_now = in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    is_phase = F.col("kind") == "phase"
    what = F.concat_ws("|", "level", F.when(is_phase, F.col("phase")))
    before = F.lag(what).over(in_order)
    changes = both.withColumn("changes", (before.isNull() | (before != what)).cast("int"))
    runs = changes.withColumn("run", F.sum("changes").over(up_to_now))
    merged = runs.groupBy(*PAIR, "kind", "run").agg(
        F.min("at").alias("start"),
        F.min_by("level", "at").alias("level"),
        F.min_by("phase", "at").alias("phase"),
        F.min_by("lesson", F.when(F.col("lesson").isNotNull(), F.col("at"))).alias("lesson"),
        F.min(F.when(F.col("result").isNotNull(), F.struct("at", "result"))).alias("first_result"),
        F.min(F.call_function("array_position", F.lit(_SOURCES), F.col("source"))).alias("best_source"),
    )
    next_run = Window.partitionBy(*PAIR, "kind").orderBy("run")
    closing, end = F.lead("first_result").over(next_run), F.lead("start").over(next_run)
    # Where the clocks of the sources are apart, the result comes a little after the interval that it closes.
    is_its_own = closing["at"] - end <= SAME_MOMENT_MILLISECONDS
    return merged.select(
        *PAIR,
        _milestone_id().alias("milestone_id"),
        *("kind", "level"),
        *(F.when(is_phase, F.col(name)).alias(name) for name in ("phase", "lesson")),
        F.timestamp_millis("start").alias("started_at"),
        F.timestamp_millis(end).alias("ended_at"),
        F.when(is_its_own, closing["result"]).alias("result"),
        F.element_at(F.lit(_SOURCES), F.col("best_source").cast("int")).alias("source"),
    )


def _milestone_id() -> Column:
    return F.sha2(F.concat_ws("|", *PAIR, "kind", F.col("start").cast("string")), 256)
