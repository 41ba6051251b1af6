"""Content that can be read for a limited time: a clip may not hold a worker."""

import time
from io import SEEK_SET, BytesIO
from typing import Any


class TimedContent(BytesIO):
    """A file in memory that seems to end when its time is over, also inside a library's own loop.

    Attributes:
        has_run_out: Whether the time is over.
    """

    def __init__(self, content: bytes, *, seconds: float) -> None:
        super().__init__(content)
        self._ends_at = time.monotonic() + seconds
        self._size_bytes = len(content)

    @property
    def has_run_out(self) -> bool:
        return time.monotonic() > self._ends_at

    @property
    def unread_bytes(self) -> int:
        """Bytes behind the place that was read last."""
        return self._size_bytes - self.tell()

    def read(self, size: int | None = -1) -> bytes:
        return b"" if self.has_run_out else super().read(size)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Seek inside the content; that a broken header leads outside is no error."""
        if whence == SEEK_SET:
            offset = min(max(offset, 0), self._size_bytes)
        return super().seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        return 0 if self.has_run_out else super().readinto(buffer)
