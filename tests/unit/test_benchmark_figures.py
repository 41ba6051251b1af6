"""What the benchmarks make of their measurements, worked out by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engagement.demo.exports import PROGRESS_COLUMNS
from tests.benchmarks.capacity import RATES, Day, table as capacity_table
from tests.benchmarks.cost import Machine, cost
from tests.benchmarks.object_client import ServedFolder, client_seconds
from tests.benchmarks.score_truth.coverage import covered_sessions, keep_learners, learners_in
from tests.benchmarks.score_truth.forecasts import chance_error
from tests.benchmarks.voice_figures import Figures, differences, table


def test_cost__of_a_million_clips_by_hand() -> None:
    hours, dollars = cost(Machine("m", cores=10, dollars_per_hour=0.5), clips_per_core_second=100.0)
    assert hours == pytest.approx(1_000_000 / 1000 / 3600)
    assert dollars == pytest.approx(0.1389, abs=1e-4)


def test_capacity__grows_with_the_day_and_gold_with_the_history() -> None:
    rates = {rate.step: rate for rate in RATES}
    one, month = Day(100, recordings=450_000), Day(100, recordings=450_000, history_days=30)
    # 450,000 recordings of 8 ms each take an hour of one core.
    assert one.core_hours(rates["score_voice"]) == pytest.approx(1.0)
    assert month.core_hours(rates["score_voice"]) == pytest.approx(1.0)
    gold = rates["score_engagement"]
    assert month.core_hours(gold) == pytest.approx(30 * one.core_hours(gold))


def test_readme__shows_the_capacity_that_the_command_prints() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert capacity_table(Day(1000, recordings=10_000_000), cores=64) in readme


def test_table__server_and_client_are_counted_out_of_http_alone() -> None:
    figures = Figures(clips=1000, cores=2, client_seconds=0.002, start_seconds={"spark": 0.1, "http": 0.2})
    for seconds in (10.0, 12.0, 11.0):
        figures.add("spark", seconds, server_seconds=0.0)
        figures.add("http", seconds + 3, server_seconds=2.0)
    # 13, 15 and 14 s less (2 s of the server + 1000 × 2 ms of the client) / 2 cores
    assert figures.counted_seconds("http") == [11.0, 13.0, 12.0]
    assert figures.counted_seconds("spark") == [10.0, 12.0, 11.0]
    lines = table(figures).splitlines()
    assert "| spark | 11.00 (10.00–12.00) | 90.9 | 22.00 | 0.10 | 1.00 (1.00–1.00) |" in lines[4]
    assert "| 0.92 (0.91–0.92) |" in lines[5]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 0.0),
        ({"arousal": [0.5, 0.25 + 1e-3]}, 1e-3),
        ({"arousal": [0.5, None]}, float("inf")),
        ({"status": ["ok", "no_speech"]}, float("inf")),
        ({"response_id": ["a", "c"]}, float("inf")),
    ],
)
def test_differences__of_numbers_states_and_rows(
    tmp_path: Path, change: dict[str, list[object]], expected: float
) -> None:
    ours = {
        "response_id": ["a", "b"],
        "status": ["ok", "ok"],
        "arousal": [0.5, 0.25],
        "loudness_db": [1.0, 2.0],
    }
    theirs = {name: values for name, values in {**ours, **change}.items() if name != "loudness_db"}
    for folder, columns in (("ours", ours), ("theirs", theirs)):
        (tmp_path / folder).mkdir()
        pd.DataFrame(columns)[::-1].to_parquet(tmp_path / folder / "part.parquet")
    assert differences(tmp_path / "ours", tmp_path / "theirs") == pytest.approx(expected)


def test_served_folder__gives_what_lies_in_it_and_costs_time(tmp_path: Path) -> None:
    (tmp_path / "a b.flac").write_bytes(b"sound" * 10_000)
    assert 0 < client_seconds(tmp_path, ["a b.flac"] * 20) < 0.5
    with pytest.raises(SystemExit, match="not_found"):
        client_seconds(tmp_path, ["none.flac"])
    with ServedFolder(tmp_path, latency_milliseconds=0) as server:
        assert server.cpu_seconds() >= 0


def test_keep_learners__leaves_so_many_and_what_names_nobody(tmp_path: Path) -> None:
    rows = [f'{{"userId": "{name}", "sessionId": "s-{name}"}}' for name in "abcd"]
    odd = ['{"sessionId": "s-nobody"}', '{"userId": "a", "sess']
    (tmp_path / "lesson_tracking.json").write_text("\n".join([*rows, *odd, ""]))
    header = ",".join(PROGRESS_COLUMNS)
    (tmp_path / "learner_progress.csv").write_text(f"{header}\ne,s-e,,m1,en,\na,s-a,,m1,en,\n")
    assert learners_in(tmp_path) == set("abcde")
    keep_learners(tmp_path, count=3, seed=1)
    kept = learners_in(tmp_path)
    assert len(kept) == 3
    assert kept < set("abcde")
    assert covered_sessions(tmp_path) == {f"s-{name}" for name in kept}
    assert (tmp_path / "lesson_tracking.json").read_text().endswith("\n".join([*odd, ""]))
    assert (tmp_path / "learner_progress.csv").read_text().startswith(f"{header}\n")


def test_chance_error__of_one_row_by_hand() -> None:
    # One row told .5 is off by .5 whatever comes; one told 0 never is.
    assert chance_error(np.array([0.5])) == pytest.approx(0.5)
    assert chance_error(np.zeros(20)) == 0
