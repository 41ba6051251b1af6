"""Steps of an EMR cluster on EC2: the driver runs in a container of YARN, in the packed environment."""

from typing import Any

from engagement.deployment.submission import ENVIRONMENT_PYTHON, Outcome, Submission
from engagement.errors import ConfigurationError

# AddJobFlowSteps: all strings of a step together.
_MOST_CHARACTERS = 10_240


def release_label(client: Any, cluster: str) -> str:
    """Return the label of a cluster's release, `emr-spark-8.0.0` for one."""
    found: dict[str, Any] = client.describe_cluster(ClusterId=cluster)["Cluster"]
    state = found["Status"]["State"]
    if state.startswith("TERMINAT"):
        raise ConfigurationError(f"The cluster {cluster} is {state}: start one, or name another.")
    return str(found.get("ReleaseLabel", "unknown"))


def start(client: Any, cluster: str, submission: Submission, role: str | None) -> str:
    """Add the step to a cluster and return its id.

    Args:
        client: boto3's client for EMR.
        cluster: The cluster's id.
        submission: What to run.
        role: Runtime role of the step, where the cluster's security configuration allows one.

    Raises:
        ConfigurationError: the command line is longer than EMR takes.
    """
    arguments = step_arguments(submission)
    characters = sum(map(len, arguments))
    if characters > _MOST_CHARACTERS:
        raise ConfigurationError(
            f"The step's command line has {characters} characters; EMR takes {_MOST_CHARACTERS}. "
            "Put settings into conf/emr.yaml instead of --set."
        )
    step = {
        "Name": f"engagement {submission.step}",
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": arguments},
    }
    chosen = {"ExecutionRoleArn": role} if role else {}
    added = client.add_job_flow_steps(JobFlowId=cluster, Steps=[step], **chosen)
    return str(added["StepIds"][0])


def step_arguments(submission: Submission) -> list[str]:
    """Return the command of the step: spark-submit and all that it takes."""
    conf = {
        **submission.conf,
        "spark.yarn.appMasterEnv.PYSPARK_PYTHON": ENVIRONMENT_PYTHON,
        "spark.executorEnv.PYSPARK_PYTHON": ENVIRONMENT_PYTHON,
        # EMR's spark-env.sh exports a PYSPARK_PYTHON of its own; these go over it.
        "spark.pyspark.python": ENVIRONMENT_PYTHON,
        "spark.pyspark.driver.python": ENVIRONMENT_PYTHON,
        "spark.yarn.appMasterEnv.ENGAGEMENT_SECRET": submission.secret_arn,
        # Another attempt would meet the same gate, and hide its exit status.
        "spark.yarn.maxAppAttempts": "1",
    }
    command = [
        "spark-submit",
        "--deploy-mode",
        "cluster",
        "--archives",
        f"{submission.environment}#environment",
    ]
    command += ["--py-files", submission.code]
    command += [word for key, value in sorted(conf.items()) for word in ("--conf", f"{key}={value}")]
    return [*command, submission.entry, *submission.arguments]


def outcome(client: Any, cluster: str, step: str) -> Outcome:
    """Ask how far a step is."""
    status = client.describe_step(ClusterId=cluster, StepId=step)["Step"]["Status"]
    state = status["State"]
    failure, change = status.get("FailureDetails", {}), status.get("StateChangeReason", {})
    words = [failure.get("Reason"), failure.get("Message"), change.get("Message"), failure.get("LogFile")]
    return Outcome(
        state=state,
        is_over=state in ("COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED"),
        is_done=state == "COMPLETED",
        told=" ".join(word for word in words if word),
    )


def logs_of(client: Any, cluster: str, step: str) -> str:
    """Return where the step's logs will lie."""
    place = client.describe_cluster(ClusterId=cluster)["Cluster"].get("LogUri")
    if not place:
        return f"on the master node, /mnt/var/log/hadoop/steps/{step}/ (the cluster has no LogUri)"
    folder = f"{place.rstrip('/')}/{cluster}"
    return f"{folder}/steps/{step}/ (spark-submit), {folder}/containers/ (driver and executors)"
