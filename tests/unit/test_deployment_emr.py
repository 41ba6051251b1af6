"""Submitting to EMR, against moto's server: what is uploaded, what is asked of EMR, which status comes back.

moto runs nothing: a step stays as it was added, a job run is done at once. The tests put the end that they
want into moto's own memory, which its server shares with them.
"""

import json
import shlex
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto.backends import get_backend
from moto.server import ThreadedMotoServer

from engagement.config import secret_reference
from engagement.deployment import emr
from engagement.deployment.cluster import outcome
from engagement.deployment.command import Options, parse
from engagement.deployment.environment import write_archive
from engagement.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"  # where moto keeps clusters whatever the client says
ACCOUNT = "123456789012"
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:engagement-AbCdEf"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/engagement-job"
PATHS = [
    *("--set", "paths.telemetry=s3://school/telemetry", "--set", "paths.warehouse=s3://school/warehouse"),
    *("--set", "paths.report=s3://school/report.html"),
]


@pytest.fixture(scope="module", autouse=True)
def _amazon() -> Iterator[None]:
    """Start a server that every client of this module speaks to."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("ENGAGEMENT_SECRET", ARN)
        boto3.client("s3").create_bucket(Bucket="school")
        yield
    server.stop()


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a small archive in the place of what pip would fetch; return how it was asked for."""
    asked: list[dict[str, Any]] = []

    def pack(wheel: Path, folder: Path, **choices: Any) -> Path:
        asked.append(choices)
        packages = tmp_path / "packages" / "spoken"
        packages.mkdir(parents=True, exist_ok=True)
        (packages / "__init__.py").write_text("WORD = 'heard'\n", encoding="utf-8")
        archive = folder / "environment.tar.gz"
        write_archive(packages.parent, archive)
        return archive

    monkeypatch.setattr(emr, "pack", pack)
    return asked


def _cluster(release: str = "emr-spark-8.0.0", **more: Any) -> str:
    client = boto3.client("emr")
    made = client.run_job_flow(
        Name="engagement",
        ReleaseLabel=release,
        Instances={
            "InstanceCount": 1,
            "MasterInstanceType": "m5.xlarge",
            "KeepJobFlowAliveWhenNoSteps": True,
        },
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole_V2",
        **more,
    )
    return str(made["JobFlowId"])


def _application(release: str = "emr-spark-8.0.0") -> str:
    client = boto3.client("emr-serverless")
    # moto takes no label of the kind emr-spark-8.0.0 when an application is made.
    made = client.create_application(name="engagement", releaseLabel="emr-7.1.0", type="SPARK")
    application = str(made["applicationId"])
    get_backend("emr-serverless")[ACCOUNT][REGION].applications[application].release_label = release
    return application


def _words(tmp_path: Path, *words: str) -> list[str]:
    wheel = tmp_path / "engagement_prediction-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as inside:
        inside.writestr(zipfile.ZipInfo("engagement/__init__.py"), "")
    return [
        *words, "--artifacts", "s3://school/artifacts/", "--poll-seconds", "0.01", *PATHS,
        "--wheel", str(wheel), "--root", str(ROOT), "--work-folder", str(tmp_path),
    ]  # fmt: skip


def _options(tmp_path: Path, *words: str) -> Options:
    return parse(_words(tmp_path, *words))


def _end_steps(monkeypatch: pytest.MonkeyPatch, state: str, message: str = "") -> None:
    """Let every step of moto end as told once it has been asked for twice."""
    backend = get_backend("emr")[ACCOUNT][REGION]
    look, seen = backend.describe_step, []

    def describe_step(cluster_id: str, step_id: str) -> Any:
        step = look(cluster_id, step_id)
        seen.append(step_id)
        if seen.count(step_id) == 2:
            step.state = state
        step.last_state_change_reason = message
        return step

    monkeypatch.setattr(backend, "describe_step", describe_step)


def _ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["emr", *_words(tmp_path, *words)])
    with pytest.raises(SystemExit) as ended:
        emr.main()
    return int(ended.value.code or 0)


