"""The events as files: by week, one compressed, one of batches, one of a second delivery."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engagement.demo import oddities
from engagement.demo.oddities import Ledger, encode
from engagement.demo.schedule import DAYS_PER_WEEK, FIRST_DAY
from engagement.demo.telemetry import Event

BATCH_EVENTS = 25
BATCHED_WEEKDAY = 4  # the Fridays' events arrive in batches


def write_telemetry(folder: Path, app: Sequence[Event], quiz: Sequence[Event], *, seed: int) -> Ledger:
    """Write the telemetry files and return what a reader must find in them."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(kept=len(app) + len(quiz))
    batched = [event for event in app if _day(event) % DAYS_PER_WEEK == BATCHED_WEEKDAY]
    weeks: dict[int, list[bytes]] = {_day(event) // DAYS_PER_WEEK: [] for event in app}
    for event in app:
        if _day(event) % DAYS_PER_WEEK != BATCHED_WEEKDAY:
            weeks[_day(event) // DAYS_PER_WEEK].append(encode(event))
    first, last = min(weeks), max(weeks)
    weeks[first] = oddities.scatter(oddities.broken_lines(app, ledger), weeks[first], seed=seed)
    for week, lines in weeks.items():
        name = f"app-week-{week + 1:02d}.jsonl"
        _write(folder / (f"{name}.gz" if week == last else name), lines, ledger)
    _write(folder / "app-fridays.jsonl", _batches(batched, ledger), ledger)
    _write(folder / "app-sent-again.jsonl", _sent_again(app, ledger, seed=seed), ledger, ends=False)
    _write(folder / "quiz.jsonl", [encode(event) for event in quiz], ledger)
    return ledger


def _batches(events: Sequence[Event], ledger: Ledger) -> list[bytes]:
    """Return batch lines; the first holds an event without edata, the second one event twice."""
    batches = [list(events[start : start + BATCH_EVENTS]) for start in range(0, len(events), BATCH_EVENTS)]
    if batches:
        batches[0].append(oddities.without(batches[0][0], "edata"))
        ledger.reject("no_edata")
        batches[-1].append(batches[-1][-1])
        ledger.duplicates += 1
    return [
        encode(
            {
                "id": "api.sunbird.telemetry",
                "ver": "3.0",
                "ts": datetime.fromtimestamp(batch[0]["ets"] / 1000, UTC).isoformat(timespec="seconds"),
                "params": {"requesterId": "learnall-web", "did": batch[0]["context"]["did"]},
                "events": batch,
            }
        )
        for batch in batches
    ]


def _sent_again(events: Sequence[Event], ledger: Ledger, *, seed: int) -> list[bytes]:
    """Return a second delivery that breaks off in the middle of its last line."""
    lines = oddities.resent_lines(events, ledger, seed=seed)
    ledger.reject("not_json")
    return [*lines, lines[0][: len(lines[0]) // 3]]


def _write(path: Path, lines: Sequence[bytes], ledger: Ledger, *, ends: bool = True) -> None:
    ledger.lines += len(lines)
    content = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    # Without a time in its header a compressed file has the same bytes in every run.
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _day(event: Event) -> int:
    return (datetime.fromtimestamp(event["ets"] / 1000, UTC) - FIRST_DAY) // timedelta(days=1)
