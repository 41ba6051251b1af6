"""One learner's scores and what they came from: collected, and bounded by the stages of one learner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, Window, functions as F

from engagement.gold.sums import left_join
from engagement.report.cells import Row, rows_of
from engagement.report.figures import plain_text

_STAGE = ("language", "level", "phase")
_SCORES = ("engagement", "behavioural", "cognitive", "emotional", "vocal", "voice_status")
_ANSWER = ("response_type", "accuracy", "duration_seconds", "identity")
_VOICE = ("speech_seconds", "arousal", "valence", "tone_prosody", "tone_fluency")
_SOURCE = ("source_file", "source_line", "mid")


@dataclass(frozen=True)
class ExplainedTables:
    """The tables that an explanation is made from, each under its own name."""

    phase_engagement: DataFrame
    response_engagement: DataFrame
    responses: DataFrame
    voice_scores: DataFrame
    events: DataFrame


@dataclass(frozen=True)
class ExplainedPhase:
    """A row of gold.phase_engagement and its latest responses.

    Attributes:
        phase: The row.
        responses: Its latest responses, oldest first: scores, answer, recording, and the line it came from.
    """

    phase: Row
    responses: Sequence[Row]


def collect_phases(
    tables: ExplainedTables, *, learner_id: str, cohort: str, stage: Mapping[str, str], most_responses: int
) -> list[ExplainedPhase]:
    """Return the learner's phases in the order in which they began.

    Args:
        tables: The tables as written.
        learner_id: The learner, pseudonym.
        cohort: Name of the selection.
        stage: What to keep: language, level or phase by name; empty keeps all.
        most_responses: Latest responses of each phase that are kept.
    """
    chosen = (F.col("learner_id") == learner_id) & (F.col("cohort") == cohort)
    for name, value in stage.items():
        chosen = chosen & (F.col(name) == value)
    phases = tables.phase_engagement.where(chosen).orderBy("started_at", *_STAGE).collect()
    latest = Window.partitionBy(*_STAGE).orderBy(F.desc("responded_at"), F.desc("response_id"))
    scored = tables.response_engagement.where(chosen).withColumn("place", F.row_number().over(latest))
    responses = _with_origin(scored.where(F.col("place") <= most_responses), tables, learner_id).toPandas()
    return [
        ExplainedPhase(_plain(phase.asDict(recursive=True)), _of_stage(responses, phase.asDict()))
        for phase in phases
    ]


def _with_origin(scored: DataFrame, tables: ExplainedTables, learner_id: str) -> DataFrame:
    """Add the answer, the recording's scores and the line; one row per response of `scored`."""
    own = tables.responses.where(F.col("learner_id") == learner_id)
    answers = left_join(
        scored.select("response_id", "responded_at", *_STAGE, *_SCORES),
        own.select("response_id", F.col("response_date").alias("event_date"), *_ANSWER),
        on=["response_id"],
    )
    heard = left_join(answers, tables.voice_scores.select("response_id", *_VOICE), on=["response_id"])
    lines = tables.events.select("event_date", F.col("event_id").alias("response_id"), *_SOURCE)
    # The day is in the key, so that only the files of the learner's days are read.
    found = heard.join(lines, on=["event_date", "response_id"], how="left")
    return found.orderBy("responded_at", "response_id")


def _of_stage(responses: pd.DataFrame, phase: Mapping[str, Any]) -> list[Row]:
    own = [row for row in rows_of(responses) if all(row[name] == phase[name] for name in _STAGE)]
    return [_plain(row) for row in own]


def _plain(row: Row) -> Row:
    return {name: plain_text(value) if isinstance(value, str) else value for name, value in row.items()}
