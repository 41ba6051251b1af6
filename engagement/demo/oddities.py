"""Lines as bad as real ones: cut off, empty, run together, not UTF-8, sent twice; every one counted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from engagement.demo.telemetry import Event

RESENT_SHARE = 0.02
YEAR_3000_MILLISECONDS = 32_503_680_000_000


@dataclass
class Ledger:
    """What a reader must find: `events = kept + duplicates + rejected`; rows of an export count as both."""

    lines: int = 0
    kept: int = 0
    duplicates: int = 0
    rejected: dict[str, int] = field(default_factory=dict)

    def reject(self, reason: str) -> None:
        """Count one rejected line or event."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1

    def totals(self) -> dict[str, Any]:
        """Return the figures, the number of events included."""
        events = self.kept + self.duplicates + sum(self.rejected.values())
        return {
            "lines": self.lines,
            "events": events,
            "kept": self.kept,
            "duplicates": self.duplicates,
            "rejected": dict(sorted(self.rejected.items())),
        }


def encode(event: Any) -> bytes:
    """Return one JSON line, without its end."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def with_server_fields(event: Event) -> bytes:
    """Return an event as it arrives a second time: with a server's fields, `ets` as a float."""
    received = datetime.fromtimestamp(event["ets"] / 1000, UTC) + timedelta(minutes=41)
    stamp = received.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    added = {
        "syncts": event["ets"] + 2_460_000,
        "@timestamp": stamp,
        "flags": {"pp_validation_processed": True, "pp_duplicate": False},
        "type": "events",
    }
    text = encode({**event, **added}).decode()
    scientific = f"{event['ets'] / 1e12:.12f}".rstrip("0") + "E12"
    return text.replace(f'"ets":{event["ets"]}', f'"ets":{scientific}', 1).encode()


def resent_lines(events: Sequence[Event], ledger: Ledger, *, seed: int) -> list[bytes]:
    """Return the lines of a second delivery of some events."""
    draw = Random(f"{seed}:resent")
    chosen = draw.sample(events, max(3, round(RESENT_SHARE * len(events))))
    ledger.duplicates += len(chosen)
    return [with_server_fields(event) for event in chosen]


def broken_lines(events: Sequence[Event], ledger: Ledger) -> list[bytes]:
    """Return lines that cannot be used; all are made of copies, so that nothing is lost with them."""
    copies = [events[place % len(events)] for place in range(8)]
    first, second = encode(copies[0]), encode(copies[1])
    named = {"context": {"channel": "café"}, **{key: copies[2][key] for key in ("eid", "ets", "edata")}}
    broken = (
        ("not_json", first[: len(first) // 2]),
        ("not_json", b"upload interrupted, retrying"),
        ("empty_line", b""),
        ("empty_line", b""),
        ("not_utf8", encode(named).replace("é".encode(), b"\xe9")),
        ("several_values", first + second),
        ("several_values", second + b" ;upload-42"),
        ("not_an_object", b"[" + first + b"]"),
        ("not_an_object", b"1736136000000"),
        ("no_edata", encode(without(copies[3], "edata"))),
        ("no_eid", encode(without(copies[4], "eid"))),
        ("no_ets", encode(without(copies[5], "ets"))),
        ("clock", encode({**copies[6], "ets": YEAR_3000_MILLISECONDS})),
        ("clock", encode({**copies[7], "ets": 41})),
    )
    for reason, _ in broken:
        ledger.reject(reason)
    return [line for _, line in broken]


def without(event: Event, key: str) -> Event:
    """Return an event that lacks a field."""
    return {name: value for name, value in event.items() if name != key}


def scatter(lines: Sequence[bytes], among: Iterable[bytes], *, seed: int) -> list[bytes]:
    """Return `among` with `lines` put in at random places."""
    draw = Random(f"{seed}:scatter")
    mixed = list(among)
    for line in lines:
        mixed.insert(draw.randrange(len(mixed) + 1), line)
    return mixed
