"""The report's figures, from tables to small frames."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from pyspark.sql import SparkSession

from engagement.report.attention import needing_attention, with_forecasts
from engagement.report.by_school import phase_cells
from engagement.report.collect import ReportRules, ReportTables, collect_figures
from engagement.report.figures import ALL, Figures, everywhere
from engagement.report.page import render
from engagement.report.survival import stay_counts
from engagement.report.terminal import summary_text
from engagement.schemas import (
    FORECASTS,
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
)
from tests.rows import frame

Rows = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def figures(spark: SparkSession) -> Figures:
    """The figures of three learners of one language, beside a selection that must not show."""
    practice = {"cohort": "all", "language": "en", "level": "m1", "phase": "practice"}
    low, high = "engagement_low", "engagement_high"
    phases: Rows = [
        {**practice, "learner_id": "a", "engagement": 60.0, low: 50.0, high: 70.0, "responses": 10}
        | {"vocal": 40.0, "trend": -3.0, "trend_low": -5.0, "trend_high": -1.0, "active_seconds": 5400.0}
        | {"started_at": datetime(2025, 1, 6, 9), "ended_at": datetime(2025, 1, 12, 10), "tone_model": "7f"},
        {**practice, "learner_id": "b", "engagement": 40.0, low: 30.0, high: 50.0, "responses": 6}
        | {"trend": 1.0, "trend_low": -1.0, "trend_high": 3.0, "active_seconds": 1800.0}
        | {"started_at": datetime(2025, 1, 5, 9), "ended_at": datetime(2025, 1, 13), "tone_model": "7f"},
        {**practice, "learner_id": "c", "reason": "too_few_responses", "responses": 1},
        {**practice, "cohort": "other", "learner_id": "d", "engagement": 99.0, "responses": 99},
    ]
    response = {"cohort": "all", "language": "en"}
    responses: Rows = [
        {**response, "learner_id": "a", "responded_at": datetime(2025, 1, 6), "engagement": 70.0}
        | {"voice_status": "ok"},
        {**response, "learner_id": "a", "responded_at": datetime(2025, 1, 12, 23, 59), "engagement": 50.0},
        {**response, "learner_id": "b", "responded_at": datetime(2025, 1, 12), "engagement": 40.0}
        | {"voice_status": "no_speech"},
        {**response, "learner_id": "b", "responded_at": datetime(2025, 1, 13), "engagement": 20.0},
    ]
    groups: Rows = [
        {**response, "learner_id": "b", "group_name": "steady", "engagement": 39.9, "reason": "39.9"},
        {**response, "learner_id": "a", "group_name": "fading", "engagement": 60.0, "trend": -3.0},
        {**response, "learner_id": "c", "group_name": "too_little_evidence"}
        | {"reason": "\x1b[2Jone\u202e response"},
    ]
    insights: Rows = [
        {**practice, "learner_id": "a", "driver": "pace", "direction": "down", "contribution": -2.0}
        | {"rank": 2, "next_step": "Shorter sets."},
        {**practice, "learner_id": "a", "driver": "pauses", "direction": "down", "contribution": -5.0}
        | {"rank": 1, "next_step": "Listen first."},
        {**practice, "learner_id": "b", "driver": "pauses", "direction": "down", "contribution": -1.0}
        | {"rank": 1, "next_step": "Repeat."},
        {**practice, "driver": "pauses", "direction": "down", "contribution": -3.0, "rank": 1}
        | {"sentence": "Long pauses.", "next_step": "Read it aloud first."},
    ]
    ledger: Rows = [
        {"source_file": "1.jsonl", "kind": "telemetry", "lines": 5, "events": 7, "kept": 4}
        | {"duplicates": 1, "rejected": 2, "run_id": "first"},
        {"source_file": "1.jsonl", "kind": "telemetry", "lines": 5, "events": 7, "kept": 0}
        | {"duplicates": 5, "rejected": 2, "run_id": "second"},
    ]
    return collect_figures(
        _tables(
            spark,
            phase_engagement=phases,
            response_engagement=responses,
            learner_groups=groups,
            insights=insights,
            ingested_files=ledger,
            rejected=[{"reason": "not_json"}, {"reason": "not_json"}, {"reason": "clock"}],
            voice_scores=[{"status": "ok"}, {"status": "no_speech"}],
            responses=[{"identity": "user"}],
            forecasts=[
                {**response, "learner_id": "a", "horizon_days": 14, "stop_probability": 0.4},
                {
                    **response,
                    "language": "ta",
                    "learner_id": "a",
                    "horizon_days": 14,
                    "stop_probability": 0.8,
                },
                {**response, "learner_id": "c", "horizon_days": 14, "stop_probability": 0.5},
                {**response, "learner_id": "b", "horizon_days": 14, "reason": "already_silent"},
            ],
            validation=[
                {
                    "cohort": "all",
                    "figure": "voice_shift",
                    "subgroup": "all",
                    "value": 0.5,
                    "is_flagged": False,
                },
                {"cohort": "all", "figure": "voice_shift", "subgroup": "level=m1", "value": 1.0},
                {"cohort": "all", "figure": "voice_shift", "subgroup": "school=x", "value": -5.0}
                | {"is_flagged": True},
                {"cohort": "all", "figure": "forecast_told", "subgroup": "tenth=01", "value": 0.1},
                {"cohort": "other", "figure": "skill", "subgroup": "all", "value": 0.9},
            ],
        ),
        cohort="all",
        rules=ReportRules(minimum_learners=1),
    )


def test_collect_figures__totals_of_the_selection(figures: Figures) -> None:
    assert (figures.learners, figures.active_hours, figures.responses) == (3, 2.0, 4)
    assert (figures.first_at, figures.last_at) == (datetime(2025, 1, 5, 9), datetime(2025, 1, 13))
    assert figures.tally("voice_in_scope") == {None: 2, "no_speech": 1, "ok": 1}
    assert figures.tally("no_score") == {"too_few_responses": 1}
    assert figures.tally("tone_model") == {"7f": 2, None: 1}


def test_collect_figures__cell_with_the_interval_of_its_mean(figures: Figures) -> None:
    assert len(figures.cells) == 1
    cell = figures.cells.iloc[0]
    assert (cell["learners"], cell["scored"], cell["responses"]) == (3, 2, 17)
    assert (cell["trended"], cell["falling"], cell["rising"], cell["trend"]) == (2, 1, 0, -1.0)
    means = everywhere(figures.dimensions).iloc[0]
    assert (means["vocal"], means["vocal_learners"], means["emotional_learners"]) == (40.0, 1, 0)
    # 60 and 40: variance 200, of the mean 100; wider than what the learners' own intervals say (18.5).
    assert cell["engagement"] == 50.0
    assert cell["error_variance"] == pytest.approx(2 * (10 / 1.6449) ** 2 / 4)
    assert cell["engagement_low"] == pytest.approx(50 - 1.6449 * 10)
    assert cell["engagement_high"] == pytest.approx(50 + 1.6449 * 10)


def test_collect_figures__weeks_begin_on_monday_and_count_each_learner_once(figures: Figures) -> None:
    weeks = figures.weeks[["week", "learners", "responses", "engagement"]].to_numpy().tolist()
    assert [[week.day, *rest] for week, *rest in weeks] == [[13, 1, 1, 20.0], [6, 2, 3, 50.0]]


def test_collect_figures__attention_is_for_the_fading_then_the_low(figures: Figures) -> None:
    listed = figures.attention[["learner_id", "group_name", "next_step"]].to_numpy().tolist()
    assert listed == [
        ["a", "fading", "Listen first."],
        ["c", "too_little_evidence", None],  # as likely to stop as not
        ["b", "steady", "Repeat."],
    ]
    assert figures.attention["stop_probability"].fillna(-1).tolist() == [0.4, 0.5, -1]
    assert figures.attention_learners == 3


def test_collect_figures__learner_of_two_languages_is_expected_to_stop_once(figures: Figures) -> None:
    stops = figures.stops[["horizon_days", "foreseen", "likely"]].to_numpy().tolist()
    assert stops == [[14, 2, 2]]
    assert figures.stops["expected"].tolist() == pytest.approx([0.6 + 0.5])


def test_collect_figures__validation_of_everybody_in_steps_and_flagged(figures: Figures) -> None:
    told = figures.validation[["figure", "subgroup", "value"]].to_numpy().tolist()
    assert told == [
        ["voice_shift", "all", 0.5],
        ["forecast_told", "tenth=01", 0.1],
        ["voice_shift", "school=x", -5.0],
    ]


def test_collect_figures__ledger_sums_runs_and_counts_a_file_once(figures: Figures) -> None:
    assert figures.ledger.to_numpy().tolist() == [["telemetry", 1, 10, 14, 4, 6, 4]]
    assert figures.tally("rejected") == {"not_json": 2, "clock": 1}


def test_collect_figures__drivers_count_learners_and_leave_the_class_out(figures: Figures) -> None:
    of_all = everywhere(figures.drivers)
    drivers = of_all[["driver", "direction", "learners", "contribution"]].to_numpy().tolist()
    assert drivers == [["pauses", "down", 2, -3.0], ["pace", "down", 1, -2.0]]
    assert figures.drivers["language"].unique().tolist() == [ALL, "en"]
    assert figures.class_insights["sentence"].tolist() == ["Long pauses."]


def test_collect_figures__empty_tables_give_a_sound_page_and_screen(spark: SparkSession) -> None:
    nothing = collect_figures(_tables(spark), cohort="all")
    page = render(nothing, generated_for="Nobody", generated_at=datetime(2025, 1, 1))
    assert "There is nothing to report yet" in page
    assert "There is nothing to report yet" in summary_text(nothing, warehouse="w", report="r")


def test_collect_figures__text_cannot_steer_page_or_terminal(figures: Figures) -> None:
    examples = dict(zip(figures.groups["group_name"], figures.groups["example"], strict=True))
    assert examples["too_little_evidence"] == "\ufffd[2Jone\ufffd response"


def test_needing_attention__steepest_decline_first_and_cut(spark: SparkSession) -> None:
    fading = {"cohort": "all", "language": None, "group_name": "fading"}
    groups = [
        {**fading, "learner_id": f"{place}", "trend": -float(place), "school_id": "x" if place else "y"}
        for place in range(5)
    ]
    steps = [{"learner_id": "4", "direction": "down", "driver": "pace", "next_step": "Shorter sets."}]
    foreseen = with_forecasts(frame(spark, LEARNER_GROUPS, groups), frame(spark, FORECASTS, []))
    insights = frame(spark, INSIGHTS, steps)
    urgent = needing_attention(foreseen, insights, learners=2, of_school=3)
    listed = [(learner["learner_id"], learner["next_step"]) for learner in urgent.collect()]
    assert listed == [("4", "Shorter sets."), ("3", None)]
    of_each = needing_attention(foreseen, insights, learners=9, of_school=2)
    assert [learner["learner_id"] for learner in of_each.collect()] == ["4", "3", "0"]


def test_phase_cells__hides_small_classes_and_what_would_tell_them(spark: SparkSession) -> None:
    # Of m1 a has 3 learners, b 6, c 10: without a alone, the total minus b and c would tell a's mean.
    # Of m2 a has 3 and d 4: 7 together, whom the total does not tell apart; e stays.
    sizes = {"m1": {"a": 3, "b": 6, "c": 10}, "m2": {"a": 3, "d": 4, "e": 6}, "m3": {"a": 4}}
    rows = [
        {"cohort": "all", "language": "en", "phase": "practice", "level": level, "school_id": school}
        | {"learner_id": f"{level}{school}{number}", "engagement": 50.0 if number < 5 else None}
        for level, schools in sizes.items()
        for school, learners in schools.items()
        for number in range(learners)
    ]
    cells = phase_cells(frame(spark, PHASE_ENGAGEMENT, rows), minimum=5).collect()
    shown = {(cell["level"], cell["school_id"]): (cell["learners"], cell["scored"]) for cell in cells}
    assert shown == {
        ("m1", ALL): (19, 13),
        ("m2", ALL): (13, 12),
        ("m1", "c"): (10, 5),
        ("m2", "e"): (6, 5),
    }


def test_phase_cells__blanks_figures_of_too_few(spark: SparkSession) -> None:
    rows = [
        {"cohort": "all", "language": "en", "level": "m1", "phase": "practice", "learner_id": f"{number}"}
        | ({"engagement": 50.0, "trend": 1.0, "trend_low": 0.5, "trend_high": 1.5} if number < 4 else {})
        for number in range(6)
    ]
    cell = phase_cells(frame(spark, PHASE_ENGAGEMENT, rows), minimum=5).first()
    assert cell is not None
    assert (cell["learners"], cell["scored"], cell["engagement"]) == (6, 0, None)
    assert (cell["trended"], cell["trend"], cell["rising"], cell["falling"]) == (0, None, 0, 0)


def test_stay_counts__from_the_first_response_of_the_phase_to_the_last(spark: SparkSession) -> None:
    began, practised, shown = datetime(2025, 1, 1), {"phase": "practice"}, {"phase": "showcase"}
    told = {"cohort": "all", "language": "en", "started_at": began}
    rows = [
        {**told, **practised, "learner_id": "stopped", "level": "m1", "ended_at": datetime(2025, 1, 10)},
        # Goes on in another phase, and is still there when the data end.
        {**told, **practised, "learner_id": "stays", "level": "m1", "ended_at": datetime(2025, 1, 3)},
        {**told, **shown, "learner_id": "stays", "level": "m1", "started_at": datetime(2025, 1, 15)}
        | {"ended_at": datetime(2025, 2, 1)},
        # Another language counts as an answer.
        {**told, **practised, "learner_id": "other", "level": "m1", "ended_at": datetime(2025, 1, 2)},
        {**told, **practised, "learner_id": "other", "level": "m1", "language": "ta"}
        | {"ended_at": datetime(2025, 1, 31)},
    ]
    counts = stay_counts(frame(spark, PHASE_ENGAGEMENT, rows), silent_days=14).collect()
    english = {
        (row["phase"], row["weeks"]): (row["learners"], row["stopped"])
        for row in counts
        if row["language"] == "en"
    }
    assert english == {
        ("practice", 0): (1, 0),
        ("practice", 1): (1, 1),
        ("practice", 4): (1, 0),
        ("showcase", 2): (1, 0),
    }
    together = [row["learners"] for row in counts if row["language"] == ALL and row["phase"] == "practice"]
    assert sum(together) == 3  # a learner of two languages counts once


def test_collect_figures__nothing_of_a_small_class_is_collected(spark: SparkSession) -> None:
    practice = {"cohort": "all", "language": "en", "level": "m1", "phase": "practice"}
    when = {"started_at": datetime(2025, 1, 6), "ended_at": datetime(2025, 1, 7)}
    learners = [{"learner_id": f"{number}", "school_id": "x"} for number in range(4)]
    score = {"engagement": 60.0, "engagement_low": 50.0, "engagement_high": 70.0, "vocal": 40.0}
    insight = {"driver": "pace", "direction": "down", "contribution": -2.0, "rank": 1}
    figures = collect_figures(
        _tables(
            spark,
            phase_engagement=[{**practice, **when, **learner, **score} for learner in learners],
            response_engagement=[
                {"cohort": "all", "language": "en", **learner, "responded_at": when["started_at"]}
                | {"engagement": 60.0}
                for learner in learners
            ],
            learner_groups=[
                {"cohort": "all", "language": "en", **learner, "group_name": "fading", "engagement": 60.0}
                for learner in learners
            ],
            insights=[
                *({**practice, **insight, "learner_id": learner["learner_id"]} for learner in learners),
                {**practice, **insight, "sentence": "Long pauses."},
            ],
            forecasts=[
                {"cohort": "all", "language": "en", "learner_id": learner["learner_id"]}
                | {"horizon_days": 14, "stop_probability": 0.9}
                for learner in learners
            ],
        ),
        cohort="all",
    )
    frames = ("cells", "weeks", "groups", "drivers", "survival", "class_insights", "stops")
    assert {name: len(getattr(figures, name)) for name in frames} == dict.fromkeys(frames, 0)
    assert figures.dimensions.empty
    assert len(figures.attention) == 4  # whom a teacher talks to, by keyed hash
    page = render(figures, generated_for="All", generated_at=datetime(2025, 1, 8))
    assert "4 of 4 phases lie in such cells." in page


def _tables(spark: SparkSession, **rows: Rows) -> ReportTables:
    return ReportTables.of(lambda table: frame(spark, table, rows.get(table.name.partition(".")[2], [])))
