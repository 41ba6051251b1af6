"""The command line of a submission to EMR."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engagement.command_line import add_configuration, add_dates, settings_of
from engagement.errors import ConfigurationError


@dataclass(frozen=True)
class Options:
    """What a submission was asked for.

    Attributes:
        step: A step of jobs/, or `all`.
        cluster: Id of a cluster on EC2; empty for Serverless.
        application: Id of a Serverless application; empty for EC2.
        role: ARN of the role the step runs as; may be empty on EC2.
        artifacts: URI under which the code and the packages lie.
        logs: URI of the logs of Serverless; empty: beneath the artifacts.
        environment: Name of `conf/<environment>.yaml`.
        settings: `key=value` over it, dates included.
        conf: Spark's properties of the command line.
        gpu: Whether the packages bring CUDA.
        arguments: The step's command line.
        wheel: The wheel of this project.
        jobs: Folder of the steps.
        work_folder: Where packed environments are kept.
        poll_seconds: How often the service is asked.
    """

    step: str
    cluster: str
    application: str
    role: str
    artifacts: str
    logs: str
    environment: str
    settings: tuple[str, ...]
    conf: tuple[str, ...]
    gpu: bool
    arguments: tuple[str, ...]
    wheel: Path
    jobs: Path
    work_folder: Path
    poll_seconds: float


def parse(words: Sequence[str]) -> Options:
    """Read the command line; what it does not know belongs to the step.

    Raises:
        ConfigurationError: the options do not go together, or there is no such step.
    """
    told, own = command_parser().parse_known_args(words)
    jobs = Path(told.root) / "jobs"
    if not (jobs / f"{told.step}.py").is_file() or told.step.startswith("_"):
        raise ConfigurationError(f"No step {told.step!r} in jobs/; ./spark-submit.sh --help lists them.")
    if bool(told.cluster) == bool(told.application):
        raise ConfigurationError(
            "Name where to run: --cluster ID (EMR on EC2) or --application ID (Serverless)."
        )
    if told.application and not told.role:
        raise ConfigurationError("A Serverless application needs --role ARN, the role that the job runs as.")
    settings = settings_of(told)
    sets = [word for pair in settings for word in ("--set", pair)]
    return Options(
        step=told.step,
        cluster=told.cluster,
        application=told.application,
        role=told.role,
        artifacts=told.artifacts,
        logs=told.logs,
        environment=told.env,
        settings=tuple(settings),
        conf=tuple(told.conf),
        gpu=told.gpu_packages,
        arguments=("--env", told.env, *sets, *own),
        wheel=Path(told.wheel),
        jobs=jobs,
        work_folder=Path(told.work_folder),
        poll_seconds=told.poll_seconds,
    )


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spark-submit.sh emr",
        description="Pack, upload and submit a step to EMR, wait for its end, and end with its exit status.",
        epilog="Other options go to the step. ENGAGEMENT_SECRET holds the ARN of the secret. Exit status: "
        "0 done; 2 bad usage or configuration; 3 a quality gate stopped the run; 1 anything else.",
        allow_abbrev=False,
    )
    parser.add_argument("step", metavar="STEP|all", help="what to run")
    parser.add_argument("--cluster", default="", metavar="ID", help="a running cluster of EMR on EC2")
    parser.add_argument("--application", default="", metavar="ID", help="an application of EMR Serverless")
    parser.add_argument(
        "--role", default="", metavar="ARN", help="role that the step runs as (Serverless: needed)"
    )
    parser.add_argument(
        "--artifacts", required=True, metavar="URI", help="s3://BUCKET/PREFIX for the code and the packages"
    )
    parser.add_argument(
        "--logs", default="", metavar="URI", help="where Serverless puts logs (default: ARTIFACTS/logs)"
    )
    add_configuration(parser, environment="emr")
    add_dates(parser)
    parser.add_argument(
        "--conf", action="append", default=[], metavar="KEY=VALUE", help="set one of Spark's properties"
    )
    parser.add_argument(
        "--gpu-packages", action="store_true", help="pack the models' runtime for CUDA, 300 MB more"
    )
    parser.add_argument(
        "--poll-seconds", type=float, default=15, metavar="N", help="how often EMR is asked (default: 15)"
    )
    parser.add_argument("--wheel", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work-folder", required=True, help=argparse.SUPPRESS)
    return parser
