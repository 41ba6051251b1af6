"""Fetching: what is found, and that nothing outside the root ever is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.audio.fetch import Recording, fetch
from engagement.audio.listing import list_folder
from engagement.audio.object_store import ObjectStore
from engagement.errors import ConfigurationError
from engagement.schemas.enums import VoiceStatus


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with one recording of three bytes; beside it a file that must stay unread."""
    (tmp_path / "secret.wav").write_bytes(b"no!")
    folder = tmp_path / "audio"
    (folder / "chan").mkdir(parents=True)
    (folder / "chan" / "a b-1.wav").write_bytes(b"abc")
    return folder


def fetched(root: Path | str, key: str, *, max_bytes: int = 10) -> Recording | VoiceStatus:
    return fetch(str(root), key, max_bytes=max_bytes)


def test_fetch__a_key_under_the_root_gives_its_bytes(root: Path) -> None:
    recording = fetched(root, "chan/a b-1.wav")
    assert isinstance(recording, Recording)
    assert recording.content == b"abc"


def test_fetch__the_version_changes_with_the_content(root: Path) -> None:
    before = fetched(root, "chan/a b-1.wav")
    (root / "chan" / "a b-1.wav").write_bytes(b"abcd")
    after = fetched(root, "chan/a b-1.wav")
    assert isinstance(before, Recording)
    assert isinstance(after, Recording)
    assert before.version != after.version


@pytest.mark.parametrize(
    "key",
    [
        "../secret.wav",
        "chan/../../secret.wav",
        "chan\\..\\..\\secret.wav",
        "%2e%2e/secret.wav",
        "%252e%252e%252fsecret.wav",
        "/etc/passwd",
        "%2Fetc/passwd",
        "\\\\host\\share\\a.wav",
        "file:///etc/passwd",
        "file:secret.wav",
        "http://127.0.0.1/a.wav",
        "s3://other/a.wav",
        " /etc/passwd",
        "C:\\a.wav",
    ],
)
def test_fetch__keys_that_leave_the_root_are_refused(root: Path, key: str) -> None:
    assert fetched(root, key) == VoiceStatus.OUTSIDE_ROOT


def test_fetch__a_link_may_not_leave_the_root(root: Path) -> None:
    (root / "out.wav").symlink_to(root.parent / "secret.wav")
    (root / "in.wav").symlink_to(root / "chan" / "a b-1.wav")
    assert fetched(root, "out.wav") == VoiceStatus.OUTSIDE_ROOT
    assert isinstance(fetched(root, "in.wav"), Recording)


def test_fetch__a_sibling_that_begins_like_the_root_is_outside(root: Path) -> None:
    (root.parent / "audio-old").mkdir()
    (root.parent / "audio-old" / "a.wav").write_bytes(b"abc")
    (root / "old").symlink_to(root.parent / "audio-old")
    assert fetched(root, "old/a.wav") == VoiceStatus.OUTSIDE_ROOT


@pytest.mark.parametrize("key", ["none.wav", "chan/a b-1.wav/x", "", "  ", "x" * 300, "a\0b", "\ud800.wav"])
def test_fetch__what_is_not_there_is_not_found(root: Path, key: str) -> None:
    assert fetched(root, key) == VoiceStatus.NOT_FOUND


def test_fetch__folders_and_pipes_are_unreadable(root: Path) -> None:
    os.mkfifo(root / "pipe.wav")
    assert fetched(root, "chan") == VoiceStatus.UNREADABLE
    assert fetched(root, "pipe.wav") == VoiceStatus.UNREADABLE


@pytest.mark.parametrize(
    ("size", "expected"), [(0, VoiceStatus.EMPTY), (10, None), (11, VoiceStatus.TOO_LARGE)]
)
def test_fetch__size_limits(root: Path, size: int, expected: VoiceStatus | None) -> None:
    (root / "sized.wav").write_bytes(bytes(size))
    recording = fetched(root, "sized.wav")
    assert recording == expected if expected else isinstance(recording, Recording)


@pytest.mark.parametrize("bad_root", ["/does/not/exist", "gs://bucket"])
def test_fetch__a_bad_root_stops_the_run(bad_root: str) -> None:
    with pytest.raises(ConfigurationError, match=r"paths\.audio"):
        fetched(bad_root, "a.wav")


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    """A bucket `voices` with `app/a.wav` (3 bytes) and `app/empty.wav`, served over HTTP on loopback."""
    boto3 = pytest.importorskip("boto3")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    credentials = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in credentials.items():
            patch.setenv(name, value)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=endpoint)
        client.create_bucket(Bucket="voices")
        client.put_object(Bucket="voices", Key="app/a.wav", Body=b"abc")
        client.put_object(Bucket="voices", Key="app/empty.wav", Body=b"")
        yield endpoint
        server.stop()


def test_fetch__an_object_of_the_bucket_comes_with_its_etag(s3_endpoint: str) -> None:
    recording = fetch("s3://voices/app/", "a.wav", max_bytes=10, store=ObjectStore(endpoint=s3_endpoint))
    # The ETag of an object put in one piece is its MD5.
    assert recording == Recording(b"abc", "900150983cd24fb0d6963f7d28e17f72")


@pytest.mark.parametrize(
    ("root", "key", "max_bytes", "expected"),
    [
        ("s3://voices/app", "none.wav", 10, VoiceStatus.NOT_FOUND),
        ("s3://voices/app", "empty.wav", 10, VoiceStatus.EMPTY),
        ("s3://voices/app", "a.wav", 2, VoiceStatus.TOO_LARGE),
        ("s3://voices/app", "../a.wav", 10, VoiceStatus.OUTSIDE_ROOT),
        ("s3://voices/app", "s3://other/a.wav", 10, VoiceStatus.OUTSIDE_ROOT),
    ],
)
def test_fetch__bad_objects_are_coded(
    s3_endpoint: str, root: str, key: str, max_bytes: int, expected: VoiceStatus
) -> None:
    assert fetch(root, key, max_bytes=max_bytes, store=ObjectStore(endpoint=s3_endpoint)) == expected


def test_fetch__a_bucket_that_does_not_exist_ends_the_run(s3_endpoint: str) -> None:
    with pytest.raises(ConfigurationError, match="names the bucket 'nobody', which does not exist"):
        fetch("s3://nobody", "a.wav", max_bytes=10, store=ObjectStore(endpoint=s3_endpoint))


@pytest.mark.parametrize("root", ["s3://voices/app", "a folder"])
def test_list_folder__tells_the_versions_that_fetching_tells(
    s3_endpoint: str, tmp_path: Path, root: str
) -> None:
    if root == "a folder":
        root = str(tmp_path)
        (tmp_path / "deeper").mkdir()
        for key in ("a.wav", "deeper/b.wav", "empty.wav"):
            (tmp_path / key).write_bytes(b"" if key == "empty.wav" else b"abc")
    store = ObjectStore(endpoint=s3_endpoint)
    found = dict(list_folder(root, "", store=store))
    assert sorted(found) == ["a.wav", "empty.wav"]
    fetched = fetch(root, "a.wav", max_bytes=10, store=store)
    assert isinstance(fetched, Recording)
    assert found["a.wav"] == fetched.version
    assert list(list_folder(root, "none", store=store)) == []
    assert list(list_folder(root, "../app", store=store)) == []


def test_list_folder__follows_no_link_out_of_the_root(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a.wav").write_bytes(b"abc")
    (root / "link").symlink_to(outside)
    assert list(list_folder(str(root), "link", store=ObjectStore())) == []
