"""What may be known of a learner on a day, from silver alone and strictly before it."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window, WindowSpec, functions as F

from engagement.gold.evidence import FASTEST_WORDS_PER_SECOND
from engagement.gold.sums import exact_sum, from_millionths
from engagement.gold.visits import FAILED_BELOW_PERCENT
from engagement.schemas.enums import SetResult
from engagement.schemas.forecast import LEARNER_FEATURES

WINDOW_DAYS = (7, 14, 28)

_PAIR = ("learner_id", "language")
# Counts and exact sums (whole millionths) of a day; a window over days adds them up in any order.
_COUNTED = (
    "responses",
    "active",
    "accuracy",
    "accuracies",
    "failures",
    "retried",
    "told",
    "unanswered",
    "passed",
    "failed",
)


def learner_features(responses: DataFrame, milestones: DataFrame, as_of_dates: Sequence[date]) -> DataFrame:
    """Return gold.learner_features without cohort and lineage.

    One row per learner, language and date of `as_of_dates` before which the learner has responded; learners
    who came later have none. A day is a UTC day. Everything comes from days strictly before `as_of`: a
    response counts on its day, a set's result on the day on which its interval ended, and whether a failed
    text was tried again is told by the rest of the same day alone. Null: nothing of the kind was seen.

    Args:
        responses: silver.responses.
        milestones: silver.milestones.
        as_of_dates: The days; several cost one pass, not one each.
    """
    days = _response_days(responses)
    asked = _asked(days, as_of_dates)
    together = (
        days.unionByName(_result_days(milestones), allowMissingColumns=True)
        .unionByName(asked, allowMissingColumns=True)
        .fillna(0, subset=list(_COUNTED))
    )
    known = together.select("*", *_sums_before(), *_states_before()).where(F.col("as_of").isNotNull())
    made = _features()
    return known.select(
        *(
            made.get(column.name, F.col(column.name)).cast(column.dataType).alias(column.name)
            for column in LEARNER_FEATURES.made_columns
        )
    )


def _response_days(responses: DataFrame) -> DataFrame:
    """Return one row per learner, language and day with a response."""
    in_order = Window.partitionBy(*_PAIR, "response_date").orderBy("responded_at", "response_id")
    text = F.coalesce("original_text", "content_id")
    failed = ~F.coalesce("is_correct", F.col("accuracy") >= FAILED_BELOW_PERCENT)
    told = F.col("response_words").isNotNull() | F.col("duration_seconds").isNotNull()
    spoken = (F.col("response_type") == "SPEAK") & told
    blank = F.coalesce(F.col("response_words") == 0, F.lit(False))
    too_quick = F.col("duration_seconds") * FASTEST_WORDS_PER_SECOND < F.coalesce("text_words", F.lit(1))
    placed = responses.select(
        *_PAIR,
        "response_date",
        "accuracy",
        "active_seconds",
        failed.alias("failed"),
        (failed & F.coalesce(F.lead(text).over(in_order) == text, F.lit(False))).alias("retried"),
        spoken.alias("told"),
        (spoken & (blank | F.coalesce(too_quick, F.lit(False)))).alias("unanswered"),
        F.when(F.lead("response_id").over(in_order).isNull(), F.struct("level", "phase")).alias("last"),
    )
    return placed.groupBy(*_PAIR, "response_date").agg(
        F.unix_date("response_date").alias("day"),
        F.count(F.lit(1)).alias("responses"),
        exact_sum(F.col("active_seconds")).alias("active"),
        exact_sum(F.col("accuracy")).alias("accuracy"),
        F.count("accuracy").alias("accuracies"),
        F.count_if("failed").alias("failures"),
        F.count_if("retried").alias("retried"),
        F.count_if("told").alias("told"),
        F.count_if("unanswered").alias("unanswered"),
        F.max("last").alias("last"),
    )


def _result_days(milestones: DataFrame) -> DataFrame:
    """Return one row per learner, language and day on which a set ended with a result."""
    told = milestones.where(F.col("phase").isNotNull() & F.col("ended_at").isNotNull())
    ended = told.groupBy(*_PAIR, F.unix_date(F.col("ended_at").cast("date")).alias("day"))
    return ended.agg(
        F.count_if(F.col("result") == SetResult.PASS).alias("passed"),
        F.count_if(F.col("result") == SetResult.FAIL).alias("failed"),
    )


def _asked(days: DataFrame, as_of_dates: Sequence[date]) -> DataFrame:
    """Return one row per learner, language and date after the learner's first day."""
    dates = F.array(*(F.lit(each) for each in sorted(set(as_of_dates)))).cast("array<date>")
    first = days.groupBy(*_PAIR).agg(F.min("response_date").alias("first"))
    asked = first.select(
        *_PAIR, F.explode(F.filter(dates, lambda each: each > F.col("first"))).alias("as_of")
    )
    return asked.withColumn("day", F.unix_date("as_of"))


