"""The README says what the code does: its steps and its indicators are those of the code."""

import re
from pathlib import Path

from engagement.gold.indicators import INDICATORS
from engagement.schemas import TABLES
from jobs.all import PIPELINE

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_readme__tells_every_indicator_with_its_weight_and_reason() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\d.]+) \| ([\d.]+) \| [\w ]+ \| (.+) \|$", README, re.M)
    assert [(row[0], row[1], float(row[2]), float(row[3]), row[4]) for row in rows] == [
        (each.name, each.dimension.value, each.weight, each.level_share, each.source) for each in INDICATORS
    ]


def test_readme__tells_every_step_and_the_tables_it_writes() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", README, re.M)
    assert [step for step, _ in rows] == list(PIPELINE)
    told = set(re.findall(r"`(\w+\.\w+)`", " ".join(written for _, written in rows)))
    assert told - {"report.html"} == {table.name for table in TABLES if not table.name.startswith("ops.")}
