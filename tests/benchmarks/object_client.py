"""The server of recordings as a process, and what it and its clients cost: both are counted out."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from engagement.audio.fetch import Recording, fetch
from engagement.audio.object_store import ObjectStore

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
MAX_BYTES = 20_000_000


class ServedFolder:
    """A folder served by a process of its own while the block runs.

    Attributes:
        endpoint: URL of the store; its buckets have any name.
    """

    def __init__(self, folder: Path, *, latency_milliseconds: float) -> None:
        # The server asks for none, but boto3 signs.
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "benchmark")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "benchmark")
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        self._arguments = [str(folder), "--latency-milliseconds", str(latency_milliseconds)]

    def __enter__(self) -> "ServedFolder":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.object_server", *self._arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.endpoint = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def cpu_seconds(self) -> float:
        """Return the processor time that the server has taken so far, seconds."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def client_seconds(folder: Path, keys: list[str]) -> float:
    """Return the processor time of one GET over HTTP above that of reading the file, seconds a recording."""
    with ServedFolder(folder, latency_milliseconds=0) as server:
        store = ObjectStore(endpoint=server.endpoint)
        _fetch_all("s3://recordings", keys[:20], store)  # connects
        by_http = _fetch_all("s3://recordings", keys, store)
        from_file = _fetch_all(str(folder.resolve()), keys, store)
    return max(by_http - from_file, 0.0) / len(keys)


def _fetch_all(root: str, keys: list[str], store: ObjectStore) -> float:
    began = time.process_time()
    for key in keys:
        if not isinstance(fetched := fetch(root, key, max_bytes=MAX_BYTES, store=store), Recording):
            raise SystemExit(f"{key} of {root} could not be fetched: {fetched}.")
    return time.process_time() - began
