"""Bronze tables: events, milestone records, rejects and the ledger of files."""

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

SET_RESULT = T.StructType(
    [
        T.StructField("session_result", STRING),
        T.StructField("current_level", STRING),
        T.StructField("previous_level", STRING),
        T.StructField("total_targets", DOUBLE),
        T.StructField("total_syllables", DOUBLE),
        T.StructField("fluency", DOUBLE),
        T.StructField("fluency_result", STRING),
        T.StructField("prosody_result", STRING),
        T.StructField("percentage", DOUBLE),
        T.StructField("targets_percentage", DOUBLE),
        T.StructField("total_correctness_score", DOUBLE),
        T.StructField("comprehension_score", DOUBLE),
    ]
)

# The candidates for "who is the learner"; silver chooses among them (silver/learners.py).
LEARNER_CANDIDATES = (
    column("virtual_learner_id", STRING, "Learner by the cdata virtualId, pseudonym; null when not filled"),
    column("user_learner_id", STRING, "Learner by the cdata User or Buddy User, pseudonym; null when empty"),
    column("buddy_learner_id", STRING, "Second learner of a Buddy User pair, pseudonym"),
    column(
        "actor_learner_id", STRING, "Learner by actor.id, pseudonym; null where it is the device or no id"
    ),
    column("content_session_id", STRING, "ContentSession (sign-in to sign-out), as a learner pseudonym"),
    column("device_learner_id", STRING, "The device, as a learner pseudonym: the last fallback"),
)

EVENTS = Table(
    name="bronze.events",
    comment="One row per event kept: what its client wrote, once, however often it arrived",
    columns=(
        column("event_id", STRING, "SHA-256 of what the client wrote, hex", required=True),
        column("eid", STRING, "Kind of event: START, END, RESPONSE, LOG …", required=True),
        column("event_at", TIMESTAMP, "Client time of the event, UTC", required=True),
        column("event_date", DATE, "Day of event_at, UTC", required=True),
        column("ets_milliseconds", LONG, "Client time, milliseconds since 1970", required=True),
        column("mid", STRING, "Message id as sent; not unique"),
        column("channel", STRING, "Tenant that the product sends for"),
        column("pdata_id", STRING, "Product that sent the event"),
        column("pdata_pid", STRING, "Component of the product"),
        column("env", STRING, "Part of the product"),
        column("device_id", STRING, "Device (did, else sid, else actor.id), pseudonym"),
        *LEARNER_CANDIDATES,
        column("school_id", STRING, "School (udise_code, else school_name), pseudonym"),
        column("class_id", STRING, "Class the learner studies in, as sent"),
        column("language", STRING, "Language being learnt: en, ta, kn, te, hi …"),
        column("object_id", STRING, "Content or object of the event, as sent"),
        column("object_type", STRING, "Kind of object, as sent"),
        column("edata_type", STRING, "edata.type as sent"),
        column("pageid", STRING, "edata.pageid as sent"),
        column("audio_key", STRING, "RESPONSE: key of the recording under the audio root; null when none"),
        column("target_id", STRING, "RESPONSE: target.id where the target is an object"),
        column("original_text", STRING, "RESPONSE: the text that was to be read or answered"),
        column("response_words", INTEGER, "RESPONSE: words heard; the text itself is not kept"),
        column("words_correct", INTEGER, "RESPONSE: words marked correct"),
        column("words_incorrect", INTEGER, "RESPONSE: words marked incorrect"),
        column("word_result", STRING, "RESPONSE: correct or incorrect, as sent"),
        column("accuracy", DOUBLE, "RESPONSE: accuracy, percent 0–100"),
        column("duration_seconds", DOUBLE, "RESPONSE: time taken, seconds"),
        column("response_level", STRING, "RESPONSE: level named in its values, m0 … m15"),
        column("is_correct", BOOLEAN, "RESPONSE: whether the answer was right"),
        column("is_profane", BOOLEAN, "RESPONSE: the product flagged profanity"),
        column("set_result", SET_RESULT, "LOG: the set result in its message; null when none"),
        column("source_file", STRING, "File the event was first read from"),
        column("source_line", LONG, "Line in that file, from 1"),
        *LINEAGE,
    ),
    key=("event_date", "event_id"),
    partitioned_by=("event_date",),
    skipped_by=("event_at", "eid"),
    keeps_changes=True,
)