def _before(days: int | None) -> WindowSpec:
    """Return the window over the last `days` days before a row's day; None: all of them."""
    start = Window.unboundedPreceding if days is None else -days
    return Window.partitionBy(*_PAIR).orderBy("day").rangeBetween(start, -1)


def _sums_before() -> list[Column]:
    sums = []
    for length in (*WINDOW_DAYS, None):
        ending = "" if length is None else f"_{length}"
        window = _before(length)
        sums += [F.sum(name).over(window).alias(f"sum_{name}{ending}") for name in _COUNTED]
        sums.append(F.count("response_date").over(window).alias(f"sum_days{ending}"))
    return sums


def _states_before() -> list[Column]:
    always = _before(None)
    return [
        F.min(F.unix_date("response_date")).over(always).alias("first_day"),
        F.max(F.unix_date("response_date")).over(always).alias("last_day"),
        F.last("last", ignorenulls=True).over(always).alias("state"),
    ]


def _features() -> dict[str, Column]:
    days = F.col("sum_days")
    span = F.col("last_day") - F.col("first_day")
    recent = _mean("accuracy_14", "accuracies_14")
    earlier = F.col("sum_accuracies") - F.coalesce("sum_accuracies_14", F.lit(0))
    accuracy_earlier = from_millionths(F.col("sum_accuracy") - F.coalesce("sum_accuracy_14", F.lit(0)))
    made = {
        "tenure_days": F.col("day") - F.col("first_day"),
        "days_since_last": F.col("day") - F.col("last_day"),
        "mean_gap_days": F.when(days > 1, span / (days - 1)),
        "active_days": days,
        "responses": F.col("sum_responses"),
        "active_days_trend": 2 * F.col("sum_days_14") - F.col("sum_days_28"),
        "active_seconds_28": _seconds("active_28"),
        "accuracy_28": _mean("accuracy_28", "accuracies_28"),
        "accuracy_change": F.when(earlier > 0, recent - accuracy_earlier / earlier),
        "retried_share_28": _share("retried_28", "failures_28"),
        "unanswered_share_28": _share("unanswered_28", "told_28"),
        "sets_passed_28": F.coalesce("sum_passed_28", F.lit(0)),
        "sets_failed_28": F.coalesce("sum_failed_28", F.lit(0)),
        "level": F.col("state.level"),
        "phase": F.col("state.phase"),
    }
    for length in WINDOW_DAYS:
        made[f"active_days_{length}"] = F.col(f"sum_days_{length}")
        made[f"responses_{length}"] = F.coalesce(f"sum_responses_{length}", F.lit(0))
    return made


def _seconds(name: str) -> Column:
    return from_millionths(F.coalesce(f"sum_{name}", F.lit(0)))


def _mean(total: str, count: str) -> Column:
    return F.when(F.col(f"sum_{count}") > 0, from_millionths(F.col(f"sum_{total}")) / F.col(f"sum_{count}"))


def _share(part: str, whole: str) -> Column:
    return F.when(F.col(f"sum_{whole}") > 0, F.col(f"sum_{part}") / F.col(f"sum_{whole}"))
