"""The command line as an operator meets it: one clear sentence and the promised exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _submit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script; spark-submit brings a step's error output on its standard output."""
    return subprocess.run(
        [str(ROOT / "spark-submit.sh"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _step(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a step's file without spark-submit: what fails before a session needs none."""
    command = [sys.executable, str(ROOT / "jobs" / f"{name}.py"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_submit__wrong_step_lists_the_steps() -> None:
    done = _submit("score_everything")
    assert done.returncode == 2
    steps = "build_sessions explain find_groups fit_weights forget ingest_events"
    assert f"No step 'score_everything'. Steps: {steps}" in done.stderr


def test_submit__help_explains_itself() -> None:
    done = _submit("--help")
    assert done.returncode == 0
    assert "./spark-submit.sh demo" in done.stdout
    assert "Exit status: 0 done; 2 bad usage" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "cohort.langages=[en]"], "Unknown key langages in cohort"),
        (["--env", "nowhere"], "conf/nowhere.yaml does not exist"),
        (["--from", "2026-02-01", "--to", "2026-01-01"], "cohort.start_date 2026-02-01 is after"),
        (["--bogus"], "unrecognized arguments: --bogus"),
    ],
)
def test_step__bad_usage_is_one_sentence(arguments: list[str], words: str) -> None:
    done = _step("score_engagement", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_submit__missing_folder_stops_before_anything_is_written(tmp_path: Path) -> None:
    done = _submit(
        "ingest_events",
        *(
            "--set",
            f"paths.telemetry={tmp_path / 'nothing'}",
            "--set",
            f"paths.warehouse={tmp_path / 'tables'}",
        ),
        ENGAGEMENT_SECRET="a secret for tests, long enough",
    )
    assert done.returncode == 2, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert f"ingest_events failed: Input folder {tmp_path / 'nothing'} does not exist" in said
    assert "Traceback" not in said
    assert "\tat org.apache" not in said
    assert not (tmp_path / "tables" / "bronze").exists()


@pytest.mark.parametrize(
    "argument",
    [
        ("--conf", "spark.hadoop.fs.s3a.secret.key=hidden"),
        ("--conf", "spark.hadoop.fs.s3a.access.key=hidden"),
        ("--conf", "spark.authenticate.secret=hidden"),
        ("--set", "pseudonyms.secret=hidden"),
        ("--set", "Engagement_Secret=hidden"),
        ("--set=spark.hadoop.javax.jdo.option.ConnectionPassword=hidden",),
    ],
)
def test_submit__a_secret_on_the_command_line_is_refused_before_anything_starts(
    argument: tuple[str, ...],
) -> None:
    done = _submit("score_voice", *argument)
    assert done.returncode == 2
    assert "seen by everybody who may list the processes" in done.stderr
    assert "hidden" not in done.stdout + done.stderr


def test_submit__gpus_need_a_cluster() -> None:
    done = _submit("score_voice", "--gpu")
    assert done.returncode == 2
    assert "--gpu needs a cluster (--master URL)" in done.stderr


def test_submit__without_a_secret_says_how_to_make_one(tmp_path: Path) -> None:
    done = _submit("ingest_events", "--set", f"paths.telemetry={tmp_path}", ENGAGEMENT_SECRET="")
    assert done.returncode == 2
    assert "openssl rand -hex 32" in done.stdout + done.stderr