MILESTONE_RECORDS = Table(
    name="bronze.milestone_records",
    comment="One row per LOG set result or export row about a learner's level or phase",
    columns=(
        column("record_id", STRING, "SHA-256 of the record's content, hex", required=True),
        column("source", STRING, "lesson_tracking, set_result, learner_progress or log", required=True),
        column("learner_id", STRING, "Learner named by an export row, pseudonym; null for a log"),
        *LEARNER_CANDIDATES,
        column("device_id", STRING, "LOG: device, pseudonym"),
        column("channel", STRING, "LOG: tenant"),
        column("language", STRING, "Language being learnt; null where the record names none"),
        column("level", STRING, "Level that the learner is on from recorded_at, m0 … m15"),
        column("previous_level", STRING, "Level that the set was on, m0 … m15"),
        column("phase", STRING, "discovery, practice or showcase; null where the record names none"),
        column("lesson", INTEGER, "Practice step that the learner is at from recorded_at, 0–9"),
        column("progress", DOUBLE, "Progress within the milestone, percent 0–100"),
        column("result", STRING, "pass, fail or no_result"),
        column("sub_session_id", STRING, "Set within the session, pseudonym"),
        column("total_targets", DOUBLE, "Sounds or syllables still to be learnt in the set, count"),
        column("total_syllables", DOUBLE, "Syllables of the set, count"),
        column("fluency", DOUBLE, "Product's own fluency figure, its unit"),
        column("fluency_result", STRING, "Product's own verdict on fluency"),
        column("prosody_result", STRING, "Product's own verdict on prosody"),
        column("percentage", DOUBLE, "Set percentage, 0–100"),
        column("targets_percentage", DOUBLE, "Share of targets, percent 0–100"),
        column("total_correctness_score", DOUBLE, "Product's own correctness score"),
        column("comprehension_score", DOUBLE, "Product's own comprehension score"),
        column("recorded_at", TIMESTAMP, "When the product recorded it, UTC", required=True),
        column("event_id", STRING, "LOG: the event it was sent in (bronze.events)"),
        column("source_file", STRING, "File it was first read from"),
        *LINEAGE,
    ),
    key=("record_id",),
    skipped_by=("recorded_at", "source"),
    keeps_changes=True,
)

REJECTED = Table(
    name="bronze.rejected",
    comment="One row per line, event or export row that was rejected",
    columns=(
        column("source_file", STRING, "File it was read from", required=True),
        column("position", LONG, "Line in the file, from 1 (row of the file for CSV and JSON arrays)"),
        column("batch_index", INTEGER, "Place of the event in its line's batch, from 0; null for a line"),
        column("line_sha256", STRING, "SHA-256 of the line's bytes, hex; the line itself is not kept"),
        column("line_bytes", LONG, "Length of the line, bytes"),
        column("reason", STRING, "Coded reason (engagement.schemas.enums.Reject)", required=True),
        column("detail", STRING, "What was wrong, without any of the line's content"),
        *LINEAGE,
    ),
    key=("source_file", "position", "batch_index"),
)

INGESTED_FILES = Table(
    name="bronze.ingested_files",
    comment="One row per file and run: events = kept + duplicates + rejected, always",
    columns=(
        column("source_file", STRING, "File read", required=True),
        column("kind", STRING, "telemetry or export", required=True),
        column("bytes", LONG, "Size of the file as stored, bytes"),
        column("modified_at", TIMESTAMP, "When the file was last changed, UTC"),
        column("lines", LONG, "Lines (export: rows) in the file, count", required=True),
        column("events", LONG, "Events found; a line that cannot be read counts as one", required=True),
        column("kept", LONG, "Events (export: records) written by this run, count", required=True),
        column("duplicates", LONG, "Events known already, from this run or before, count", required=True),
        column("rejected", LONG, "Lines and events rejected, count", required=True),
        *LINEAGE,
    ),
    key=("source_file", "run_id"),
)
