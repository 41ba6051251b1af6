"""conf/emr/job_role_policy.json is enough for what the steps ask AWS, and gives no more: moto sees to it."""

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.server import ThreadedMotoServer

from engagement.audio.fetch import Recording, fetch
from engagement.audio.listing import list_folder
from engagement.audio.object_store import ObjectStore
from engagement.lock_files import S3LockFile
from engagement.report.place import write_page

POLICY = Path(__file__).resolve().parents[2] / "conf" / "emr" / "job_role_policy.json"
REGION, ACCOUNT, BUCKET = "ap-south-1", "123456789012", "class"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A store with a bucket of ours and of others; whoever asks has the policy, no more."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "owner",
            "AWS_SECRET_ACCESS_KEY": "owner",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            environment.setenv(name, value)
        # boto3's own session keeps the credentials that it met first.
        environment.setattr(boto3, "DEFAULT_SESSION", None)
        key = _furnished(boto3.Session())
        environment.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        environment.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        _ask_for_permission(url, after_requests="0")
        yield url
        _ask_for_permission(url, after_requests="inf")
    server.stop()


def _ask_for_permission(url: str, *, after_requests: str) -> None:
    asked = urllib.request.Request(
        f"{url}/moto-api/reset-auth", data=after_requests.encode(), headers={"Content-Type": "text/plain"}
    )
    urllib.request.urlopen(asked).close()


def _furnished(owner: boto3.Session) -> dict[str, str]:
    store, users = owner.client("s3"), owner.client("iam")
    for bucket in (BUCKET, "another"):
        store.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        store.put_object(Bucket=bucket, Key="recordings/app/a.wav", Body=b"abc")
        store.put_object(Bucket=bucket, Key="telemetry/day.jsonl", Body=b"{}")
    users.create_user(UserName="job")
    users.put_user_policy(UserName="job", PolicyName="job", PolicyDocument=_policy())
    key: dict[str, str] = users.create_access_key(UserName="job")["AccessKey"]
    return key


def _policy() -> str:
    policy = POLICY.read_text()
    for placeholder, value in {"BUCKET": BUCKET, "REGION": REGION, "ACCOUNT": ACCOUNT}.items():
        policy = policy.replace(placeholder, value)
    return policy


def test_policy__is_enough_for_what_the_steps_ask(endpoint: str) -> None:
    recordings, store = f"s3://{BUCKET}/recordings", ObjectStore(endpoint=endpoint)
    assert isinstance(fetch(recordings, "app/a.wav", max_bytes=10, store=store), Recording)
    assert [key for key, _ in list_folder(recordings, "app", store=store)] == ["app/a.wav"]
    lock = S3LockFile(boto3.client("s3"), BUCKET, "warehouse/_lock")
    token = lock.create("mine")
    assert token is not None
    lock.remove(str(lock.replace(token, "mine still")))
    write_page("<p>report</p>", f"s3://{BUCKET}/report.html")


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.put_object(Bucket=BUCKET, Key="recordings/app/a.wav", Body=b""),
        lambda store: store.delete_object(Bucket=BUCKET, Key="telemetry/day.jsonl"),
        lambda store: store.get_object(Bucket="another", Key="recordings/app/a.wav"),
        lambda store: store.list_objects_v2(Bucket="another"),
        lambda store: store.put_object(Bucket=BUCKET, Key="elsewhere", Body=b""),
        lambda store: store.delete_bucket(Bucket=BUCKET),
        lambda _: boto3.client("iam").list_users(),
    ],
)
def test_policy__gives_no_more(endpoint: str, ask: Callable[[object], object]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        ask(boto3.client("s3"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("engagement-key-AbCdEf", PermissionResult.PERMITTED), ("payroll-AbCdEf", PermissionResult.NEUTRAL)],
)
def test_policy__reads_the_secret_of_pseudonyms_alone(name: str, expected: PermissionResult) -> None:
    # moto's server asks for the action alone here, so its judge of policies is asked itself.
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"
    assert IAMPolicy(_policy()).is_action_permitted("secretsmanager:GetSecretValue", arn) is expected
