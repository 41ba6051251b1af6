"""What a response's neighbours tell: coming back, staying, trying again, leaving the microphone out."""

from pyspark.sql import Column, DataFrame, Window, functions as F

# The app calls an answer wrong by words; six words of ten is our line where it gives only a percentage.
FAILED_BELOW_PERCENT = 60.0
_MICROSECONDS_PER_DAY = 86_400e6


def describe_visits(responses: DataFrame) -> DataFrame:
    """Add `days_away`, `visit_answers`, `retried` and `microphone_used`; the rows stay.

    A visit is one learner's part of a root session; outside of any, the day.

    `days_away`: ln(1 + days) from the learner's last response in the language before the visit; null in his
    first visit. `visit_answers`: ln(1 + responses of the visit). `retried`: after a failed response, 1 where
    the next one of the visit is to the same text, else 0; null where nothing failed. `microphone_used`: of a
    speaking task, 1 with and 0 without recording; null where the visit has none at all, for recording may
    be off there.
    """
    by_learner = Window.partitionBy("learner_id", "language")
    in_order = by_learner.orderBy("responded_at", "response_id")
    visit = F.coalesce(
        "session_id", F.concat(F.lit("day:"), F.col("responded_at").cast("date").cast("string"))
    )
    ordered = responses.withColumn("visit", visit).select(
        "*",
        F.lag("responded_at").over(in_order).alias("before_at"),
        F.lag("visit").over(in_order).alias("before_visit"),
        (F.lead("visit").over(in_order) == F.col("visit")).alias("stays"),
        (F.lead("text").over(in_order) == F.col("text")).alias("repeats"),
    )
    whole_visit = Window.partitionBy("learner_id", "language", "visit").rowsBetween(
        Window.unboundedPreceding, Window.unboundedFollowing
    )
    failed = ~F.coalesce("is_correct", F.col("accuracy") >= FAILED_BELOW_PERCENT)
    spoken = F.col("response_type") == "SPEAK"
    recorded = F.col("audio_key").isNotNull()
    return ordered.select(
        *responses.columns,
        F.log1p(F.max(_days_away()).over(whole_visit)).alias("days_away"),
        F.log1p(F.count(F.lit(1)).over(whole_visit).cast("double")).alias("visit_answers"),
        F.when(failed, F.coalesce(F.col("stays") & F.col("repeats"), F.lit(False)).cast("double")).alias(
            "retried"
        ),
        F.when(spoken & F.max(recorded).over(whole_visit), recorded.cast("double")).alias("microphone_used"),
    )


def _days_away() -> Column:
    gap = F.unix_micros("responded_at") - F.unix_micros("before_at")
    return F.when(F.col("visit") != F.col("before_visit"), gap / F.lit(_MICROSECONDS_PER_DAY))
