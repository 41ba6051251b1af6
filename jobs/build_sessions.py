"""bronze.* → silver.sessions, silver.milestones, silver.responses."""

from pyspark import StorageLevel

from engagement.schemas import EVENTS, MILESTONE_RECORDS, MILESTONES, RESPONSES, SESSIONS
from engagement.silver.learners import assign_learners, assign_record_learners, content_session_learners
from engagement.silver.milestones import find_milestones
from engagement.silver.responses import find_responses
from engagement.silver.sessions import assign_sessions, summarise_sessions
from engagement.step import Counts, Run, main
from engagement.tables import overwrite, read


def build_sessions(run: Run) -> Counts:
    """Cut sessions, place levels and phases, and write one row per response."""
    settings = run.settings
    events = read(run.spark, run.warehouse, EVENTS)
    records = read(run.spark, run.warehouse, MILESTONE_RECORDS)
    fallback = settings.identity.fallback
    export_learners = content_session_learners(records)
    # Sessions, milestones and responses all start from it: sorted once, kept on disk, not in memory.
    known = assign_learners(assign_sessions(events), export_learners, fallback=fallback)
    known = known.persist(StorageLevel.DISK_ONLY)
    known_records = assign_record_learners(records, export_learners, fallback=fallback)
    sessions = overwrite(summarise_sessions(known), run.warehouse, SESSIONS)
    milestones = find_milestones(
        known_records, known, set_pause_seconds=settings.milestones.set_pause_seconds
    )
    intervals = overwrite(milestones, run.warehouse, MILESTONES)
    responses = find_responses(known, read(run.spark, run.warehouse, MILESTONES))
    written = overwrite(responses, run.warehouse, RESPONSES)
    rows_in = known.count()
    known.unpersist()
    return Counts(rows_in=rows_in, rows_out=written, detail={"sessions": sessions, "milestones": intervals})


if __name__ == "__main__":
    main("build_sessions", {"build_sessions": build_sessions})
