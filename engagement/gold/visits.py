"""What a response's neighbours tell: coming back, staying, trying again, an even pace, leaving a set."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.schemas.enums import Phase

# The app calls an answer wrong by words; six words of ten is our line where it gives only a percentage.
FAILED_BELOW_PERCENT = 60.0
_MICROSECONDS_PER_DAY = 86_400e6


def describe_visits(responses: DataFrame) -> DataFrame:
    """Add `days_away`, `visit_answers`, `idle`, `retried`, `is_last_try`, `set_left` and `recorded`.

    The rows stay. A visit is one learner's part of a root session; outside of any, the day.

    `days_away`: ln(1 + days) from the learner's last response in the language before the visit; null in his
    first visit. `visit_answers`: ln(1 + responses of the visit). `idle`: ln(1 + active seconds beyond those
    that the answer took); null for the first of a visit and after an absence. `retried`: after a
    failed response, 1 where the next one of the visit is to the same text, else 0; null where nothing failed.
    `is_last_try`: whether the next one of the visit is to another text. `set_left`: of a visit that ends in a
    showcase, 1 at its last response where the learner's next visit begins in that showcase, else 0; null
    elsewhere, and without a further visit. `recorded`: 1 with and 0 without recording; null where the visit
    has none at all, for recording may be off there.
    """
    by_learner = Window.partitionBy("learner_id", "language")
    in_order = by_learner.orderBy("responded_at", "response_id")
    ordered = responses.withColumn("visit", visit_of_response()).select(
        "*",
        F.lag("responded_at").over(in_order).alias("before_at"),
        F.lag("visit").over(in_order).alias("before_visit"),
        (F.lead("visit").over(in_order) == F.col("visit")).alias("stays"),
        (F.lead("text").over(in_order) == F.col("text")).alias("repeats"),
        (
            (F.lead("phase").over(in_order) == Phase.SHOWCASE)
            & (F.lead("level").over(in_order) == F.col("level"))
        ).alias("resumes"),
    )
    whole_visit = Window.partitionBy("learner_id", "language", "visit").rowsBetween(
        Window.unboundedPreceding, Window.unboundedFollowing
    )
    failed = ~F.coalesce("is_correct", F.col("accuracy") >= FAILED_BELOW_PERCENT)
    again = F.coalesce(F.col("stays") & F.col("repeats"), F.lit(False))
    leaves_showcase = (F.col("phase") == Phase.SHOWCASE) & ~F.col("stays")
    recorded = F.col("audio_key").isNotNull()
    return ordered.select(
        *responses.columns,
        F.log1p(F.max(_days_away()).over(whole_visit)).alias("days_away"),
        F.log1p(F.count(F.lit(1)).over(whole_visit).cast("double")).alias("visit_answers"),
        F.when((F.col("before_visit") == F.col("visit")) & (F.col("active_seconds") > 0), _idle()).alias(
            "idle"
        ),
        F.when(failed, again.cast("double")).alias("retried"),
        (~again).alias("is_last_try"),
        F.when(leaves_showcase, F.col("resumes").cast("double")).alias("set_left"),
        F.when(F.max(recorded).over(whole_visit), recorded.cast("double")).alias("recorded"),
    )


def visit_of_response() -> Column:
    """Return what names a learner's visit: the root session; outside of any, the day (UTC)."""
    day = F.concat(F.lit("day:"), F.col("responded_at").cast("date").cast("string"))
    return F.coalesce("session_id", day)


def describe_pace(responses: DataFrame) -> DataFrame:
    """Add `uneven_pace`: how far the pace is off the learner's mean pace before, |ln ratio|; the rows stay.

    `slowness` (ln of the time taken over the time expected) is what is compared; null where it is, and for
    the first response in the language that has it.
    """
    earlier = (
        Window.partitionBy("learner_id", "language")
        .orderBy("responded_at", "response_id")
        .rowsBetween(Window.unboundedPreceding, -1)
    )
    usual = F.avg("slowness").over(earlier)
    return responses.select("*", F.abs(F.col("slowness") - usual).alias("uneven_pace"))


def _days_away() -> Column:
    gap = F.unix_micros("responded_at") - F.unix_micros("before_at")
    return F.when(F.col("visit") != F.col("before_visit"), gap / F.lit(_MICROSECONDS_PER_DAY))


def _idle() -> Column:
    seconds = F.col("active_seconds") - F.col("duration_seconds")
    return F.when(seconds.isNotNull(), F.log1p(F.greatest(seconds, F.lit(0.0))))
