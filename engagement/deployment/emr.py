"""Submit a step to EMR from outside: pack, upload, submit, wait, and end with the step's own exit status.

On EC2 with `--cluster ID`, on Serverless with `--application ID --role ARN`.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from engagement.config import load_settings, secret_reference
from engagement.deployment import cluster, serverless
from engagement.deployment.command import Options, parse
from engagement.deployment.environment import pack
from engagement.deployment.releases import release_of
from engagement.deployment.submission import Outcome, Submission, given_properties, properties_of
from engagement.deployment.uploads import place_of, upload
from engagement.errors import ConfigurationError, EngagementError
from engagement.resources import conf_text

# A night of waiting outlives many a lost connection.
_PATIENT = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 10})


def submit(options: Options) -> Outcome:
    """Submit what the options say, wait for its end and return what became of it.

    Raises:
        ConfigurationError: something is wrong that can be seen from here; nothing was submitted.
    """
    secret = secret_reference()
    _check_paths(options)
    conf = {**properties_of(conf_text(f"spark/{options.environment}.conf")), **given_properties(options.conf)}
    service = boto3.client("emr-serverless" if options.application else "emr", config=_PATIENT)
    label = (
        serverless.release_label(service, options.application)
        if options.application
        else cluster.release_label(service, options.cluster)
    )
    archive = pack(options.wheel, options.work_folder, delta=release_of(label).delta, gpu=options.gpu)
    entry, code, environment = _uploaded(options, archive)
    submission = Submission(options.step, entry, code, environment, options.arguments, conf, secret)
    return _run(service, options, submission)


def _check_paths(options: Options) -> None:
    paths = load_settings(options.environment, options.settings).paths
    named = {"telemetry": paths.telemetry, "exports": paths.exports, "audio": paths.audio}
    named |= {"warehouse": paths.warehouse, "report": paths.report}
    for name, place in named.items():
        if place is not None and not place.startswith("s3://"):
            raise ConfigurationError(
                f"paths.{name} is {place!r}; a run on EMR needs s3://…: set it in "
                f"conf/{options.environment}.yaml or with --set paths.{name}=s3://BUCKET/…"
            )


def _uploaded(options: Options, archive: Path) -> tuple[str, str, str]:
    """Return the URIs of the step's file, the code and the environment, all of them there."""
    store = boto3.client("s3", config=_PATIENT)
    place = place_of(options.artifacts, "--artifacts")
    uris = []
    with tempfile.TemporaryDirectory() as scratch:
        # Spark puts no .whl on the path of a worker.
        code = Path(scratch) / options.wheel.with_suffix(".zip").name
        shutil.copyfile(options.wheel, code)
        for path in (options.jobs / f"{options.step}.py", code, archive):
            uri, is_new = upload(store, path, place)
            _say(f"{'uploaded' if is_new else 'is there:'} {uri}")
            uris.append(uri)
    return uris[0], uris[1], uris[2]


def _run(service: Any, options: Options, submission: Submission) -> Outcome:
    look: Callable[[], Outcome]
    if options.application:
        place = options.logs or f"{options.artifacts.rstrip('/')}/logs"
        run = serverless.start(service, options.application, submission, role=options.role, logs=place)
        what, logs = f"job run {run}", serverless.logs_of(place, options.application, run)
        look = lambda: serverless.outcome(service, options.application, run)  # noqa: E731
    else:
        run = cluster.start(service, options.cluster, submission, options.role or None)
        what, logs = f"step {run}", cluster.logs_of(service, options.cluster, run)
        look = lambda: cluster.outcome(service, options.cluster, run)  # noqa: E731
    _say(f"submitted {submission.step} as {what}\nlogs: {logs}")
    return _waited(look, options.poll_seconds)


def _waited(look: Callable[[], Outcome], seconds: float) -> Outcome:
    began, state = time.monotonic(), ""
    while True:
        found = look()
        if found.state != state:
            state = found.state
            _say(f"{time.monotonic() - began:7.0f} s: {state}")
        if found.is_over:
            return found
        time.sleep(seconds)


def main() -> None:
    """Submit, wait, and end the process with the step's exit status."""
    try:
        options = parse(sys.argv[1:])
        outcome = submit(options)
    except EngagementError as error:
        _say(f"emr failed: {error}", to_error=True)
        sys.exit(error.exit_status)
    except (ClientError, BotoCoreError, Boto3Error) as error:
        _say(f"emr failed: AWS says: {error}", to_error=True)
        sys.exit(1)
    except KeyboardInterrupt:
        _say("No longer waiting: what was submitted runs on.", to_error=True)
        sys.exit(1)
    if not outcome.is_done:
        _say(
            f"{options.step} ended as {outcome.state}: {outcome.told or 'EMR gives no reason'}", to_error=True
        )
    sys.exit(outcome.exit_status)


def _say(text: str, *, to_error: bool = False) -> None:
    print(text, file=sys.stderr if to_error else sys.stdout, flush=True)


if __name__ == "__main__":
    main()
