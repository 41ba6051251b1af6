"""`explain` takes a score apart, down to the line of telemetry that each response came from."""

import gzip
import json
import re
from argparse import Namespace
from pathlib import Path

import pytest

from engagement.errors import ConfigurationError
from engagement.schemas import PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT
from engagement.step import Run
from jobs.explain import explain
from tests.e2e.conftest import Scored

_NUMBER = re.compile(r"^ +([+−]?[0-9]+\.[0-9]{2})  ")


def _run(scored: Scored, **options: object) -> Run:
    defaults = {"language": None, "level": None, "phase": None, "responses": 5}
    settings = scored.settings([])
    return Run(scored.spark, settings, scored.warehouse, Namespace(**{**defaults, **options}))


def test_explain__contributions_sum_and_lines_are_the_ones_named(
    scored_class: Scored, capsys: pytest.CaptureFixture[str]
) -> None:
    phases = scored_class.table(PHASE_ENGAGEMENT).where("engagement is not null")
    phase = phases.orderBy("responses", "learner_id").collect()[-1]
    stage = {name: phase[name] for name in ("language", "level", "phase")}
    explain(_run(scored_class, learner=phase["learner_id"], **stage))
    screen = capsys.readouterr().out

    shown = [
        float(found[1].replace("−", "-")) for line in screen.splitlines() if (found := _NUMBER.match(line))
    ]
    *parts, engagement = shown
    assert parts[0] == 50
    assert len(parts) == len(phase["drivers"]) + 1
    assert sum(parts) == pytest.approx(engagement, abs=0.005 * len(shown))
    assert engagement == pytest.approx(phase["engagement"], abs=0.005)
    places = re.findall(r"^ +(\S+), line ([0-9]+), message (\S+)$", screen, re.MULTILINE)
    assert len(places) == 5
    for name, line, mid in places:
        (path,) = (scored_class.source / "telemetry").rglob(name)
        assert mid in _mids(path, int(line))


def test_explain__takes_a_raw_id_as_well(scored_class: Scored, capsys: pytest.CaptureFixture[str]) -> None:
    row = (
        scored_class.table(RESPONSE_ENGAGEMENT)
        .join(
            scored_class.spark.createDataFrame(scored_class.raw_learners(), "raw string, learner_id string"),
            on="learner_id",
        )
        .first()
    )
    assert row is not None
    explain(_run(scored_class, learner=row["raw"]))
    by_raw_id = capsys.readouterr().out
    explain(_run(scored_class, learner=row["learner_id"]))
    assert capsys.readouterr().out == by_raw_id
    assert row["raw"] not in by_raw_id


def test_explain__unknown_learner_is_one_sentence(scored_class: Scored) -> None:
    with pytest.raises(ConfigurationError, match="has no phase of this learner, level m15"):
        explain(_run(scored_class, learner="nobody", level="m15"))


def _mids(path: Path, line: int) -> list[str]:
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
    parsed = json.loads(text.split("\n")[line - 1])
    return [event["mid"] for event in parsed.get("events", [parsed])]
