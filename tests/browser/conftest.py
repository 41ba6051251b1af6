"""A report of a simulated class's shape, made from figures alone, and the browser that reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement.report.page import render
from tests.browser.classroom import MADE_ON, figures
from tests.browser.devtools import BROWSER, Browser, browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where there is no browser."""
    missing = pytest.mark.skip(reason="Chromium is not here: apt-get install chromium")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if BROWSER is None:
                item.add_marker(missing)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report's file."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(render(figures(), generated_for="Class 4", generated_at=MADE_ON), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One running browser for all tests."""
    with browser() as running:
        yield running


@pytest.fixture
def page(chromium: Browser, report: Path) -> Browser:
    """The report, freshly opened in a window of a laptop's width, in light colours."""
    chromium.events.clear()
    chromium.resize(1280)
    chromium.prefer(colours="light")
    chromium.open(report)
    return chromium
