"""Scored responses → what each phase or session holds: counts, exact sums, and how its sessions differ."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.formula import AVERAGE
from engagement.gold.indicators import NAMES, of_dimension
from engagement.gold.sums import exact_square, exact_sum, from_millionths
from engagement.gold.terms import CARRIED
from engagement.gold.trends import weeks_since_origin
from engagement.schemas.enums import Dimension, VoiceStatus


def unit_sums(scored: DataFrame, *, keys: Sequence[str]) -> DataFrame:
    """Return the sums that every score of a unit (a phase, a session) is made of, in one pass.

    One row per `keys`. Per indicator `count_*` (observed responses) and the sums `value_*`, `reference_*`,
    `usual_*` (over `past_*` responses with a past), `level_*`, `change_*`; per dimension `count_*`,
    `squares_*`, `earlier_*` (over all responses) and the sums over sessions that a variance between sessions
    takes; times in weeks since 2020 and scores above 50 by session, for the trend.
    """
    session_keys = list(dict.fromkeys([*keys, "session_id"]))
    per_session = scored.groupBy(*session_keys).agg(
        F.count(F.lit(1)).alias("responses"),
        F.sum((F.coalesce("voice_status", F.lit("")) == VoiceStatus.OK).cast("bigint")).alias("voiced"),
        F.count("engagement").alias("scored"),
        F.count("accuracy").alias("accuracy_count"),
        exact_sum(F.col("accuracy")).alias("accuracy"),
        exact_sum(F.col("active_seconds")).alias("active"),
        exact_sum(F.when(F.col("engagement").isNotNull(), weeks_since_origin(F.col("responded_at")))).alias(
            "weeks"
        ),
        exact_sum(F.col("engagement") - AVERAGE).alias("score"),
        F.min("responded_at").alias("started_at"),
        F.max("responded_at").alias("ended_at"),
        *_indicator_sums(),
        *_dimension_sums(),
    )
    return per_session.groupBy(*keys).agg(
        *(F.sum(name).alias(name) for name in _added()),
        F.min("started_at").alias("started_at"),
        F.max("ended_at").alias("ended_at"),
        F.count("session_id").alias("sessions"),
        *_between_sessions(),
        *_trend_sums(),
    )


def unit_facts(scored: DataFrame, *, keys: Sequence[str]) -> DataFrame:
    """Return the school (of the last response) and the voice models of each unit; one row per `keys`.

    Apart from the sums: Spark adds numbers up in place, but would sort all rows for a text's maximum.
    """
    return scored.groupBy(*keys).agg(
        F.max_by("school_id", F.struct("responded_at", "response_id")).alias("school_id"),
        F.max("emotion_model").alias("emotion_model"),
        F.max("tone_model").alias("tone_model"),
    )


def dimension_total(dimension: Dimension) -> Column:
    """Return the sum of a dimension's points, as the sum of its indicators' terms."""
    totals = [
        F.coalesce(from_millionths(F.col(f"{term}_{name}")), F.lit(0.0))
        for name in _names_of(dimension)
        for term in ("level", "change")
    ]
    return reduce(lambda left, right: left + right, totals)


def _names_of(dimension: Dimension) -> tuple[str, ...]:
    return tuple(indicator.name for indicator in of_dimension(dimension))


def _indicator_sums() -> list[Column]:
    sums: list[Column] = []
    for name in NAMES:
        observed = F.col(f"level_{name}").isNotNull()
        sums += [
            F.count(f"level_{name}").alias(f"count_{name}"),
            F.count(F.when(observed, F.col(f"usual_{name}"))).alias(f"past_{name}"),
            exact_sum(F.when(observed, F.col(name))).alias(f"value_{name}"),
            exact_sum(F.when(observed, F.col(f"reference_{name}"))).alias(f"reference_{name}"),
            exact_sum(F.when(observed, F.col(f"usual_{name}"))).alias(f"usual_{name}"),
            exact_sum(F.col(f"level_{name}")).alias(f"level_{name}"),
            exact_sum(F.col(f"change_{name}")).alias(f"change_{name}"),
        ]
    return sums


def _dimension_sums() -> list[Column]:
    sums: list[Column] = []
    for dimension in Dimension:
        points = F.col(f"{dimension}_points")
        sums += [
            F.count(points).alias(f"count_{dimension}"),
            exact_sum(exact_square(points)).alias(f"squares_{dimension}"),
        ]
    return [*sums, *(exact_sum(F.col(f"earlier_{d}")).alias(f"earlier_{d}") for d in CARRIED)]


def _added() -> list[str]:
    per_indicator = ("count", "past", "value", "reference", "usual", "level", "change")
    return [
        "responses", "voiced", "scored", "accuracy_count", "accuracy", "active",
        *(f"{kind}_{name}" for name in NAMES for kind in per_indicator),
        *(f"{kind}_{dimension}" for dimension in Dimension for kind in ("count", "squares")),
        *(f"earlier_{dimension}" for dimension in CARRIED),
    ]  # fmt: skip


def _between_sessions() -> list[Column]:
    """Return, of the sessions' counts n and sums of points s: Σs², Σns and Σn² by dimension."""
    sums: list[Column] = []
    for dimension in Dimension:
        count, total = F.col(f"count_{dimension}"), dimension_total(dimension)
        sums += [
            F.count(F.when(count > 0, 1)).alias(f"sessions_{dimension}"),
            exact_sum(total * total).alias(f"total_squares_{dimension}"),
            exact_sum(count * total).alias(f"count_totals_{dimension}"),
            F.sum(count * count).alias(f"count_squares_{dimension}"),
        ]
    return sums


def _trend_sums() -> list[Column]:
    """Return the weighted sums of a line through the sessions: mean score on mean time, weight responses."""
    weight = F.col("scored").cast("double")
    weeks, score = from_millionths(F.col("weeks")), from_millionths(F.col("score"))
    per_response = F.when(F.col("scored") > 0, 1 / weight)
    return [
        F.count(per_response).alias("points"),
        F.sum("weeks").alias("weeks"),
        F.sum("score").alias("score"),
        exact_sum(weeks * weeks * per_response).alias("weeks_squares"),
        exact_sum(score * score * per_response).alias("score_squares"),
        exact_sum(weeks * score * per_response).alias("weeks_score"),
    ]
