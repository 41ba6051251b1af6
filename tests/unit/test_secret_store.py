"""The secret of pseudonyms in AWS Secrets Manager, asked for over HTTP (moto's server)."""

from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from engagement.config import pseudonym_secret
from engagement.errors import ConfigurationError

REGION = "ap-south-1"
SECRET = "0123456789abcdef-of-the-store"


@pytest.fixture(scope="module")
def arn() -> Iterator[str]:
    """Start a server that holds the secret; return its ARN."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        client = boto3.client("secretsmanager", region_name=REGION)
        made: str = client.create_secret(Name="engagement", SecretString=SECRET)["ARN"]
        client.create_secret(Name="binary", SecretBinary=b"0123456789abcdef")
        yield made
    server.stop()


def test_pseudonym_secret__comes_from_the_store(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGAGEMENT_SECRET", arn)
    assert pseudonym_secret() == SECRET.encode()


def test_pseudonym_secret__that_is_missing_stops_the_run(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "ENGAGEMENT_SECRET", f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-AbCdEf"
    )
    with pytest.raises(ConfigurationError, match=r"ResourceNotFoundException\): check the ARN"):
        pseudonym_secret()


def test_pseudonym_secret__of_bytes_is_refused(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    monkeypatch.setenv("ENGAGEMENT_SECRET", client.describe_secret(SecretId="binary")["ARN"])
    with pytest.raises(ConfigurationError, match="holds bytes; expected a text"):
        pseudonym_secret()


def test_pseudonym_secret__silence_of_the_store_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("ENGAGEMENT_SECRET", f"arn:aws:secretsmanager:{REGION}:123456789012:secret:s-AbCdEf")
    with pytest.raises(ConfigurationError, match="EndpointConnectionError"):
        pseudonym_secret()
