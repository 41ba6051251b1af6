"""What new events and records change in silver: worked out, made anew, put in the place of what is stored.

Three circles, each from the one before: the groups (device, channel, product) that new events or late exports
touch are cut into sessions again from the last session before them on; the learners found there, then or now,
get their levels and phases anew, from all their responses; and responses elsewhere that fall into another
phase by that are moved. All of it hangs on bronze and on stored rows that none of it changes, so that it can
be repeated after a run that died in the middle.
"""

from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import Column, DataFrame, SparkSession, functions as F

from engagement.config import Settings
from engagement.schemas import MILESTONES, RESPONSES, SESSIONS, Table
from engagement.silver import scope
from engagement.silver.learners import assign_learners, assign_record_learners, content_session_learners
from engagement.silver.milestones import find_milestones
from engagement.silver.moves import as_answers, moved_answers, moved_responses
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

    @classmethod
    def of(cls, spark: SparkSession, warehouse: Warehouse, settings: Settings) -> "Silver":
        """Return it under the settings of a run."""
        return cls(spark, warehouse, settings.identity.fallback, settings.milestones.set_pause_seconds)

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
    first_day = scope.first_day(resumed)
    known = staging.keep("known", _events_anew(silver, news, resumed, first_day))
    learners = staging.keep("learners", _affected_learners(silver, news, named, known))
    place = scope.place_in_time("responded_at", "response_id")
    others = scope.marked(responses, resumed, place).where(~F.col("is_anew"))
    others = as_answers(others.join(learners, on="learner_id", how="left_semi"))
    others = staging.keep("others", others)
    records = assign_record_learners(news.records, news.learners, fallback=silver.fallback)
    records = records.join(learners, on="learner_id", how="left_semi")
    answers = known.where("eid = 'RESPONSE'").unionByName(others, allowMissingColumns=True)
    intervals = staging.keep("intervals", silver.milestones(records, answers))
    moved = _moved(responses, staging.keep("moved", moved_answers(others, intervals)))
    made = find_responses(known, intervals)
    old_responses = scope.anew(responses.where(F.col("response_date") >= first_day), resumed, place)
    place = scope.place_in_time("started_at", "first_event_id")
    old_sessions = scope.anew(sessions.where(F.col("session_date") >= first_day), resumed, place)
    return {
        SESSIONS: _Replacement(summarise_sessions(known), old_sessions.drop("is_resumed")),
        RESPONSES: _Replacement(
            made.unionByName(moved.select("now.*").select(made.columns)),
            old_responses.drop("is_resumed").unionByName(moved.select("before.*")),
        ),
        MILESTONES: _Replacement(intervals, milestones.join(learners, on="learner_id", how="left_semi")),
    }


def _moved(responses: DataFrame, moved: DataFrame) -> DataFrame:
    """Return `moved_responses`; only their days are read."""
    days = [row["response_date"] for row in moved.select("response_date").distinct().collect()]
    return moved_responses(responses.where(F.col("response_date").isin(days)), moved)


def _resumed_groups(news: News, named: DataFrame, sessions: DataFrame) -> DataFrame:
    touched = scope.touched_groups(news.new_events)
    if not named.isEmpty():
        # Whose a ContentSession is can only be told of its events, wherever in time they are.
        theirs = news.events.join(named, on="content_session_id", how="left_semi")
        touched = touched.unionByName(scope.touched_groups(theirs))
    return scope.resumed_groups(touched, sessions)


def _events_anew(silver: Silver, news: News, resumed: DataFrame, first_day: Column) -> DataFrame:
    recent = news.events.where(F.col("event_date") >= first_day)
    events = scope.anew(recent, resumed, F.struct("ets_milliseconds", "event_id"))
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


def _replace(silver: Silver, made: dict[Table, _Replacement]) -> dict[str, int]:
    return {
        table.name.split(".")[1]: replace_rows(each.rows, each.replaced, silver.warehouse, table)
        for table, each in made.items()
    }
