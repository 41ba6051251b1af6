"""Who the learner of an event or record is, and how that is known."""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.schemas.enums import Identity, RecordSource


def content_session_learners(milestone_records: DataFrame) -> DataFrame:
    """Return whose each ContentSession is, as the exports tell it.

    A ContentSession lasts from sign-in to sign-out and so is one learner's. Where exports disagree, the
    latest record wins, and of two at the same time the one with the greater id.

    Args:
        milestone_records: bronze.milestone_records; records from LOG events name nobody and are left out.

    Returns:
        One row per content_session_id with its `export_learner_id`.
    """
    named = milestone_records.where(
        (F.col("source") != RecordSource.LOG)
        & F.col("learner_id").isNotNull()
        & F.col("content_session_id").isNotNull()
    )
    latest = F.max(F.struct("recorded_at", "record_id", "learner_id"))["learner_id"]
    return named.groupBy("content_session_id").agg(latest.alias("export_learner_id"))


def assign_learners(events: DataFrame, export_learners: DataFrame, *, fallback: str) -> DataFrame:
    """Return events, or LOG records, with `learner_id` and `identity`, both null where nothing is known.

    Args:
        events: Rows with the learner candidates of bronze.events; a `learner_id` they have is replaced.
        export_learners: `content_session_learners`, unique by content_session_id.
        fallback: Who it is where no one is named: `device`, or `content_session`; where that id is missing,
            the other.
    """
    device = (Identity.DEVICE, "device_learner_id")
    content_session = (Identity.CONTENT_SESSION, "content_session_id")
    last_resort = (
        (content_session, device) if fallback == Identity.CONTENT_SESSION else (device, content_session)
    )
    candidates = (
        (Identity.VIRTUAL_ID, "virtual_learner_id"),
        (Identity.USER, "user_learner_id"),
        (Identity.EXPORT, "export_learner_id"),
        (Identity.ACTOR, "actor_learner_id"),
        *last_resort,
    )
    kept = [name for name in events.columns if name not in ("learner_id", "identity")]
    known = events.select(*kept).join(export_learners, on="content_session_id", how="left")
    return known.select(
        *kept,
        F.coalesce(*(column for _, column in candidates)).alias("learner_id"),
        _first_known(candidates).alias("identity"),
    )


def assign_record_learners(
    milestone_records: DataFrame, export_learners: DataFrame, *, fallback: str
) -> DataFrame:
    """Return milestone records with `learner_id`: as the export names it, for a LOG as for its event.

    Args:
        milestone_records: bronze.milestone_records.
        export_learners: `content_session_learners`, unique by content_session_id.
        fallback: As for `assign_learners`.
    """
    named = milestone_records.withColumn("named_learner_id", F.col("learner_id"))
    assigned = assign_learners(named, export_learners, fallback=fallback)
    learner = {"learner_id": F.coalesce("named_learner_id", "learner_id")}
    return assigned.select(
        *(learner.get(name, F.col(name)).alias(name) for name in milestone_records.columns)
    )


def _first_known(candidates: tuple[tuple[Identity, str], ...]) -> Column:
    return F.coalesce(
        *(F.when(F.col(column).isNotNull(), F.lit(identity.value)) for identity, column in candidates)
    )
