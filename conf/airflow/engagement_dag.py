"""The pipeline on Airflow 3: every night, a task for each step, one run at a time.

Copy this file into the DAGs folder; of the project it needs a checkout on the workers, and nothing else.
Read from the environment of the workers and the DAG processor:

    ENGAGEMENT_PROJECT      folder of the checkout (default: /opt/engagement)
    ENGAGEMENT_ENVIRONMENT  --env of every step (default: local)
    ENGAGEMENT_SET          further settings, key=value, parted by spaces: paths.warehouse=s3://B/warehouse …
    ENGAGEMENT_ALERT        whom to mail when a step fails or a gate stops it (connection smtp_default)
    ENGAGEMENT_SECRET       what the steps themselves need

A nightly run scores everything that is new. Days are scored again by a run with the parameters `from` and
`to`, or by a backfill, whose runs take the day that each stands for. Their scores stand beside those of all
days, under the cohort days-FROM-TO.
"""

import os
from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import DAG, BaseOperator, Param

STEPS = (
    "ingest_events",
    "build_sessions",
    "score_voice",
    "score_engagement",
    "find_groups",
    "predict_engagement",
    "publish_report",
)
BAD_USAGE, STOPPED_BY_A_GATE = 2, 3
TAKES_ACCEPT = ("ingest_events", "score_voice")


class GateStoppedRun(AirflowFailException):
    """A quality gate stopped the step: somebody has to look, and another try would be stopped again."""


class SubmitStep(BaseOperator):
    """Runs one step with spark-submit.sh and takes its exit status for what it says."""

    def __init__(self, *, step: str, **kwargs: Any) -> None:
        super().__init__(task_id=step, **kwargs)
        self.step = step
        self.hook = SubprocessHook()

    def execute(self, context: Any) -> None:
        """Run the step.

        Raises:
            GateStoppedRun: exit status 3; no retry.
            AirflowFailException: exit status 2, bad usage or configuration; no retry.
            AirflowException: anything else but 0.
        """
        project = os.environ.get("ENGAGEMENT_PROJECT", "/opt/engagement")
        command = [f"{project}/spark-submit.sh", self.step, *options(self.step, context)]
        status = self.hook.run_command(command, cwd=project).exit_code
        if status == STOPPED_BY_A_GATE:
            raise GateStoppedRun(
                f"A quality gate stopped {self.step}: see its log and ops.runs. To let it pass, start a run "
                "with the parameter accept."
            )
        if status == BAD_USAGE:
            raise AirflowFailException(f"{self.step} was not started rightly: its log names the setting.")
        if status != 0:
            raise AirflowException(f"{self.step} failed with exit status {status}.")

    def on_kill(self) -> None:
        """Let the step end with its task: what it has committed stays."""
        self.hook.send_sigterm()


def options(step: str, context: Any) -> list[str]:
    """Return the options of a step in a run: its days, their cohort, what is accepted, and the settings."""
    parameters, run = context["params"], context["dag_run"]
    start, end = parameters.get("from"), parameters.get("to")
    if run.run_type == "backfill":
        start = end = run.logical_date.date().isoformat()
    told = ["--env", os.environ.get("ENGAGEMENT_ENVIRONMENT", "local")]
    for setting in os.environ.get("ENGAGEMENT_SET", "").split():
        told += ["--set", setting]
    if start or end:
        told += ["--set", f"cohort.name=days-{start or 'first'}-{end or 'last'}"]
        told += ["--from", start] if start else []
        told += ["--to", end] if end else []
    if parameters.get("accept") and step in TAKES_ACCEPT:
        told.append("--accept")
    return told


def alerts() -> list[SmtpNotifier]:
    """Return who is told of a failure; the exception's name tells a gate's stop from it."""
    whom = os.environ.get("ENGAGEMENT_ALERT")
    if not whom:
        return []
    subject = (
        "Engagement: {{ ti.task_id }} "
        "{{ 'was stopped by a gate' if exception.__class__.__name__ == 'GateStoppedRun' else 'failed' }}"
    )
    return [SmtpNotifier(to=whom, subject=subject, html_content="{{ exception }}<br>{{ ti.log_url }}")]


_A_DAY = {"type": ["null", "string"], "format": "date"}

with DAG(
    "engagement",
    description="Telemetry and recordings to engagement scores, groups, forecasts and the report",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),  # noqa: UP017 - Python 3.10 of some Airflows
    # The steps find out themselves what is new: a night that was missed needs no run of its own.
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
        "retry_exponential_backoff": True,
        "on_failure_callback": alerts(),
    },
    params={
        "from": Param(None, **_A_DAY, description="First day to score again, UTC"),
        "to": Param(None, **_A_DAY, description="Last day to score again, UTC"),
        "accept": Param(False, type="boolean", description="Let the gates pass"),
    },
    tags=["engagement"],
) as dag:
    before = None
    for name in STEPS:
        task = SubmitStep(step=name)
        if before is not None:
            before >> task
        before = task
