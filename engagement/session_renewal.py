"""What new events and records change in silver: worked out, made anew, put in the place of what is stored.

Three circles, each from the one before: the groups (device, channel, product) that new events or late exports
touch are cut into sessions again from the last session before them on; the learners found there, then or now,
get their levels and phases anew, from all their responses; and responses elsewhere that fall into another
phase by that are moved. All of it hangs on bronze and on stored rows that none of it changes, so that it can
be repeated after a run that died in the middle.
"""

from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.schemas import MILESTONES, RESPONSES, SESSIONS, Table
from engagement.silver import scope
from engagement.silver.learners import assign_learners, assign_record_learners, content_session_learners
from engagement.silver.milestones import find_milestones
from engagement.silver.moves import as_answers, moved_responses
from engagement.silver.responses import find_responses
from engagement.silver.sessions import assign_sessions, summarise_sessions
from engagement.tables import Staging, Warehouse, read, replace_rows


@dataclass(frozen=True)
class Silver:
    """Where the tables lie, and the settings that silver depends on.

    Attributes:
        spark: The session.
        warehouse: The warehouse.
        fallback: Who the learner is where nothing names him (`identity.fallback`).
        set_pause_seconds: A pause longer than this begins a new set, seconds.
    """

    spark: SparkSession
    warehouse: Warehouse
    fallback: str
    set_pause_seconds: int

    def stored(self, table: Table) -> DataFrame:
        """Return a table as it is."""
        return read(self.spark, self.warehouse, table)

    def milestones(self, records: DataFrame, events: DataFrame) -> DataFrame:
        """Return `find_milestones` under the settings."""
        return find_milestones(records, events, set_pause_seconds=self.set_pause_seconds)


@dataclass(frozen=True)
class News:
    """What came since silver was last built.

    Attributes:
        events: bronze.events, all.
        records: bronze.milestone_records, all.
        new_events: Those of `events` that came since.
        new_records: Those of `records` that came since.
        learners_before: `content_session_learners` of the records of then.
    """

    events: DataFrame
    records: DataFrame
    new_events: DataFrame
    new_records: DataFrame
    learners_before: DataFrame

    @cached_property
    def learners(self) -> DataFrame:
        """`content_session_learners` of all records."""
        return content_session_learners(self.records)


def renew(silver: Silver, news: News) -> dict[str, int]:
    """Bring the silver tables up to date; return the events taken in and, by table, the rows that changed."""
    taken = news.new_events.count()
    if not taken and news.new_records.isEmpty():
        return {"events": 0, "sessions": 0, "milestones": 0, "responses": 0}
    with Staging(silver.spark, silver.warehouse, "build_sessions") as staging:
        return {"events": taken, **_replace(silver, _made_anew(silver, news, staging))}


@dataclass(frozen=True)
class _Replacement:
    """For one table: the rows that are to stand there, and the stored ones whose place they take."""

    rows: DataFrame
    replaced: DataFrame


def _made_anew(silver: Silver, news: News, staging: Staging) -> dict[Table, _Replacement]:
    sessions, responses, milestones = (silver.stored(table) for table in (SESSIONS, RESPONSES, MILESTONES))
    named = staging.keep("named", scope.export_sessions(news.new_records))
    resumed = staging.keep("resumed", _resumed_groups(news, named, sessions))
    known = staging.keep("known", _events_anew(silver, news, resumed))
    learners = staging.keep("learners", _affected_learners(silver, news, named, known))
    old_sessions = scope.marked(sessions, resumed, scope.place_in_time("started_at", "first_event_id"))
    old_responses = scope.marked(responses, resumed, scope.place_in_time("responded_at", "response_id"))
    others = old_responses.where(~F.col("is_anew")).join(learners, on="learner_id", how="left_semi")
    others = staging.keep("others", as_answers(others))
    records = assign_record_learners(news.records, news.learners, fallback=silver.fallback)
    records = records.join(learners, on="learner_id", how="left_semi")
    answers = known.where("eid = 'RESPONSE'").unionByName(others, allowMissingColumns=True)
    intervals = staging.keep("intervals", silver.milestones(records, answers))
    moved = staging.keep("moved", moved_responses(responses, others, intervals))
    made = find_responses(known, intervals)
    return {
        SESSIONS: _Replacement(summarise_sessions(known), _stored_anew(old_sessions)),
        RESPONSES: _Replacement(
            made.unionByName(moved.select("now.*").select(made.columns)),
            _stored_anew(old_responses).unionByName(moved.select("before.*")),
        ),
        MILESTONES: _Replacement(intervals, milestones.join(learners, on="learner_id", how="left_semi")),
    }


def _resumed_groups(news: News, named: DataFrame, sessions: DataFrame) -> DataFrame:
    touched = scope.touched_groups(news.new_events)
    if not named.isEmpty():
        # Whose a ContentSession is can only be told of its events, wherever in time they are.
        theirs = news.events.join(named, on="content_session_id", how="left_semi")
        touched = touched.unionByName(scope.touched_groups(theirs))
    return scope.resumed_groups(touched, sessions)


def _events_anew(silver: Silver, news: News, resumed: DataFrame) -> DataFrame:
    first = resumed.agg(F.min("resumes.ets_milliseconds")).collect()[0][0]
    first_day = F.to_date(F.timestamp_millis(F.lit(first).cast("bigint")))
    recent = news.events.where(F.col("event_date") >= first_day)
    events = scope.marked(recent, resumed, F.struct("ets_milliseconds", "event_id")).where("is_anew")
    sessions = assign_sessions(events, is_resumed=F.col("is_resumed"))
    return assign_learners(sessions, news.learners, fallback=silver.fallback)


def _affected_learners(silver: Silver, news: News, named: DataFrame, known: DataFrame) -> DataFrame:
    theirs = news.records.join(named, on="content_session_id", how="left_semi")
    return scope.affected_learners(
        known.where("eid = 'RESPONSE'"),
        news.new_records.unionByName(theirs),
        (news.learners, news.learners_before),
        fallback=silver.fallback,
    )


def _stored_anew(stored: DataFrame) -> DataFrame:
    return stored.where("is_anew").drop("is_anew", "is_resumed")


def _replace(silver: Silver, made: dict[Table, _Replacement]) -> dict[str, int]:
    return {
        table.name.split(".")[1]: replace_rows(each.rows, each.replaced, silver.warehouse, table)
        for table, each in made.items()
    }
