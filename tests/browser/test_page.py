"""The page as a browser shows it: quiet, alone, unharmed by hostile text, readable, reachable by keyboard."""

import json
from pathlib import Path

import pytest

from tests.browser.classroom import SHOWN_HOSTILE
from tests.browser.devtools import Browser

WIDTHS = (390, 800, 1280)
_CHARTS_FIT = (
    "[...document.querySelectorAll('.chart svg')]"
    ".every((svg) => svg.clientWidth <= svg.parentElement.clientWidth)"
)
A4_PIXELS = 718  # 210 mm without Chromium's margins, at 96 dots an inch


def test_page__draws_every_chart_without_a_complaint_or_a_request(page: Browser, report: Path) -> None:
    drawn = page.run(
        "[...document.querySelectorAll('[data-chart]')].map((c) => c.querySelector('svg') !== null)"
    )
    assert len(drawn) == 11
    assert all(drawn)
    assert page.complaints() == []
    assert page.requests() == [report.as_uri()]


def test_page__may_ask_the_network_for_nothing(page: Browser) -> None:
    refused = page.run(
        "new Promise((resolve) => { addEventListener('securitypolicyviolation', (event) => "
        "resolve(event.effectiveDirective)); fetch('https://example.org/').catch(() => 0); })"
    )
    assert refused == "connect-src"


def test_page__hostile_names_stay_text(page: Browser) -> None:
    def seen() -> tuple[object, ...]:
        text = page.run("document.querySelector('#phases').innerText")
        return (
            page.run("document.title"),
            page.run("document.querySelectorAll('img, iframe, object').length"),
            page.run("document.scripts.length"),
            SHOWN_HOSTILE in text,
        )

    assert seen() == ("Engagement: Class 4", 0, 3, True)
    page.choose("level", SHOWN_HOSTILE)
    assert seen() == ("Engagement: Class 4", 0, 3, True)
    drawn = page.run("document.querySelector('#chart-levels-0 svg').textContent")
    assert "script" in drawn
    assert page.complaints() == []


def test_page__sentences_are_read_on_a_phone_without_scrolling_sideways(page: Browser) -> None:
    page.resize(390)
    wide = "[...document.querySelectorAll('.wide:has(.told-long)')]"
    assert page.run(f"{wide}.filter((table) => table.scrollWidth > table.clientWidth).length") == 0
    shown = page.run("getComputedStyle(document.querySelector('#attention td'), '::before').content")
    assert shown == '"group: "'
    page.choose("language", "en")
    assert page.run("document.querySelector('#attention td').dataset.label") == "group"


@pytest.mark.parametrize("width", WIDTHS)
def test_page__fits_the_window(page: Browser, width: int, tmp_path: Path) -> None:
    page.resize(width)
    page.wait(_CHARTS_FIT)
    assert page.run("document.documentElement.scrollWidth") <= width
    picture = page.picture()
    (tmp_path / f"report_{width}.png").write_bytes(picture)
    assert len(picture) > 50_000


def test_page__print_cuts_nothing_off(page: Browser) -> None:
    page.resize(A4_PIXELS)
    page.send("Emulation.setEmulatedMedia", media="print")
    page.wait(_CHARTS_FIT)
    wider = page.run(
        "[...document.querySelectorAll('main *')]"
        ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => e.tagName + ' ' + e.textContent.slice(0, 40))"
    )
    page.send("Emulation.setEmulatedMedia", media="")
    assert wider == []
    printed = page.printed()
    assert printed.startswith(b"%PDF")
    assert 5 <= printed.count(b"/Type /Page\n") <= 30


def test_page__every_control_is_reached_by_the_tab_key_and_shows_it(page: Browser) -> None:
    wanted = page.run(
        "[...document.querySelectorAll('a[href], select, button, input, summary, [tabindex=\"0\"]')]"
        ".filter((e) => e.checkVisibility() && !e.closest('details:not([open]) > :not(summary)'))"
        ".map((e, place) => { e.dataset.stop = place; return place; })"
    )
    reached, unseen = [], []
    for _ in range(len(wanted) + 3):
        page.press("Tab", code=9)
        stop, outline = page.run(
            "[document.activeElement.dataset.stop, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if stop is not None:
            reached.append(int(stop))
            if outline == "none":
                unseen.append(stop)
    assert set(wanted) <= set(reached)
    assert reached[: len(wanted)] == sorted(reached[: len(wanted)])
    assert unseen == []


def test_page__names_its_parts_for_a_screen_reader(page: Browser) -> None:
    nameless = page.run(_script("nameless.js"))
    assert nameless == {
        "charts": 0, "tables": 0, "heads": 0, "controls": 0, "sections": 0, "links": 0, "twice": []
    }  # fmt: skip


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_page__contrast_is_enough(page: Browser, colours: str) -> None:
    page.prefer(colours=colours)
    page.run("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    page.choose("language", "ta")
    is_dark = page.run("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
    assert is_dark == (colours == "dark")
    assert page.run(_script("contrast.js")) == []


def test_page__contrast_check_finds_what_is_too_pale(page: Browser) -> None:
    page.run("document.querySelector('h1 bdi').style.color = '#bbb'")
    assert any("Class 4" in poor for poor in page.run(_script("contrast.js")))


def test_page__tells_the_figure_under_the_pointer(page: Browser) -> None:
    place = page.run(
        "(() => { const mark = document.querySelector('#chart-levels-0 .mark-symbol path');"
        "mark.scrollIntoView({block: 'center'}); const box = mark.getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
    )
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
    page.wait("document.querySelector('#vg-tooltip-element.visible') !== null")
    told = page.run("document.querySelector('#vg-tooltip-element').innerText")
    assert "90 % interval" in told
    assert "learners" in told


def test_page__link_of_a_section_brings_it_into_view(page: Browser) -> None:
    page.run("document.querySelector('nav a[href=\"#drivers\"]').click()")
    page.wait("document.querySelector('#drivers h2').getBoundingClientRect().top < innerHeight / 2")
    covered = page.run(
        "document.querySelector('.top').getBoundingClientRect().bottom"
        " - document.querySelector('#drivers h2').getBoundingClientRect().top"
    )
    assert covered <= 0
    assert json.loads(page.run("JSON.stringify(location.hash)")) == "#drivers"


def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
