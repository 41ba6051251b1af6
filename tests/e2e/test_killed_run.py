"""One kill in the middle; many of them: `python -m tests.benchmarks.kill_runs`."""

from collections.abc import Callable

from engagement.schemas import EVENTS, MILESTONE_RECORDS, MILESTONES, REJECTED, RESPONSES, SESSIONS
from jobs.build_sessions import build_sessions
from jobs.ingest_events import ingest_events
from tests.benchmarks.killed_runs import Point, run_all
from tests.e2e.conftest import Scored
from tests.equal import table_difference

TABLES = (EVENTS, MILESTONE_RECORDS, REJECTED, SESSIONS, MILESTONES, RESPONSES)


def test_run__killed_in_the_middle_of_silver_is_made_good_by_the_next(
    scored_class: Scored, beside: Callable[[], Scored]
) -> None:
    again = beside()
    killed, status = run_all(scored_class.source, again.root, kill_at=Point("build_sessions", 1, 0.05))
    assert status == -9, killed.output
    assert killed.step == "build_sessions"
    again.run(steps={"ingest_events": ingest_events, "build_sessions": build_sessions})
    assert [
        f"{table.name}: {difference}"
        for table in TABLES
        if (difference := table_difference(table, scored_class.table(table), again.table(table)))
    ] == []
