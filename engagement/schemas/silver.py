"""Silver tables: sessions, milestones, responses and the scores of their recordings."""

from pyspark.sql import types as T

from engagement.schemas.table import (
    BOOLEAN,
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

EMOTIONS = ("anger", "boredom", "disgust", "fear", "happiness", "sadness", "neutral")

SESSIONS = Table(
    name="silver.sessions",
    comment="One row per root session, as Sunbird's workflow summary cuts and measures it",
    columns=(
        column(
            "session_id", STRING, "SHA-256 of device, channel, product and first event, hex", required=True
        ),
        column("device_id", STRING, "Device, pseudonym"),
        column("channel", STRING, "Tenant"),
        column("pdata_id", STRING, "Product"),
        column("first_event_id", STRING, "First event (bronze.events)", required=True),
        column("started_at", TIMESTAMP, "First event, UTC", required=True),
        column("ended_at", TIMESTAMP, "Last event, UTC", required=True),
        column("session_date", DATE, "Day of started_at, UTC", required=True),
        column("events", LONG, "Events in the session, count"),
        column("time_diff_seconds", DOUBLE, "Last minus first event, seconds, two decimals"),
        column("time_spent_seconds", DOUBLE, "Active time: gaps up to 600 s, seconds, two decimals"),
        column("interactions", LONG, "INTERACT events of the counted types"),
        column("interactions_per_minute", DOUBLE, "Interactions per minute of active time"),
        column("responses", LONG, "RESPONSE events, count"),
        column("learners", LONG, "Distinct learners who responded, count"),
        column("is_reported", BOOLEAN, "Whether Sunbird reports it: active time above 0"),
        *LINEAGE,
    ),
    key=("session_date", "session_id"),
    skipped_by=("session_date", "started_at"),
)

MILESTONES = Table(
    name="silver.milestones",
    comment="One row per stretch of time that a learner spent on one level, or in one phase of it",
    columns=(
        column("milestone_id", STRING, "SHA-256 of learner, language, kind and start, hex", required=True),
        column("learner_id", STRING, "Learner, pseudonym", required=True),
        column("language", STRING, "Language being learnt"),
        column("kind", STRING, "level or phase: what the interval is an interval of", required=True),
        column("level", STRING, "Level, m0 … m15"),
        column("phase", STRING, "Phase; null for a level interval"),
        column("lesson", INTEGER, "Practice step, 0–9, where an export names it"),
        column("started_at", TIMESTAMP, "Start, UTC, inclusive", required=True),
        column("ended_at", TIMESTAMP, "End, UTC, exclusive; null while it lasts"),
        column("result", STRING, "pass, fail or no_result of the set that closed it; null when none"),
        column("source", STRING, "export, log or inferred", required=True),
        *LINEAGE,
    ),
    key=("milestone_id",),
    skipped_by=("started_at", "kind"),
)

RESPONSES = Table(
    name="silver.responses",
    comment="One row per response of a learner, with its session, level and phase",
    columns=(
        column("response_id", STRING, "The RESPONSE's event_id", required=True),
        column("learner_id", STRING, "Learner, pseudonym", required=True),
        column(
            "identity", STRING, "How the learner is known (engagement.schemas.enums.Identity)", required=True
        ),
        column("buddy_learner_id", STRING, "Second learner at the device, pseudonym"),
        column("session_id", STRING, "Root session (silver.sessions); null outside of any"),
        column("content_session_id", STRING, "Sign-in of the learner, as a pseudonym"),
        column("device_id", STRING, "Device, pseudonym"),
        column("channel", STRING, "Tenant"),
        column("pdata_id", STRING, "Product"),
        column("school_id", STRING, "School, pseudonym"),
        column("class_id", STRING, "Class the learner studies in"),
        column("language", STRING, "Language being learnt"),
        column("level", STRING, "Level, m0 … m15"),
        column("response_level", STRING, "Level that the response itself names; null when it names none"),
        column("phase", STRING, "discovery, practice or showcase", required=True),
        column("phase_source", STRING, "export, log or inferred", required=True),
        column("responded_at", TIMESTAMP, "When the response was sent, UTC", required=True),
        column("response_date", DATE, "Day of responded_at, UTC", required=True),
        column("response_type", STRING, "SPEAK, CHOOSE, DRAG, SELECT, MATCH, INPUT, WRITE or empty"),
        column("content_id", STRING, "Content that was answered"),
        column("original_text", STRING, "The text that was to be read or answered"),
        column("text_words", INTEGER, "Words of original_text, count"),
        column("response_words", INTEGER, "Words heard, count"),
        column("words_correct", INTEGER, "Words marked correct, count"),
        column("words_incorrect", INTEGER, "Words marked incorrect, count"),
        column("audio_key", STRING, "Key of the recording under the audio root; null when none"),
        column("accuracy", DOUBLE, "Accuracy, percent 0–100"),
        column("is_correct", BOOLEAN, "Whether the answer was right; null when not told"),
        column("is_profane", BOOLEAN, "The product flagged profanity"),
        column("duration_seconds", DOUBLE, "Time taken for the answer, seconds"),
        column("active_seconds", DOUBLE, "Active time of the learner since the event before, up to 600 s"),
        *LINEAGE,
    ),
    key=("response_date", "response_id"),
    partitioned_by=("response_date",),
    skipped_by=("responded_at",),
)

VOICE_SCORES = Table(
    name="silver.voice_scores",
    comment="One row per response with a recording: what became of it, and its scores",
    columns=(
        column("response_id", STRING, "Response (silver.responses)", required=True),
        column("response_date", DATE, "Day of the response, UTC", required=True),
        column("audio_key", STRING, "Key of the recording under the audio root", required=True),
        column("audio_version", STRING, "Version of the object: ETag, or size and time of change"),
        column(
            "status",
            STRING,
            "ok, or why there is no score (engagement.schemas.enums.VoiceStatus)",
            required=True,
        ),
        column("clip_seconds", DOUBLE, "Length of the recording, seconds"),
        column("speech_seconds", DOUBLE, "Speech in it, seconds"),
        column("sample_rate_hz", INTEGER, "Sample rate of the recording, Hz"),
        column("loudness_db", DOUBLE, "Level of the speech, dB relative to full scale"),
        column("pauses", INTEGER, "Pauses within the speech, count"),
        column("pause_seconds", DOUBLE, "Time in those pauses, seconds"),
        column("pitch_median_hz", DOUBLE, "Median pitch of voiced speech, Hz"),
        column("pitch_range_semitones", DOUBLE, "10th to 90th percentile of pitch, semitones"),
        *(
            column(
                f"emotion_{e}",
                DOUBLE,
                f"Probability that the voice sounds like {e}, 0–1; null: not known to the emotion model",
            )
            for e in EMOTIONS
        ),
        column("arousal", DOUBLE, "How activated the voice sounds, 0–1"),
        column("valence", DOUBLE, "How positive the voice sounds, 0–1"),
        column("tone_prosody", DOUBLE, "Rhythm and intonation, 0–10 on the experts' scale"),
        column("tone_fluency", DOUBLE, "Fluency, 0–10 on the experts' scale"),
        column(
            "emotion_model", STRING, "SHA-256 of the emotion model's file, and of what its labels mean, hex"
        ),
        column("tone_model", STRING, "SHA-256 of the tone model's file, hex"),
        column(
            "functionals",
            T.ArrayType(T.FloatType()),
            "Acoustic functionals, order and units as in engagement.audio.functionals; null without speech",
        ),
        column("first_tried_at", TIMESTAMP, "When the run began that first asked for the recording, UTC"),
        *LINEAGE,
    ),
    key=("response_date", "response_id"),
    # Runs write by date: a reader of some days, MERGE among them, skips the files of all others.
    skipped_by=("response_date",),
)
