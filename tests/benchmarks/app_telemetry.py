"""Any amount of the app's telemetry and exports: a simulated class, copied under other ids.

One class is simulated (`engagement.demo`), and every copy of it gets ids of its own: message, device, session
and ContentSession ids are hexadecimal, and their first digits become the number of the copy; a learner's
number in the exports gets it in front. So a copy is as real as the class, and no two events are the same.
"""

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from engagement.demo.simulation import simulate

LEARNERS, SEED = 60, 3
_HEX_ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{6}(?=[0-9a-f]{26}(?:[0-9a-f]{8})?(?![0-9a-f]))")
_LEARNER = re.compile(rb'("userId":"|^)(?=7[0-9]{9}[",])', re.MULTILINE)


class Weeks:
    """A class's telemetry and exports, week by week, to be written in any number of copies."""

    def __init__(self, folder: Path, *, weeks: int) -> None:
        """Simulate the class below `folder`; what it sends late or twice is among its weeks."""
        self.count = weeks
        made = folder / "class"
        simulate(
            made, learners=LEARNERS, weeks=weeks, seed=SEED, recordings=None, audio=False, say=lambda _: None,
            files=False,
        )  # fmt: skip
        texts = {path: _text(path) for path in sorted((made / "telemetry").iterdir())}
        self._weeks = {
            int(path.name.split("-")[2].split(".")[0]): text
            for path, text in texts.items()
            if path.name.startswith("app-week")
        }
        self._others = [text for path, text in texts.items() if not path.name.startswith("app-week")]
        self._exports = {path.name: _text(path) for path in sorted((made / "exports").iterdir())}
        shutil.rmtree(made)

    @property
    def bytes_per_copy(self) -> int:
        """Telemetry of one copy over all weeks, bytes."""
        return sum(map(len, [*self._weeks.values(), *self._others]))

    def write(self, folder: Path, *, copies: int, first: int = 1, last: int | None = None) -> int:
        """Write the weeks from `first` to `last` of every copy, a file a week; return the bytes written.

        With the first week come the exports, and what the class sends outside of its weekly files.
        """
        folder.mkdir(parents=True, exist_ok=True)
        written = 0
        for week in range(first, (last or self.count) + 1):
            written += _write(folder / f"week-{week:02}.jsonl", self._weeks[week], copies)
        if first == 1:
            for number, text in enumerate(self._others):
                written += _write(folder / f"other-{number}.jsonl", text, copies)
        return written

    def write_exports(self, folder: Path, *, copies: int) -> None:
        """Write the exports of every copy."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self._exports.items():
            for copy in range(copies):
                own = _LEARNER.sub(rb"\g<1>%d-" % copy, _copied(text, copy))
                path = folder / f"{copy:05}-{name}"
                path.write_bytes(own)

    def lines(self, week: int, copy: int) -> list[bytes]:
        """Return the lines of one week of one copy."""
        return _copied(self._weeks[week], copy).splitlines(keepends=True)


def _text(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _write(path: Path, text: bytes, copies: int) -> int:
    with path.open("wb") as lines:
        return sum(lines.write(each) for each in _copies(text, copies))


def _copies(text: bytes, copies: int) -> Iterator[bytes]:
    for copy in range(copies):
        yield _copied(text, copy)


def _copied(text: bytes, copy: int) -> bytes:
    return _HEX_ID.sub(b"%06x" % copy, text)
