"""A small simulated class, end to end: the same bytes again, and the ledger as an outsider counts it."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engagement.demo.simulation import ClassSummary, simulate
from engagement.errors import ConfigurationError

YEAR_2100_MILLISECONDS = 4_102_444_800_000


def a_class(out: Path, *, seed: int = 7, audio: bool = True) -> ClassSummary:
    said: list[str] = []
    return simulate(out, learners=6, weeks=2, seed=seed, recordings=None, audio=audio, say=said.append)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "class"
    a_class(out)
    return out


def test_simulate__same_seed_same_bytes(demo: Path, tmp_path: Path) -> None:
    a_class(tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(demo)


def test_simulate__another_seed_is_another_class(demo: Path, tmp_path: Path) -> None:
    a_class(tmp_path / "other", seed=8, audio=False)
    assert (tmp_path / "other/truth/learners.csv").read_bytes() != (demo / "truth/learners.csv").read_bytes()


def test_simulate__ledger_is_what_a_reader_finds(demo: Path) -> None:
    expected = json.loads((demo / "truth/oddities.json").read_text())["telemetry"]
    seen, found, lines = set(), Counter[str](), 0
    for path in sorted((demo / "telemetry").iterdir()):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        read = content.removesuffix(b"\n").split(b"\n")
        lines += len(read)
        for verdict in (verdict for line in read for verdict in _verdicts(line)):
            is_again = isinstance(verdict, tuple) and verdict in seen
            found["duplicates" if is_again else "kept" if isinstance(verdict, tuple) else verdict] += 1
            seen.add(verdict)
    kept, duplicates = found.pop("kept"), found.pop("duplicates")
    assert (lines, kept, duplicates) == (expected["lines"], expected["kept"], expected["duplicates"])
    assert dict(found) == expected["rejected"]
    assert expected["events"] == kept + duplicates + sum(found.values())


def _verdicts(line: bytes) -> list[tuple[str, ...] | str]:
    """Return each event of a line as its identity, or why it is none."""
    if not line:
        return ["empty_line"]
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return ["not_utf8"]
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError:
        return ["not_json"]
    if text[end:].strip():
        return ["several_values"]
    if not isinstance(value, dict):
        return ["not_an_object"]
    return [_verdict(event) for event in value.get("events", [value])]


def _verdict(event: dict[str, Any]) -> tuple[str, ...] | str:
    for key in ("eid", "ets", "edata"):
        if key not in event:
            return f"no_{key}"
    if not 1e12 < event["ets"] < YEAR_2100_MILLISECONDS:
        return "clock"
    client = ("eid", "mid", "actor", "context", "object", "tags", "edata")
    return (str(int(event["ets"])), *(json.dumps(event[key], sort_keys=True) for key in client))


def test_simulate__every_key_has_its_recording_but_for_the_faults(demo: Path) -> None:
    figures = json.loads((demo / "truth/oddities.json").read_text())["audio"]
    keys = [row["audio_key"] for row in rows_of(demo / "truth/responses.csv") if row["audio_key"]]
    outside = [key for key in keys if key.startswith("../")]
    missing = [key for key in keys if key not in outside and not (demo / "audio" / key).is_file()]
    empty = [
        key for key in keys if key not in outside + missing and not (demo / "audio" / key).stat().st_size
    ]
    assert len(keys) == len(set(keys)) == figures["keys"]
    assert len(outside) == figures["faults"]["outside_root"]
    assert len(missing) == figures["faults"]["not_found"]
    assert len(empty) == figures["faults"]["empty"]


def test_simulate__a_school_without_recording_has_no_keys(demo: Path) -> None:
    learners = {row["learner"]: row["school"] for row in rows_of(demo / "truth/learners.csv")}
    schools = {learners[row["learner"]] for row in rows_of(demo / "truth/responses.csv") if row["audio_key"]}
    assert schools == {"Green Valley Primary", "Hill View Middle"}


def test_simulate__without_audio_the_class_is_the_same(demo: Path, tmp_path: Path) -> None:
    summary = a_class(tmp_path / "mute", audio=False)
    truth = rows_of(tmp_path / "mute/truth/responses.csv")
    assert summary.recordings == 0
    assert not any(row["audio_key"] for row in truth)
    assert [row["engagement"] for row in truth] == [
        row["engagement"] for row in rows_of(demo / "truth/responses.csv")
    ]


def test_simulate__a_former_demo_is_replaced_and_nothing_else(demo: Path, tmp_path: Path) -> None:
    a_class(tmp_path / "class", seed=8, audio=False)
    a_class(tmp_path / "class", audio=False)
    a_class(tmp_path / "fresh", audio=False)
    assert files_of(tmp_path / "class") == files_of(tmp_path / "fresh")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear …")
    with pytest.raises(ConfigurationError, match="holds something else"):
        a_class(tmp_path / "mine", audio=False)


@pytest.mark.parametrize(("learners", "weeks"), [(2, 2), (6, 0)])
def test_simulate__too_small_a_class_is_refused(tmp_path: Path, learners: int, weeks: int) -> None:
    with pytest.raises(ConfigurationError, match=f"got {learners} and {weeks}"):
        simulate(
            tmp_path / "x", learners=learners, weeks=weeks, seed=1, recordings=None, audio=False, say=print
        )


def test_simulate__the_smallest_class_works(tmp_path: Path) -> None:
    summary = simulate(tmp_path / "x", learners=3, weeks=1, seed=1, recordings=None, audio=False, say=print)
    assert summary.learners == 3
    assert summary.visits >= 3