def test_emr__serverless_gets_what_a_run_needs(tmp_path: Path, packed: list[dict[str, Any]]) -> None:
    application = _application()
    words = ("all", "--application", application, "--role", ROLE, "--from", "2026-01-05", "--full-refresh")
    ended = emr.submit(_options(tmp_path, *words, "--conf", "spark.sql.shuffle.partitions=90"))
    assert (ended.state, ended.exit_status) == ("SUCCESS", 0)
    assert packed == [{"delta": "4.0.0", "gpu": False}]
    run = get_backend("emr-serverless")[ACCOUNT][REGION].job_runs[application][0]
    assert run.execution_role_arn == ROLE
    asked = run.job_driver["sparkSubmit"]
    assert asked["entryPoint"].startswith("s3://school/artifacts/") and asked["entryPoint"].endswith(
        "/all.py"
    )
    assert asked["entryPointArguments"] == [
        *("--env", "emr"), *PATHS, *("--set", "cohort.start_date=2026-01-05", "--full-refresh"),
    ]  # fmt: skip
    conf = dict(
        pair.split("=", 1) for pair in shlex.split(asked["sparkSubmitParameters"]) if pair != "--conf"
    )
    assert conf["spark.archives"].endswith("/environment.tar.gz#environment")
    assert conf["spark.submit.pyFiles"].endswith("/engagement_prediction-0.1.0-py3-none-any.zip")
    assert conf["spark.emr-serverless.driverEnv.PYSPARK_PYTHON"] == "./environment/bin/python"
    assert conf["spark.executorEnv.PYSPARK_PYTHON"] == "./environment/bin/python"
    assert conf["spark.emr-serverless.driverEnv.ENGAGEMENT_SECRET"] == ARN
    assert conf["spark.jars"].startswith("/usr/share/aws/delta/lib/delta-spark.jar,")
    assert conf["spark.sql.shuffle.partitions"] == "90"
    logs = run.configuration_overrides["monitoringConfiguration"]["s3MonitoringConfiguration"]["logUri"]
    assert logs == "s3://school/artifacts/logs/"


