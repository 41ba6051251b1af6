"""Job runs of an EMR Serverless application."""

from typing import Any

from engagement.deployment.submission import ENVIRONMENT_PYTHON, Outcome, Submission
from engagement.errors import ConfigurationError


def release_label(client: Any, application: str) -> str:
    """Return the label of an application's release.

    Raises:
        ConfigurationError: it is not one of Spark's, or its machines are not those that the packages are for.
    """
    found: dict[str, Any] = client.get_application(applicationId=application)["application"]
    if found["type"].upper() != "SPARK":
        raise ConfigurationError(f"The application {application} is of type {found['type']}; expected SPARK.")
    if found.get("architecture", "X86_64") != "X86_64":
        raise ConfigurationError(
            f"The application {application} runs on {found['architecture']}; expected X86_64, "
            "for which the packages of the models' runtime are made."
        )
    return str(found["releaseLabel"])


def start(client: Any, application: str, submission: Submission, *, role: str, logs: str) -> str:
    """Start a job run and return its id.

    Args:
        client: boto3's client for EMR Serverless.
        application: The application's id.
        submission: What to run.
        role: ARN of the job's runtime role.
        logs: URI under which the service puts the logs.
    """
    started = client.start_job_run(
        applicationId=application,
        executionRoleArn=role,
        name=f"engagement {submission.step}",
        jobDriver={
            "sparkSubmit": {
                "entryPoint": submission.entry,
                "entryPointArguments": list(submission.arguments),
                "sparkSubmitParameters": parameters(submission),
            }
        },
        configurationOverrides={
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": logs.rstrip("/") + "/"}}
        },
    )
    return str(started["jobRunId"])


def parameters(submission: Submission) -> str:
    """Return Spark's properties as the service takes them: one line of `--conf key=value`."""
    conf = {
        **submission.conf,
        "spark.archives": f"{submission.environment}#environment",
        "spark.submit.pyFiles": submission.code,
        "spark.emr-serverless.driverEnv.PYSPARK_PYTHON": ENVIRONMENT_PYTHON,
        "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON": ENVIRONMENT_PYTHON,
        "spark.executorEnv.PYSPARK_PYTHON": ENVIRONMENT_PYTHON,
        "spark.emr-serverless.driverEnv.ENGAGEMENT_SECRET": submission.secret_arn,
    }
    return " ".join(f"--conf {key}={value}" for key, value in sorted(conf.items()))


def outcome(client: Any, application: str, job_run: str) -> Outcome:
    """Ask how far a job run is."""
    found = client.get_job_run(applicationId=application, jobRunId=job_run)["jobRun"]
    state = found["state"]
    return Outcome(
        state=state,
        is_over=state in ("SUCCESS", "FAILED", "CANCELLED"),
        is_done=state == "SUCCESS",
        told=found.get("stateDetails") or "",
    )


def logs_of(logs: str, application: str, job_run: str) -> str:
    """Return where the driver's logs will lie."""
    return f"{logs.rstrip('/')}/applications/{application}/jobs/{job_run}/SPARK_DRIVER/"
