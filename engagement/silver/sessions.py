"""Events to sessions, cut and measured as Sunbird's workflow summary does it.

The rules are those of `WorkFlowSummaryModel` and `Summary` in Sunbird's analytics (root summaries, its
defaults `sessionBreakTime` 30 min and `idleTime` 600 s). All times are whole milliseconds and all sums whole
hundredths of a second, so that the figures do not depend on the order of addition.
"""

from pyspark.sql import Column, DataFrame, Window, functions as F
from pyspark.sql.window import WindowSpec

from engagement.schemas.silver import SESSIONS
from engagement.silver.columns import in_table_order

SESSION_BREAK_MILLISECONDS = 1_800_000
IDLE_MILLISECONDS = 600_000
UNCOUNTED_EIDS = ("LOG", "AUDIT", "SEARCH")
INTERACT_TYPES = (
    *(
        "touch",
        "drag",
        "drop",
        "pinch",
        "zoom",
        "shake",
        "rotate",
        "speak",
        "listen",
        "write",
        "draw",
        "start",
    ),
    *("end", "choose", "activate", "scroll", "click", "edit", "submit", "search", "dnd", "added", "removed"),
    "selected",
)

GROUP = ("device_id", "channel", "pdata_id")


def assign_sessions(events: DataFrame, *, is_resumed: Column | None = None) -> DataFrame:
    """Return every event with the session it belongs to.

    Args:
        events: bronze.events, with any further columns; of a group all, or all from a session's start on.
        is_resumed: Whether a group's first event here is known to start a session, since earlier ones were
            left out; the same for a whole group. None: all events are here.

    Returns:
        One row per event, all its columns and `session_id` (null for LOG, AUDIT, SEARCH, an END that closes
        nothing, and events without any device) and `session_gap_milliseconds` (time since the event before
        in the same session; null for a session's first).
    """
    # Uncounted events sort apart, in a partition of their own, so that they come between no two others.
    in_order = Window.partitionBy(*GROUP, "is_counted").orderBy("ets_milliseconds", "event_id")
    up_to_now = in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    is_counted = ~F.col("eid").isin(*UNCOUNTED_EIDS) & F.col("device_id").isNotNull()
    bounds = (
        events.withColumn("is_counted", is_counted)
        .withColumn("is_resumed", F.lit(False) if is_resumed is None else is_resumed)
        .withColumn("is_open", _is_open_before(in_order))
        .withColumn("gap", F.col("ets_milliseconds") - F.lag("ets_milliseconds").over(in_order))
    )
    first_event = F.last(F.when(_starts_session(), F.col("event_id")), ignorenulls=True).over(up_to_now)
    belongs = F.col("is_counted") & (~_is_end() | F.col("is_open"))
    return bounds.select(
        *events.columns,
        F.when(belongs, _session_id(first_event)).alias("session_id"),
        F.when(belongs & ~_starts_session(), F.col("gap")).alias("session_gap_milliseconds"),
    )


def summarise_sessions(events: DataFrame) -> DataFrame:
    """Return one row per session (silver.sessions without lineage).

    Args:
        events: Events with `session_id` and `session_gap_milliseconds` (`assign_sessions`) and `learner_id`
            (`engagement.silver.learners`); events of no session are left out.
    """
    is_response = F.col("eid") == "RESPONSE"
    # Each gap is rounded half up to hundredths before it is added; longer than the idle limit adds nothing.
    active_centiseconds = F.when(
        F.col("session_gap_milliseconds") <= IDLE_MILLISECONDS, _centiseconds("session_gap_milliseconds")
    )
    is_interaction = (F.col("eid") == "INTERACT") & F.lower("edata_type").isin(*INTERACT_TYPES)
    totals = (
        events.where(F.col("session_id").isNotNull())
        .groupBy("session_id", *GROUP)
        .agg(
            F.min(F.struct("ets_milliseconds", "event_id"))["event_id"].alias("first_event_id"),
            F.min("event_at").alias("started_at"),
            F.max("event_at").alias("ended_at"),
            F.count(F.lit(1)).alias("events"),
            (F.max("ets_milliseconds") - F.min("ets_milliseconds")).alias("diff_milliseconds"),
            F.coalesce(F.sum(active_centiseconds), F.lit(0)).alias("spent_centiseconds"),
            F.count_if(is_interaction).alias("interactions"),
            F.count_if(is_response).alias("responses"),
            F.size(F.collect_set(F.when(is_response, F.col("learner_id")))).alias("learners"),
        )
    )
    figures = {
        "session_date": F.to_date("started_at"),
        "time_diff_seconds": _centiseconds("diff_milliseconds") / 100,
        "time_spent_seconds": F.col("spent_centiseconds") / 100,
        "interactions_per_minute": _per_minute(),
        "is_reported": F.col("spent_centiseconds") > 0,
    }
    return in_table_order(totals, SESSIONS, figures)


def _is_end() -> Column:
    return F.col("eid") == "END"


def _is_app() -> Column:
    return F.lower(F.coalesce("edata_type", F.lit(""))) == "app"


def _is_open_before(in_order: WindowSpec) -> Column:
    """Whether a session is open before the event: the last event that opens or closes one was no END.

    Any event but an END opens a session or finds one open; only an END of type "app" closes it.
    """
    leaves_open = F.when(~_is_end(), F.lit(True)).when(_is_app(), F.lit(False))
    before = in_order.rowsBetween(Window.unboundedPreceding, -1)
    return F.coalesce(F.last(leaves_open, ignorenulls=True).over(before), F.col("is_resumed"))


def _starts_session() -> Column:
    after_break = F.col("is_open") & (F.col("gap") > SESSION_BREAK_MILLISECONDS) & ~_is_app()
    app_start = (F.col("eid") == "START") & _is_app()
    is_first = F.col("gap").isNull() & F.col("is_resumed")
    return after_break | app_start | is_first | (~F.col("is_open") & ~_is_end())


def _session_id(first_event: Column) -> Column:
    group = [F.coalesce(name, F.lit("")) for name in GROUP]
    return F.sha2(F.concat_ws("|", *group, first_event), 256)


def _centiseconds(milliseconds: str) -> Column:
    return F.expr(f"({milliseconds} + 5) div 10")


def _per_minute() -> Column:
    """Interactions per minute of active time, half up to hundredths; the bare count below one minute."""
    hundredths = F.expr(
        "(2 * interactions * 600000 + spent_centiseconds) div (2 * greatest(spent_centiseconds, 1))"
    )
    return F.when(F.col("spent_centiseconds") < 6000, F.col("interactions").cast("double")).otherwise(
        hundredths / 100
    )
