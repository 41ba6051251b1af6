"""A recording is deleted in all its versions, nothing beside it is, and never anything outside the root."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from engagement.audio.erasing import erase
from engagement.audio.object_store import ObjectStore, client_of
from engagement.errors import InputError

_STORE = ObjectStore(attempts=1, connections=2)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket that keeps versions."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="voices")
        client.put_bucket_versioning(Bucket="voices", VersioningConfiguration={"Status": "Enabled"})
        yield client


def _versions(client: Any) -> list[str]:
    told = client.list_object_versions(Bucket="voices")
    return sorted(each["Key"] for kind in ("Versions", "DeleteMarkers") for each in told.get(kind, []))


def test_erase__deletes_every_version_and_no_neighbour(bucket: Any) -> None:
    for key in ("audio/tn/a.wav", "audio/tn/a.wav", "audio/tn/a.wav.bak", "audio/tn/b.wav"):
        bucket.put_object(Bucket="voices", Key=key, Body=b"RIFF")
    bucket.delete_object(Bucket="voices", Key="audio/tn/a.wav")
    assert erase("s3://voices/audio", "tn/a.wav", store=_STORE)
    assert _versions(bucket) == ["audio/tn/a.wav.bak", "audio/tn/b.wav"]
    assert not erase("s3://voices/audio", "tn/a.wav", store=_STORE)


def test_erase__a_bucket_that_refuses_says_what_is_needed(bucket: Any) -> None:
    with Stubber(client_of(_STORE)) as refusing:
        refusing.add_client_error("list_object_versions", "AccessDenied", http_status_code=403)
        with pytest.raises(InputError, match=r"AccessDenied.*s3:DeleteObjectVersion"):
            erase("s3://voices", "tn/a.wav", store=_STORE)


@pytest.mark.parametrize(
    "key", ["../outside.wav", "%2e%2e/outside.wav", "link.wav", "", "folder", "nul\0.wav"]
)
def test_erase__never_leaves_the_root(tmp_path: Path, key: str) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.wav").write_bytes(b"RIFF")
    (root / "link.wav").symlink_to(tmp_path / "outside.wav")
    assert not erase(str(root), key, store=_STORE)
    assert (tmp_path / "outside.wav").exists()
    assert (root / "folder").is_dir()


def test_erase__deletes_a_file_once(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    assert erase(str(tmp_path), "a.wav", store=_STORE)
    assert not erase(str(tmp_path), "a.wav", store=_STORE)
