"""The DAG as a real Airflow, in an environment of its own, sees it: graph, options, exit statuses."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from jobs.all import PIPELINE

SCRIPT = Path(__file__).with_name("airflow_graph.py")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow tells of the DAG."""
    python = os.environ.get("ENGAGEMENT_AIRFLOW")
    if not python:
        pytest.skip("Airflow is not here: set ENGAGEMENT_AIRFLOW to the python of an environment with it")
    folder = tmp_path_factory.mktemp("airflow")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "ENGAGEMENT_PROJECT": str(folder),
        "ENGAGEMENT_ENVIRONMENT": "emr",
        "ENGAGEMENT_SET": "paths.warehouse=s3://b/w voice.threads=2",
        "ENGAGEMENT_ALERT": "data@school.example",
    }
    done = subprocess.run(
        [python, SCRIPT, folder], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_dag__is_the_pipeline_in_its_order(told: dict[str, Any]) -> None:
    assert told["errors"] == {}
    assert told["tasks"] == list(PIPELINE)
    steps = list(PIPELINE)
    assert told["after"] == {step: steps[max(at - 1, 0) : at] for at, step in enumerate(steps)}


def test_dag__one_run_at_a_time_with_retries_and_somebody_told(told: dict[str, Any]) -> None:
    assert (told["max_active_runs"], told["catchup"], told["retries"]) == (1, False, [2])
    assert told["alerts"] == [1] * len(PIPELINE)


def test_step__a_gate_and_bad_usage_are_not_tried_again_and_a_failure_is(told: dict[str, Any]) -> None:
    ends = told["ends"]
    assert ends["0"] == []
    assert "AirflowFailException" not in ends["1"]
    assert ends["1"][0] == "AirflowException"
    assert ends["2"][0] == "AirflowFailException"
    assert ends["3"][:2] == ["GateStoppedRun", "AirflowFailException"]


def test_options__a_nightly_run_has_no_days(told: dict[str, Any]) -> None:
    settings = ["--set", "paths.warehouse=s3://b/w", "--set", "voice.threads=2"]
    assert told["nightly"] == ["--env", "emr", *settings]


def test_options__days_have_a_cohort_of_their_own(told: dict[str, Any]) -> None:
    of_a_month = ["--from", "2026-01-01", "--to", "2026-01-31"]
    assert told["days"][-6:] == ["--set", "cohort.name=days-2026-01-01-2026-01-31", *of_a_month]
    of_the_day = ["--from", "2026-03-04", "--to", "2026-03-04"]
    assert told["backfill"][-6:] == ["--set", "cohort.name=days-2026-03-04-2026-03-04", *of_the_day]


def test_options__what_is_accepted_goes_to_the_steps_with_gates(told: dict[str, Any]) -> None:
    assert told["accepted"][0] == "--accept"
    assert told["accepted"][1] != "--accept"