def test_emr__uploads_what_is_there_only_once(
    tmp_path: Path, packed: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    options = _options(tmp_path, "find_groups", "--application", _application(), "--role", ROLE)
    emr.submit(options)
    first = capsys.readouterr().out
    emr.submit(options)
    second = capsys.readouterr().out
    assert "uploaded s3://school/artifacts/" in first
    assert second.count("is there: s3://school/artifacts/") == 3
    assert "uploaded" not in second
    assert f"/applications/{options.application}/jobs/" in second


def test_emr__cluster_gets_a_step(
    tmp_path: Path,
    packed: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cluster = _cluster(LogUri="s3://school/emr-logs/")
    _end_steps(monkeypatch, "COMPLETED")
    ended = emr.submit(_options(tmp_path, "score_voice", "--cluster", cluster, "--gpu-packages"))
    assert ended.exit_status == 0
    assert packed == [{"delta": "4.0.0", "gpu": True}]
    step = boto3.client("emr").list_steps(ClusterId=cluster)["Steps"][0]
    words = step["Config"]["Args"]
    assert words[:3] == ["spark-submit", "--deploy-mode", "cluster"]
    assert words[words.index("--archives") + 1].endswith("/environment.tar.gz#environment")
    assert f"spark.yarn.appMasterEnv.ENGAGEMENT_SECRET={ARN}" in words
    assert "spark.pyspark.python=./environment/bin/python" in words
    assert words[-len(PATHS) - 3].endswith("/score_voice.py")
    assert step["ActionOnFailure"] == "CONTINUE"
    said = capsys.readouterr().out
    assert f"logs: s3://school/emr-logs/{cluster}/steps/{step['Id']}/" in said
    assert said.index("RUNNING") < said.index("COMPLETED")


@pytest.mark.parametrize(
    ("details", "status"),
    [
        (
            "Job failed, please check complete logs in configured logging destination. ExitCode: 3. Last few",
            3,
        ),
        ("Job failed, please check complete logs in configured logging destination. ExitCode: 2.", 2),
        ("Job failed, please check complete logs in configured logging destination. ExitCode: 1.", 1),
        ("Job failed, please check complete logs in configured logging destination. ExitCode: 137.", 1),
        ("Worker could not be scheduled: 3 of 3 failed", 1),
    ],
)
def test_emr__ends_with_the_status_of_the_job_run(
    tmp_path: Path,
    packed: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    details: str,
    status: int,
) -> None:
    backend = get_backend("emr-serverless")[ACCOUNT][REGION]
    look = backend.get_job_run

    def get_job_run(application_id: str, job_run_id: str) -> Any:
        run = look(application_id, job_run_id)
        run.state, run.state_details = "FAILED", details
        return run

    monkeypatch.setattr(backend, "get_job_run", get_job_run)
    words = ("ingest_events", "--application", _application(), "--role", ROLE)
    assert _ended(tmp_path, monkeypatch, *words) == status
    assert f"ingest_events ended as FAILED: {details}" in capsys.readouterr().err


@pytest.mark.parametrize(("state", "status"), [("FAILED", 3), ("CANCELLED", 3), ("COMPLETED", 0)])
def test_emr__ends_with_the_status_of_the_step(
    tmp_path: Path, packed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, state: str, status: int
) -> None:
    cluster = _cluster()
    _end_steps(monkeypatch, state, "User application exited with status 3")
    assert _ended(tmp_path, monkeypatch, "ingest_events", "--cluster", cluster) == status


def test_outcome__reads_the_failure_that_emr_found() -> None:
    """moto knows no FailureDetails: botocore's stub, which checks them against EMR's description, does."""
    client = boto3.client("emr")
    failure = {"Reason": "Unknown Error.", "Message": "exitCode: 3", "LogFile": "s3://school/stderr.gz"}
    with Stubber(client) as stub:
        stub.add_response(
            "describe_step", {"Step": {"Status": {"State": "FAILED", "FailureDetails": failure}}}
        )
        found = outcome(client, "j-1", "s-1")
    assert (found.is_over, found.is_done, found.exit_status) == (True, False, 3)
    assert found.told == "Unknown Error. exitCode: 3 s3://school/stderr.gz"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["all"], "Name where to run: --cluster ID"),
        (["all", "--cluster", "j-1", "--application", "00f"], "Name where to run"),
        (["all", "--application", "00f"], "needs --role ARN"),
        (["score_everything", "--cluster", "j-1"], "No step 'score_everything'"),
        (
            ["all", "--cluster", "j-1", "--set", "paths.report=report.html"],
            "paths.report is 'report.html'; a run on EMR",
        ),
        (["all", "--cluster", "j-1", "--set", "voice.thread=2"], "Unknown key thread in voice"),
        (["all", "--cluster", "j-1", "--conf", "spark.x=a b"], "without white space"),
        (["all", "--cluster", "j-1", "--env", "nowhere"], "conf/nowhere.yaml does not exist"),
    ],
)
def test_emr__bad_usage_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    sentence: str,
) -> None:
    command = _words(tmp_path)
    monkeypatch.setattr("sys.argv", ["emr", words[0], *command, *words[1:]])
    with pytest.raises(SystemExit) as ended:
        emr.main()
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_emr__another_release_is_refused_before_anything_is_packed(
    tmp_path: Path, packed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _options(tmp_path, "all", "--cluster", _cluster("emr-6.15.0"))
    with pytest.raises(
        ConfigurationError, match=r"The release is emr-6\.15\.0; this project is tested with emr-spark-8"
    ):
        emr.submit(old)
    with pytest.raises(
        ConfigurationError, match=r"The release is emr-7\.1\.0; .* \(Spark 4\.0\.2, Delta 4\.0\.0\)"
    ):
        emr.submit(_options(tmp_path, "all", "--application", _application("emr-7.1.0"), "--role", ROLE))
    boto3.client("emr").terminate_job_flows(JobFlowIds=[old.cluster])
    with pytest.raises(ConfigurationError, match="is TERMINATED: start one"):
        emr.submit(old)
    assert packed == []


def test_emr__what_aws_refuses_ends_with_one(
    tmp_path: Path,
    packed: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _ended(tmp_path, monkeypatch, "all", "--application", "00fnone", "--role", ROLE) == 1
    assert "emr failed: AWS says:" in capsys.readouterr().err
    words = ("all", "--application", _application(), "--role", ROLE, "--artifacts", "s3://nowhere/artifacts")
    monkeypatch.setattr("sys.argv", ["emr", *_words(tmp_path), *words])
    with pytest.raises(SystemExit) as ended:
        emr.main()
    assert ended.value.code == 1
    assert "NoSuchBucket" in capsys.readouterr().err


def test_emr__a_command_line_that_is_too_long_is_refused(
    tmp_path: Path, packed: list[dict[str, Any]]
) -> None:
    options = _options(tmp_path, "all", "--cluster", _cluster())
    with pytest.raises(ConfigurationError, match="EMR takes 10240"):
        emr.submit(replace(options, arguments=(*options.arguments, "x" * 10_000)))


@pytest.mark.parametrize("told", ["", "0123456789abcdef-a-secret-itself"])
def test_secret_reference__is_never_a_secret_itself(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("ENGAGEMENT_SECRET", told)
    with pytest.raises(ConfigurationError, match="must hold the ARN of a secret") as refused:
        secret_reference()
    assert "a-secret-itself" not in str(refused.value)


@pytest.mark.parametrize("path", sorted((ROOT / "conf" / "emr").glob("*.json")), ids=lambda path: path.name)
def test_conf_emr__every_file_is_json_that_allows_no_star(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))
    for statement in stored["Statement"] if isinstance(stored, dict) else []:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        assert statement.get("Resource") != "*"
