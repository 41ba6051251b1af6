"""The generated pages are those that the code at hand makes, and say what it says."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from engagement.checks import between, noted_limits, one_of
from engagement.reference import configuration
from engagement.reference.__main__ import pages
from engagement.schemas import TABLES

_PAGES = pages()


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_reference__is_not_stale(path: Path) -> None:
    told = "make it anew: python -m engagement.reference"
    assert path.read_text(encoding="utf-8") == _PAGES[path], told


def test_configuration_reference__tells_a_key_with_kind_value_limits_and_meaning() -> None:
    page = configuration.configuration_reference(("local",))
    recheck = next(line for line in page.splitlines() if line.startswith("| `voice.recheck_days` |"))
    assert recheck == (
        "| `voice.recheck_days` | whole number | `0` | from 0 to 3,650 | Folders with a recording scored "
        "within so many days are listed again, and what has changed there is scored anew; 0: a scored "
        "recording counts as unchanging. |"
    )
    assert "| `paths.telemetry` | text | must be given |" in page
    assert "- `ingest.max_volume_fall`: Where nobody learns on Sundays, every seventh night brings" in page


def test_configuration_reference__has_a_meaning_for_every_key() -> None:
    page = configuration.configuration_reference(())
    rows = re.findall(r"^\| `\w+\.\w+` \|(.*)\|(.*)\|(.*)\|(.*)\|$", page, re.M)
    assert len(rows) > 60
    assert all(meaning.strip() for *_, meaning in rows)


def test_meanings__are_refused_where_a_key_has_none() -> None:
    @dataclass(frozen=True)
    class Halting:
        """A section.

        Attributes:
            told: What it is.
        """

        told: int = 1
        forgotten: int = 2

    with pytest.raises(KeyError, match="forgotten"):
        list(configuration._rows("halting", Halting, Halting(), {}, {}))


def test_data_dictionary__has_every_column_of_every_table() -> None:
    page = next(text for path, text in _PAGES.items() if "schemas" in path.parts)
    for table in TABLES:
        section = page.partition(f"## {table.name}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| \*{0,2}`(\w+)`\*{0,2} \|", section, re.M) == table.column_names


def test_noted_limits__are_those_of_the_checks_made_meanwhile() -> None:
    with noted_limits() as limits:
        between("voice.threads", 1, 1, 1_000)
        one_of("identity.fallback", "device", ("device", "content_session"))
    between("voice.batch", 1, 1, 2)
    assert limits == {
        "voice.threads": "from 1 to 1,000",
        "identity.fallback": "one of device, content_session",
    }
