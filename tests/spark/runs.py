"""Telemetry and exports for tests of many runs: drawn, dealt into files, and taken in run by run."""

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from engagement.config import Ingest
from engagement.ingestion import take_exports, take_telemetry
from engagement.intake import Intake
from engagement.session_building import build
from engagement.session_renewal import Silver
from engagement.tables import Warehouse
from engagement.tombstones import buried
from tests.spark.bronze_rows import ETS, SECRET, event

# Steps in time that the rules turn on: ties, idle limit, session break, another day.
_PAUSES = (0, 0, 700, 1_000, 45_000, 599_995, 600_000, 600_001, 1_800_000, 1_800_001, 9_000_000, 86_400_000)
_RESULTS = ("pass", "fail", "No Result")
_LEVELS = ("m0", "m1", "m2", "m3")


@dataclass(frozen=True)
class Input:
    """Lines of telemetry and rows of an export, in the order of their times."""

    lines: tuple[str, ...]
    export: tuple[str, ...]


def made_input(chosen: random.Random, most_events: int = 40) -> Input:
    """Make a few devices' telemetry, with all that makes sessions and phases change, and an export on it."""
    at = dict.fromkeys(("a", "b", ""), ETS)
    lines, export = [], []
    for number in range(chosen.randint(most_events // 4, most_events)):
        device = chosen.choice("aaaabb") if chosen.random() < 0.95 else ""
        at[device] += chosen.choice(_PAUSES)
        lines.append(json.dumps(_event(chosen, device, at[device], number)))
        if chosen.random() < 0.2:
            export.append(json.dumps(_record(chosen, at[device] + chosen.choice((-2_000, 0, 3_000, 60_000)))))
    return Input(tuple(lines), tuple(export))


@dataclass
class Runs:
    """A warehouse and the folders that its runs read."""

    spark: SparkSession
    folder: Path

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(str(self.folder / "warehouse"), "run", datetime(2024, 5, 20, tzinfo=UTC))

    def deliver(self, name: str, given: Input) -> None:
        """Lay a file of each kind into the folders."""
        for kind, rows in (("telemetry", given.lines), ("exports", given.export)):
            (self.folder / kind).mkdir(parents=True, exist_ok=True)
            if rows:
                (self.folder / kind / f"{name}.jsonl").write_text("".join(f"{row}\n" for row in rows))

    def run(self, *, everything: bool = False) -> dict[str, int]:
        """Take in what is new and build silver; return what building wrote."""
        limits = Ingest(earliest=date(2015, 1, 1), max_rejected_share=1)
        forgotten = buried(self.spark, self.warehouse)
        intake = Intake(self.spark, self.warehouse, limits, SECRET, forgotten=forgotten)
        take_telemetry(intake, str(self.folder / "telemetry"))
        take_exports(intake, str(self.folder / "exports"))
        silver = Silver(self.spark, self.warehouse, fallback="device", set_pause_seconds=600)
        return build(silver, everything=everything, history_days=7)


def dealt(given: Input, runs: int, chosen: random.Random) -> list[Input]:
    """Deal lines and rows into runs: in no order, and a quarter of them twice, with other server fields."""
    shares: list[tuple[list[str], list[str]]] = [([], []) for _ in range(runs)]
    for place, rows in enumerate((given.lines, given.export)):
        for row in chosen.sample(rows, len(rows)):
            shares[chosen.randrange(runs)][place].append(row)
            if chosen.random() < 0.25:
                shares[chosen.randrange(runs)][place].append(_sent_again(chosen, row))
    return [Input(tuple(lines), tuple(export)) for lines, export in shares]


def _sent_again(chosen: random.Random, row: str) -> str:
    told = json.loads(row)
    return json.dumps({**told, "syncts": chosen.randrange(10**6)}) if "eid" in told else row


def _event(chosen: random.Random, device: str, ets: int, number: int) -> dict[str, Any]:
    eid = chosen.choice(("START", "END", "LOG", "INTERACT", *["RESPONSE"] * 6))
    who = [("User", f"u{chosen.randint(1, 2)}")] if chosen.random() < 0.3 else []
    where = [("ContentSession", f"c{chosen.randint(1, 4)}")] if chosen.random() < 0.8 else []
    language = [("language", chosen.choice(("ta", "en", "und")))] if chosen.random() < 0.8 else []
    cdata = [{"type": kind, "id": value} for kind, value in (*who, *where, *language)]
    edata: dict[str, Any] = {"type": chosen.choice(("app", "session", "SPEAK"))}
    if eid == "RESPONSE":
        told = {"original_text": f"word {number}", "accuracy_percentage": chosen.choice((20, 80))}
        named = {"level": chosen.choice(_LEVELS)} if chosen.random() < 0.2 else {}
        edata = {"type": "SPEAK", "target": f"tn/c1-{number}.wav", "values": [{**told, **named}]}
    if eid == "LOG":
        level = chosen.choice(_LEVELS)
        result = {"sessionResult": chosen.choice(_RESULTS), "currentLevel": level, "previous_level": "m1"}
        page = chosen.choice(("discovery", "practice"))
        edata = {"type": "api_call", "level": "TRACE", "pageid": page, "message": json.dumps(result)}
    context = {
        "channel": "tn",
        "env": "app",
        "did": device,
        "pdata": {"id": chosen.choice(("ala", "ala", "b"))},
    }
    return event(
        eid=eid, ets=ets, mid=f"{eid}:{number}", edata=edata, context={**context, "cdata": cdata},
        actor={"id": device, "type": "User"},
    )  # fmt: skip


def _record(chosen: random.Random, at: int) -> dict[str, Any]:
    who = {"userId": f"u{chosen.randint(1, 3)}", "sessionId": f"c{chosen.randint(1, 4)}"}
    when = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)
    told = {"milestoneLevel": chosen.choice(_LEVELS), "createdAt": when.isoformat(timespec="milliseconds")}
    if chosen.random() < 0.5:
        milestone = {"milestone": chosen.choice(("practice", "showcase", "discover"))}
        return {**who, **told, **milestone, "lesson": str(chosen.randint(0, 9)), "language": "ta"}
    result = {"sessionResult": chosen.choice(_RESULTS), "currentLevel": chosen.choice(_LEVELS)}
    return {**who, **result, "subSessionId": "s", "createdAt": told["createdAt"]}
