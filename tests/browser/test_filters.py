"""Filters, lists cut with a word, and names from a file of the reader's."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.classroom import LEARNERS, SCHOOLS
from tests.browser.devtools import Browser

PHASES = "Engagement by language, level and phase"


def _table(page: Browser, title: str) -> list[list[str]]:
    rows: list[list[str]] = page.run(
        f"[...document.querySelector(`[data-table={json.dumps(title)}]`).tBodies[0].rows]"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return rows


def _told(page: Browser, selector: str) -> str:
    return str(page.run(f"document.querySelector({json.dumps(selector)}).textContent"))


def _symbols(page: Browser, chart: str) -> int:
    return int(page.run(f"document.querySelectorAll('#chart-{chart} .mark-symbol[role] path').length"))


def test_filters__language_acts_on_tables_and_charts(page: Browser) -> None:
    assert {row[0] for row in _table(page, PHASES)} == {"English", "Tamil"}
    page.choose("language", "ta")
    assert {row[0] for row in _table(page, PHASES)} == {"Tamil"}
    hidden = page.run("[...document.querySelectorAll('figure[hidden] h3')].map((title) => title.textContent)")
    assert hidden == ["English: engagement by level and phase", "English: where learners fade"]
    assert all("Tamil" in row[1] for row in _table(page, "The most urgent first"))
    assert "Shown: Tamil." in _told(page, "#filters-told")
    marked = page.run("getComputedStyle(document.querySelector('#quality h2'), '::after').content")
    assert "of all" in marked
    assert page.complaints() == []


def test_filters__level_and_phase_act_on_what_knows_them_and_others_say_so(page: Browser) -> None:
    before = _symbols(page, "levels-0")
    page.choose("level", "m1")
    page.choose("phase", "showcase")
    assert [row[:3] for row in _table(page, PHASES)] == [
        ["English", "m1", "Showcase"],
        ["Tamil", "m1", "Showcase"],
    ]
    assert (before, _symbols(page, "levels-0")) == (8, 1)
    assert _told(page, "#chart-weeks + .told") == "Of all, whatever level and phase is chosen above."
    assert _told(page, "#chart-survival + .told") == "Of all, whatever level is chosen above."


def test_filters__school_shows_its_own_rows_and_combines_with_the_others(page: Browser) -> None:
    page.choose("school", SCHOOLS[1])
    assert {row[3] for row in _table(page, PHASES)} == {"12"}
    page.choose("language", "en")
    assert {(row[0], row[3]) for row in _table(page, PHASES)} == {("English", "12")}
    learners = [row[0] for row in _table(page, "The most urgent first")]
    expected = [learner[:8] for place, learner in enumerate(LEARNERS) if place % 3 == 1 and place % 2 == 0]
    assert learners == expected
    assert "whatever school" in _told(page, "#chart-effects + .told")


def test_filters__nothing_left_says_so(page: Browser) -> None:
    page.choose("phase", "showcase")
    assert _table(page, "What moves the class") == [["none"]]
    page.choose("school", SCHOOLS[0])
    page.choose("level", "m10")
    assert page.complaints() == []


def test_filters__show_all_brings_back_what_the_file_holds(page: Browser, report: Path) -> None:
    page.choose("school", SCHOOLS[2])
    page.run("document.querySelector('#filters button').click()")
    page.wait("!document.body.classList.contains('filtered')")
    page.wait("document.querySelectorAll('figure[hidden]').length === 0")
    read = (
        "(document) => [...document.querySelectorAll('[data-table]')]"
        ".map((table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)))"
    )
    text = json.dumps(report.read_text(encoding="utf-8"))
    stored = page.run(f"({read})(new DOMParser().parseFromString({text}, 'text/html'))")
    assert page.run(f"({read})(document)") == stored
    assert len(stored) == 8


def test_lists__are_cut_with_a_word_and_tell_the_rest_on_demand(page: Browser) -> None:
    assert len(_table(page, "The most urgent first")) == 10
    assert _told(page, "#attention .below") == "10 of 30 rows. Show 10 more"
    page.run("document.querySelector('#attention .below button').click()")
    assert len(_table(page, "The most urgent first")) == 20
    assert page.run("document.activeElement.textContent") == LEARNERS[10][:8]


def test_names__stand_in_the_page_alone(page: Browser, tmp_path: Path) -> None:
    asked = len(page.requests())
    file = tmp_path / "names.csv"
    file.write_text(
        f'\ufeffclass,Name,learner_id\r\n4,"Devi, ""Asha""",{LEARNERS[0].upper()}\r\n'
        f'4,"<b>Two\nlines</b>\u202e",{LEARNERS[1]}\r\n4,,{LEARNERS[2]}\r\n4,Nobody,{"f" * 32}\r\n',
        encoding="utf-8",
        newline="",
    )
    page.give_file("#names-file", file)
    page.wait("document.querySelector('#names-told').textContent.includes('names read')")
    assert _told(page, "#names-told").startswith("3 names read; 2 of the 30 learners listed have one.")
    shown = [row[0] for row in _table(page, "The most urgent first")]
    assert shown[:3] == ['Devi, "Asha"', "<b>Two\ufffdlines</b>\ufffd", LEARNERS[2][:8]]
    page.choose("language", "en")
    assert _table(page, "The most urgent first")[0][0] == 'Devi, "Asha"'
    kept = page.run(
        "(() => { try { return localStorage.length + sessionStorage.length; } catch { return 0; } })()"
    )
    assert (kept, page.run("document.cookie"), len(page.requests())) == (0, "", asked)
    page.run("document.querySelector('#names button').click()")
    page.wait("document.querySelector('#names-told').textContent.includes('kept nowhere')")
    assert _table(page, "The most urgent first")[0][0] == LEARNERS[0][:8]


@pytest.mark.parametrize(
    ("content", "encode"),
    [
        ("learner_id\traw_id\n{id}\tpupil-7\n", lambda text: text.encode()),
        ("learner_id;name\n{id};pupil-7\n", lambda text: text.encode("utf-16")),
        ("raw_id,learner_id\r\npupil-7,{id}", lambda text: text.encode()),
    ],
)
def test_names__come_from_any_table_with_the_two_columns(
    page: Browser, tmp_path: Path, content: str, encode: Callable[[str], bytes]
) -> None:
    file = tmp_path / "names.txt"
    file.write_bytes(encode(content.format(id=LEARNERS[0])))
    page.give_file("#names-file", file)
    page.wait("document.querySelector('#names-told').textContent.includes('names read')")
    assert _table(page, "The most urgent first")[0][0] == "pupil-7"


def test_names__of_schools_join_those_of_learners(page: Browser, tmp_path: Path) -> None:
    for header, identifier, name in (("learner_id", LEARNERS[0], "Asha"), ("school_id", SCHOOLS[0], "Hill")):
        file = tmp_path / f"{header}.csv"
        file.write_text(f"{header},name\n{identifier},{name}\n", encoding="utf-8")
        page.give_file("#names-file", file)
        page.wait(f"document.body.textContent.includes('{name}')")
    page.choose("school", SCHOOLS[0])
    assert _told(page, "#filters-told").startswith("Shown: Hill.")
    assert _table(page, "The most urgent first")[0][0] == "Asha"


def test_names__file_of_another_kind_is_told(page: Browser, tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text("pupil,mark\nAsha,1\n", encoding="utf-8")
    page.give_file("#names-file", file)
    page.wait("document.querySelector('#names-told').textContent.includes('nothing was read')")
    assert page.complaints() == []
