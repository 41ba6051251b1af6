"""Gold tables: engagement per response, phase and session, groups, insights and the references."""

from pyspark.sql import types as T

from engagement.schemas.keys import COHORT, LANGUAGE, LEARNER
from engagement.schemas.nested import DRIVER, WINDOW
from engagement.schemas.table import (
    DATE,
    DOUBLE,
    INTEGER,
    LINEAGE,
    LONG,
    STRING,
    TIMESTAMP,
    Table,
    column,
)
from engagement.schemas.voice import CALIBRATED_VOICE

_SCORES = (
    column("behavioural", DOUBLE, "Behavioural engagement, 0–100; null without evidence"),
    column("cognitive", DOUBLE, "Cognitive engagement, 0–100; null without evidence"),
    column("emotional", DOUBLE, "Emotional engagement, 0–100; null without evidence"),
    column("vocal", DOUBLE, "Vocal engagement, 0–100; null without evidence"),
)
_PROVENANCE = (
    column("formula_version", STRING, "Version of the formula (engagement/gold/engagement.py)"),
    column("emotion_model", STRING, "SHA-256 of the emotion model's file, hex; null without voice"),
    column("tone_model", STRING, "SHA-256 of the tone model's file, hex; null without voice"),
    *LINEAGE,
)
_UNIT_SCORES = (
    column("engagement", DOUBLE, "Engagement, 0–100; 50 is the reference's average; null with a reason"),
    column("engagement_low", DOUBLE, "Lower end of the 90 % interval, 0–100"),
    column("engagement_high", DOUBLE, "Upper end of the 90 % interval, 0–100"),
    *_SCORES,
    column("responses", LONG, "Responses scored, count"),
    column("voiced_share", DOUBLE, "Share of the responses with usable voice, 0–1"),
    column("active_seconds", DOUBLE, "Active time of the learner, seconds"),
)

REFERENCES = Table(
    name="gold.references",
    comment="One row per language, period and indicator: what scores are measured against",
    columns=(
        LANGUAGE,
        column("period", DATE, "First day of the scored period that uses the reference, UTC", required=True),
        column("indicator", STRING, "Indicator of a response (engagement/gold/evidence.py)", required=True),
        column("mean", DOUBLE, "Mean over the whole population of the language, the indicator's unit"),
        column("spread", DOUBLE, "Standard deviation, the indicator's unit"),
        column("responses", LONG, "Responses behind it, count"),
        column("learners", LONG, "Learners behind it, count"),
        *LINEAGE,
    ),
    key=("language", "period", "indicator"),
    skipped_by=("period",),
)

RESPONSE_ENGAGEMENT = Table(
    name="gold.response_engagement",
    comment="One row per response of the selection: its momentary engagement",
    columns=(
        COHORT,
        column("response_id", STRING, "Response (silver.responses)", required=True),
        LEARNER,
        LANGUAGE,
        column("level", STRING, "Level, m0 … m15"),
        column("phase", STRING, "discovery, practice or showcase"),
        column("session_id", STRING, "Root session (silver.sessions)"),
        column("school_id", STRING, "School, pseudonym"),
        column("responded_at", TIMESTAMP, "When the response was sent, UTC", required=True),
        column("engagement", DOUBLE, "Momentary engagement, 0–100; 50 is the reference's average"),
        *_SCORES,
        column("voice_status", STRING, "Status of its recording; null when there was none"),
        *CALIBRATED_VOICE,
        *_PROVENANCE,
    ),
    key=("cohort", "response_id"),
    partitioned_by=("cohort",),
    skipped_by=("responded_at",),
)

