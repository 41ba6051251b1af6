"""Where the report is written: a file, or an object of S3 (moto's server)."""

from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from engagement.errors import ConfigurationError
from engagement.report.place import write_page


def test_write_page__makes_the_folder(tmp_path: Path) -> None:
    write_page("<p>é</p>", str(tmp_path / "new" / "report.html"))
    assert (tmp_path / "new" / "report.html").read_bytes() == "<p>é</p>".encode()


def test_write_page__goes_to_s3_and_tells_what_s3_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client = boto3.client("s3")
    client.create_bucket(Bucket="school")
    try:
        write_page("<p>é</p>", "s3://school/a/report.html")
        stored = client.get_object(Bucket="school", Key="a/report.html")
        assert stored["Body"].read() == "<p>é</p>".encode()
        assert stored["ContentType"] == "text/html; charset=utf-8"
        with pytest.raises(ConfigurationError, match=r"s3://nowhere/report\.html \(NoSuchBucket\)"):
            write_page("", "s3://nowhere/report.html")
    finally:
        server.stop()


@pytest.mark.parametrize("place", ["hdfs://node/report.html", "s3://school", "s3://school/"])
def test_write_page__other_places_are_refused(place: str) -> None:
    with pytest.raises(ConfigurationError, match=r"paths\.report is"):
        write_page("", place)
