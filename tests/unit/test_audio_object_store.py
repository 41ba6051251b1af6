"""Stores that misbehave: what heals is asked for again, the rest is coded, bad credentials stop the run."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engagement.audio.object_store import ObjectStore, read_object
from engagement.errors import CredentialsError
from engagement.schemas.enums import VoiceStatus

WHOLE = bytes(range(256)) * 1000
ETAG = '"v1"'
# 64 MB: more than any buffer between the two would take.
ENDLESS_CHUNKS = 1000
sent_to_the_end = threading.Event()
Answer = Callable[[BaseHTTPRequestHandler], None]


def refused(status: int, code: str) -> Answer:
    """Answer with an error of S3."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        body = f"<Error><Code>{code}</Code><Message>secret words</Message></Error>".encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def sent(size: int) -> Answer:
    """Promise the whole object and close the connection after `size` bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(WHOLE)))
        request.send_header("ETag", ETAG)
        request.end_headers()
        request.wfile.write(WHOLE[:size])
        request.close_connection = True

    return answer


def endless(request: BaseHTTPRequestHandler) -> None:
    """Say no length, and send far beyond the limit until the reader hangs up."""
    request.send_response(200)
    request.send_header("ETag", ETAG)
    request.end_headers()
    request.close_connection = True
    with suppress(OSError):
        for _ in range(ENDLESS_CHUNKS):
            request.wfile.write(bytes(1 << 16))
        sent_to_the_end.set()


def silent(_: BaseHTTPRequestHandler) -> None:
    """Keep the reader waiting far longer than the tests' timeout."""
    threading.Event().wait(6)


class Faults:
    """A server that gives the answers set, the last one for ever, and counts what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests = 0
        faults = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                faults.requests += 1
                answer = faults.answers.pop(0) if len(faults.answers) > 1 else faults.answers[0]
                answer(self)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def read(self, *answers: Answer, attempts: int = 3) -> tuple[bytes, str] | VoiceStatus:
        """Give `answers` in turn to a reader of one object."""
        self.answers = list(answers)
        endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        store = ObjectStore(endpoint, read_timeout_seconds=0.2, attempts=attempts)
        return read_object(store, "voices", "app/a.wav", max_bytes=len(WHOLE))


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # The first wait of boto3's own retries is drawn from 0 to 1 s.
    monkeypatch.setattr("botocore.retries.standard.random.random", lambda: 0.01)
    server = Faults()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.mark.parametrize(
    "fault",
    [refused(500, "InternalError"), refused(503, "SlowDown"), silent, sent(1000), sent(0)],
    ids=["500", "slow down", "timeout", "cut", "cut at once"],
)
def test_read_object__a_fault_that_passes_costs_a_second_request(faults: Faults, fault: Answer) -> None:
    assert faults.read(fault, sent(len(WHOLE))) == (WHOLE, "v1")
    assert faults.requests == 2


@pytest.mark.parametrize(
    "fault",
    [refused(500, "InternalError"), refused(503, "SlowDown"), silent, sent(1000)],
    ids=["500", "slow down", "timeout", "cut"],
)
def test_read_object__a_fault_that_stays_is_unreadable_after_the_attempts(
    faults: Faults, fault: Answer
) -> None:
    began = time.monotonic()
    assert faults.read(fault, attempts=2) == VoiceStatus.UNREADABLE
    assert time.monotonic() - began < 5
    assert faults.requests == 2


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "NoSuchKey", VoiceStatus.NOT_FOUND),
        (400, "KeyTooLongError", VoiceStatus.NOT_FOUND),
        (403, "AccessDenied", VoiceStatus.FORBIDDEN),
    ],
)
def test_read_object__what_is_no_fault_of_the_moment_is_asked_for_once(
    faults: Faults, status: int, code: str, expected: VoiceStatus
) -> None:
    assert faults.read(refused(status, code)) == expected
    assert faults.requests == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "ExpiredToken"), (403, "InvalidAccessKeyId"), (403, "SignatureDoesNotMatch")],
)
def test_read_object__refused_credentials_stop_the_run(faults: Faults, status: int, code: str) -> None:
    with pytest.raises(CredentialsError, match=code) as raised:
        faults.read(refused(status, code))
    assert "secret words" not in str(raised.value)


def test_read_object__a_body_without_an_end_is_left_at_the_limit(faults: Faults) -> None:
    sent_to_the_end.clear()
    assert faults.read(endless) == VoiceStatus.TOO_LARGE
    assert not sent_to_the_end.wait(0.5)


def test_read_object__nobody_listening_is_unreadable(faults: Faults) -> None:
    store = ObjectStore("http://127.0.0.1:9", connect_timeout_seconds=0.2, attempts=1)
    assert read_object(store, "voices", "a.wav", max_bytes=10) == VoiceStatus.UNREADABLE
    assert faults.requests == 0