PHASE_ENGAGEMENT = Table(
    name="gold.phase_engagement",
    comment="One row per learner, language, level and phase of the selection",
    columns=(
        COHORT,
        LEARNER,
        LANGUAGE,
        column("level", STRING, "Level, m0 … m15"),
        column("phase", STRING, "discovery, practice or showcase"),
        column("school_id", STRING, "School, pseudonym (the latest in the phase)"),
        column("started_at", TIMESTAMP, "First response, UTC"),
        column("ended_at", TIMESTAMP, "Last response, UTC"),
        *_UNIT_SCORES,
        column("sessions", LONG, "Sessions with a response in the phase, count"),
        column("mean_accuracy", DOUBLE, "Mean accuracy, percent 0–100; null when never told"),
        column("result", STRING, "Outcome of the last set in the phase: pass, fail or no_result"),
        column("windows", T.ArrayType(WINDOW), "Sliding windows by count within the phase, oldest first"),
        column(
            "windows_by_time",
            T.ArrayType(WINDOW),
            "Sliding windows of score.window_days up to each day's last response, oldest first",
        ),
        column(
            "trend", DOUBLE, "Rise (+) or decline (−) of engagement, points per week; null when too short"
        ),
        column("trend_low", DOUBLE, "Lower end of the trend's 90 % interval, points per week"),
        column("trend_high", DOUBLE, "Upper end of the trend's 90 % interval, points per week"),
        column("reason", STRING, "Why engagement is null (engagement.schemas.enums.NoScore)"),
        column(
            "drivers",
            T.ArrayType(DRIVER),
            "Contributions in points, largest first, shrinkage among them; with 50 they sum to engagement",
        ),
        *_PROVENANCE,
    ),
    key=("cohort", "learner_id", "language", "level", "phase"),
    partitioned_by=("cohort",),
    skipped_by=("started_at",),
)

SESSION_ENGAGEMENT = Table(
    name="gold.session_engagement",
    comment="One row per learner and session of the selection",
    columns=(
        COHORT,
        LEARNER,
        column("session_id", STRING, "Root session (silver.sessions)", required=True),
        LANGUAGE,
        column("started_at", TIMESTAMP, "Learner's first response in the session, UTC"),
        column("ended_at", TIMESTAMP, "Learner's last response in the session, UTC"),
        *_UNIT_SCORES,
        column("reason", STRING, "Why engagement is null (engagement.schemas.enums.NoScore)"),
        column(
            "drivers",
            T.ArrayType(DRIVER),
            "Contributions in points, largest first, shrinkage among them; with 50 they sum to engagement",
        ),
        *_PROVENANCE,
    ),
    key=("cohort", "learner_id", "session_id", "language"),
    partitioned_by=("cohort",),
    skipped_by=("started_at",),
)

LEARNER_GROUPS = Table(
    name="gold.learner_groups",
    comment="One row per learner and language of the selection: the group a teacher can act on",
    columns=(
        COHORT,
        LEARNER,
        LANGUAGE,
        column("school_id", STRING, "School, pseudonym (the latest)"),
        column(
            "group_name",
            STRING,
            "thriving, coasting, trying_hard, struggling, fading, steady, silent, too_little_evidence",
        ),
        column("reason", STRING, "Why the learner is in the group, in plain words with the figures"),
        column("engagement", DOUBLE, "Engagement over the learner's phases, weighted by responses, 0–100"),
        column("trend", DOUBLE, "Trend of engagement through the learner's days, points per week"),
        column(
            "achievement",
            DOUBLE,
            "Percentile of accuracy and levels passed among the language's learners, 0–100",
        ),
        column("responses", LONG, "Responses behind it, count"),
        column("last_response_at", TIMESTAMP, "Last response, UTC"),
        *LINEAGE,
    ),
    key=("cohort", "learner_id", "language"),
    partitioned_by=("cohort",),
    skipped_by=("last_response_at",),
)

INSIGHTS = Table(
    name="gold.insights",
    comment="One row per driver worth telling: of a learner's phase, or of the class (learner_id null)",
    columns=(
        COHORT,
        column("learner_id", STRING, "Learner, pseudonym; null for the whole class"),
        LANGUAGE,
        column("level", STRING, "Level, m0 … m15"),
        column("phase", STRING, "discovery, practice or showcase"),
        column("driver", STRING, "Indicator that moves the score", required=True),
        column("direction", STRING, "up or down", required=True),
        column("contribution", DOUBLE, "Points that it adds to or takes from the score"),
        column("rank", INTEGER, "1 is the strongest of its learner and phase", required=True),
        column("sentence", STRING, "What it says, in plain words", required=True),
        column("next_step", STRING, "What a teacher can do next, in plain words", required=True),
        *LINEAGE,
    ),
    key=("cohort", "learner_id", "language", "level", "phase", "driver"),
    partitioned_by=("cohort",),
    skipped_by=("rank",),
)
