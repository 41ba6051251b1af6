"""Gold tables of the forecast: what was known of a learner on a day, what was foreseen, how well it goes."""

from engagement.schemas.keys import COHORT, LANGUAGE, LEARNER
from engagement.schemas.table import BOOLEAN, DATE, DOUBLE, INTEGER, LINEAGE, LONG, STRING, Table, column

_AS_OF = column("as_of", DATE, "Day of the forecast, UTC; only days before it are known", required=True)

LEARNER_FEATURES = Table(
    name="gold.learner_features",
    comment="One row per learner, language and as_of: what was known on that day, from silver alone",
    columns=(
        COHORT,
        LEARNER,
        LANGUAGE,
        _AS_OF,
        column("tenure_days", INTEGER, "Days since the learner's first response in the language"),
        column("days_since_last", INTEGER, "Days since the last day with a response, 1 = the day before"),
        column("mean_gap_days", DOUBLE, "Mean days between days with a response; null with one such day"),
        column("active_days_7", LONG, "Days with a response in the last 7 days, count"),
        column("active_days_14", LONG, "Days with a response in the last 14 days, count"),
        column("active_days_28", LONG, "Days with a response in the last 28 days, count"),
        column("active_days", LONG, "Days with a response so far, count"),
        column("active_days_trend", LONG, "Active days of the last 14 days minus those of the 14 before"),
        column("responses_7", LONG, "Responses in the last 7 days, count"),
        column("responses_14", LONG, "Responses in the last 14 days, count"),
        column("responses_28", LONG, "Responses in the last 28 days, count"),
        column("responses", LONG, "Responses so far, count"),
        column("active_seconds_28", DOUBLE, "Active time in the last 28 days, seconds"),
        column("accuracy_28", DOUBLE, "Mean accuracy of the last 28 days, percent 0–100"),
        column("accuracy_change", DOUBLE, "Mean accuracy of the last 14 days minus that before, percent"),
        column("retried_share_28", DOUBLE, "Failed texts tried again at once, last 28 days, share 0–1"),
        column("unanswered_share_28", DOUBLE, "Spoken tasks left blank or answered too fast, share 0–1"),
        column("sets_passed_28", LONG, "Sets passed in the last 28 days, count"),
        column("sets_failed_28", LONG, "Sets failed in the last 28 days, count"),
        column("level", STRING, "Level of the last response, m0 … m15"),
        column("phase", STRING, "Phase of the last response: discovery, practice or showcase"),
        *LINEAGE,
    ),
    key=("cohort", "learner_id", "language", "as_of"),
    partitioned_by=("cohort",),
    skipped_by=("as_of",),
)

FORECASTS = Table(
    name="gold.forecasts",
    comment="One row per learner, language and as_of of the selection: what is foreseen",
    columns=(
        COHORT,
        LEARNER,
        LANGUAGE,
        _AS_OF,
        column("horizon_days", INTEGER, "Days from as_of on that the forecast looks ahead", required=True),
        column(
            "stop_probability",
            DOUBLE,
            "Probability of no response of the learner, in any language, within the horizon, 0–1",
        ),
        column("next_phase_engagement", DOUBLE, "Engagement expected of the next phase begun, 0–100"),
        column("next_phase_low", DOUBLE, "Lower end of its 90 % interval, 0–100"),
        column("next_phase_high", DOUBLE, "Upper end of its 90 % interval, 0–100"),
        column("reason", STRING, "Why a forecast is null (engagement.schemas.enums.NoForecast)"),
        column("model_id", STRING, "Model that foresaw it: SHA-256 of its card, hex; null without one"),
        *LINEAGE,
    ),
    key=("cohort", "learner_id", "language", "as_of"),
    partitioned_by=("cohort",),
    skipped_by=("as_of",),
)

VALIDATION = Table(
    name="gold.validation",
    comment="One row per selection, figure and subgroup: how far a result can be trusted",
    columns=(
        COHORT,
        column("figure", STRING, "What was measured (engagement.gold.validation.MEASURES)", required=True),
        column(
            "subgroup",
            STRING,
            "Whom it was measured on: all, or language=, school=, level=, identity=, group= and a value",
            required=True,
        ),
        column("value", DOUBLE, "The figure, in its own unit; null where it cannot be told"),
        column("low", DOUBLE, "Lower end of its 90 % interval"),
        column("high", DOUBLE, "Upper end of its 90 % interval"),
        column("n", LONG, "Rows behind it, count"),
        column("learners", LONG, "Learners behind it, count"),
        column("is_flagged", BOOLEAN, "Whether a gap exceeds validation.largest_gap_points; null: no gap"),
        column("reason", STRING, "Why value is null (engagement.schemas.enums.NoFigure)"),
        *LINEAGE,
    ),
    key=("cohort", "figure", "subgroup"),
    partitioned_by=("cohort",),
)
