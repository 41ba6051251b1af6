"""Operations: what ran, how long it took and what it moved."""

from pyspark.sql import types as T

from engagement.schemas.table import DOUBLE, LINEAGE, LONG, STRING, TIMESTAMP, Table, column

RUNS = Table(
    name="ops.runs",
    comment="One row per run and step",
    columns=(
        column("run_id", STRING, "The run: one start of spark-submit.sh", required=True),
        column("step", STRING, "File of jobs/ that ran", required=True),
        column("started_at", TIMESTAMP, "When the step began, UTC", required=True),
        column("seconds", DOUBLE, "How long it took, seconds"),
        column(
            "status",
            STRING,
            "done, failed, stopped by a gate, or accepted: a gate was let pass",
            required=True,
        ),
        column("rows_in", LONG, "Rows or lines read, count; null where the step does not count"),
        column("rows_out", LONG, "Rows written, count; null where the step does not count"),
        column("rejected", LONG, "Lines, events or recordings rejected or failed, count"),
        column(
            "detail",
            T.MapType(STRING, LONG),
            "Further counts of the step, by name; rejects by reason among them",
        ),
        column("settings_sha256", STRING, "SHA-256 of the settings in force, hex"),
        column("version", STRING, "Version of this project"),
        column("run_started_at", TIMESTAMP, "When the run began (written_at of its rows), UTC"),
    ),
    key=("run_id", "step"),
)

POSITIONS = Table(
    name="ops.positions",
    comment="One row per step and table that it reads incrementally: how far it has read",
    columns=(
        column("step", STRING, "File of jobs/ that reads", required=True),
        column("source", STRING, "Table read", required=True),
        column("table_id", STRING, "Delta's id of the stored table: another one when it was made anew"),
        column("version", LONG, "Version of the table up to and with which all is taken in", required=True),
        column("rules_sha256", STRING, "SHA-256 of the settings and rules that the rows depend on, hex"),
        *LINEAGE,
    ),
    key=("step", "source"),
)

TOMBSTONES = Table(
    name="ops.tombstones",
    comment="One row per pseudonym kept out: of a learner who was forgotten, or of his ContentSession",
    columns=(
        column("pseudonym", STRING, "Keyed hash of the learner or of his ContentSession", required=True),
        column("kind", STRING, "learner or content_session", required=True),
        column("forgotten_at", TIMESTAMP, "When the run began that was told to forget, UTC", required=True),
        column("removed_at", TIMESTAMP, "When the run began that removed all of it, UTC; null: not yet"),
        *LINEAGE,
    ),
    key=("pseudonym",),
    skipped_by=("forgotten_at",),
)
