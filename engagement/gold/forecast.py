"""Learner features → what the forecast's models take, what became of the learners, and gold.forecasts."""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.sums import between, left_join
from engagement.schemas.enums import NoForecast
from engagement.settings import ForecastSettings

KEYS = ("learner_id", "language", "as_of")
# The yardstick: recency, frequency and count, as marketing's models of leaving customers take them.
BASELINE_INPUTS = ("recency", "frequency", "count")
# A learner's part by the hash of his id: 0 judges and is never fitted on; of the next phase's engagement, 1
# calibrates and the others fit.
PARTS, HELD_OUT_PART, CALIBRATION_PART = 5, 0, 1

_ENDED = "reason is null"


def _inputs() -> dict[str, Column]:
    """Return the models' inputs by name: skewed counts as logarithms, what was never seen at its usual value.

    `recency_in_gaps` is the silence in units of the learner's own rhythm. Tenure itself is left out: it grows
    with the calendar, and a fit on earlier weeks would have to extrapolate it.
    """
    gap = F.greatest(F.coalesce("mean_gap_days", F.col("tenure_days").cast("double")), F.lit(1.0))
    per_day = F.col("responses_28") / F.greatest("active_days_28", F.lit(1))
    seconds = F.col("active_seconds_28") / F.greatest("responses_28", F.lit(1))
    return {
        "recency": F.ln("days_since_last"),
        "recency_in_gaps": F.ln(F.col("days_since_last") / gap),
        "gap": F.ln(gap),
        "frequency": F.log1p(F.col("active_days") / F.col("tenure_days")),
        "count": F.log1p("responses"),
        "active_days_7": F.sqrt("active_days_7"),
        "active_days_14": F.sqrt("active_days_14"),
        "active_days_28": F.sqrt("active_days_28"),
        "active_days_trend": F.col("active_days_trend").cast("double"),
        "responses_14": F.log1p("responses_14"),
        "responses_28": F.log1p("responses_28"),
        "responses_per_day": F.ln(F.col("responses") / F.col("active_days")),
        "responses_per_day_28": F.log1p(per_day),
        "seconds_per_response": F.log1p(seconds),
        "accuracy": F.coalesce("accuracy_28", F.lit(70.0)),
        "accuracy_change": F.coalesce("accuracy_change", F.lit(0.0)),
        "retried_share": F.coalesce("retried_share_28", F.lit(0.2)),
        "unanswered_share": F.coalesce("unanswered_share_28", F.lit(0.05)),
        "sets_passed": F.col("sets_passed_28").cast("double"),
        "sets_failed": F.col("sets_failed_28").cast("double"),
        "level_number": F.coalesce(F.expr("try_cast(substring(level, 2) as double)"), F.lit(0.0)),
        "in_showcase": (F.coalesce("phase", F.lit("")) == "showcase").cast("double"),
    }


INPUT_NAMES = (
    "recency",
    "recency_in_gaps",
    "gap",
    "frequency",
    "count",
    "active_days_7",
    "active_days_14",
    "active_days_28",
    "active_days_trend",
    "responses_14",
    "responses_28",
    "responses_per_day",
    "responses_per_day_28",
    "seconds_per_response",
    "accuracy",
    "accuracy_change",
    "retried_share",
    "unanswered_share",
    "sets_passed",
    "sets_failed",
    "level_number",
    "in_showcase",
)


def model_inputs(features: DataFrame, settings: ForecastSettings) -> DataFrame:
    """Return one row per row of `features`: its keys, `part`, `reason` and the inputs, never null.

    `reason` says why nothing is foreseen of the row: the learner has been silent for the whole horizon
    already, or was there on too few days; null: foreseen.
    """
    silent = F.col("days_since_last") > settings.horizon_days
    reason = F.when(silent, NoForecast.ALREADY_SILENT).when(
        F.col("active_days") < settings.minimum_active_days, NoForecast.TOO_LITTLE_HISTORY
    )
    inputs = _inputs()
    return features.select(
        *KEYS,
        F.pmod(F.xxhash64("learner_id"), F.lit(PARTS)).cast("int").alias("part"),
        reason.alias("reason"),
        *(inputs[name].alias(name) for name in INPUT_NAMES),
    )


def with_outcomes(
    inputs: DataFrame, responses: DataFrame, phases: DataFrame, settings: ForecastSettings
) -> DataFrame:
    """Add what became of the learners of `inputs`; rows that are not foreseen are dropped.

    `stopped` (label): 1 where the learner has no response in any language from `as_of` on for the whole
    horizon, else 0. `next_phase_engagement`: that of the first scored phase which the learner begins in the
    language in that time; null without one. The caller asks only for dates whose horizon has passed.

    Args:
        inputs: `model_inputs`.
        responses: silver.responses.
        phases: gold.phase_engagement of one selection.
        settings: The horizon: days from `as_of` on that are looked at.
    """
    days = responses.groupBy("learner_id").agg(F.collect_set("response_date").alias("days"))
    begun = F.struct("started_at", "level", "phase", "engagement")
    scored = phases.where(F.col("engagement").isNotNull()).groupBy("learner_id", "language")
    begins = scored.agg(F.sort_array(F.collect_list(begun)).alias("begun"))
    end = F.date_add("as_of", settings.horizon_days)
    came = F.exists("days", lambda day: (day >= F.col("as_of")) & (day < end))
    later = F.filter(
        "begun",
        lambda phase: (
            (phase["started_at"] >= F.col("as_of").cast("timestamp"))
            & (phase["started_at"] < end.cast("timestamp"))
        ),
    )
    joined = inputs.where(_ENDED).join(days, on="learner_id", how="inner")
    return left_join(joined, begins, on=("learner_id", "language")).select(
        *inputs.columns,
        (~came).cast("double").alias("stopped"),
        F.get(later, F.lit(0))["engagement"].alias("next_phase_engagement"),
    )


def tell_forecasts(foreseen: DataFrame, settings: ForecastSettings, *, model_id: str | None) -> DataFrame:
    """Return gold.forecasts without cohort and lineage: one row per row of `foreseen`.

    Args:
        foreseen: Keys, `reason`, and the models' `stop_probability`, `next_phase_engagement`,
            `next_phase_low` and `next_phase_high`, null where the row has a reason or a model is missing.
        settings: The horizon.
        model_id: The models' card; null: there is no model.
    """
    missing = F.when(F.col("stop_probability").isNull(), NoForecast.NO_MODEL).when(
        F.col("next_phase_engagement").isNull(), NoForecast.TOO_FEW_PHASES
    )
    return foreseen.select(
        *KEYS,
        F.lit(settings.horizon_days).alias("horizon_days"),
        "stop_probability",
        *(
            between(F.col(name), 0.0, 100.0).alias(name)
            for name in ("next_phase_engagement", "next_phase_low", "next_phase_high")
        ),
        F.coalesce("reason", missing).alias("reason"),
        F.lit(model_id).cast("string").alias("model_id"),
    )
