"""The report of a class that went the whole way, in a real browser."""

import json
import re

import pytest

from engagement.schemas import PHASE_ENGAGEMENT
from tests.browser.devtools import BROWSER, browser
from tests.e2e.conftest import Scored

FEWEST = 5  # conf/base.yaml: report.minimum_learners


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="Chromium is not here: apt-get install chromium")
def test_publish_report__its_page_opens_without_a_complaint(scored_class: Scored) -> None:
    page = scored_class.root / "report.html"
    with browser() as chromium:
        chromium.open(page)
        assert chromium.complaints() == []
        assert chromium.requests() == [page.as_uri()]
        learners = chromium.run("document.querySelector('.headline dd').textContent")
    phases = scored_class.table(PHASE_ENGAGEMENT).where("cohort = 'all'")
    assert learners == str(phases.select("learner_id").distinct().count())


def test_publish_report__embeds_nothing_of_fewer_learners_than_are_shown(scored_class: Scored) -> None:
    page = (scored_class.root / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    rows = json.loads(found.group(1))["rows"]
    told = [count for packed in rows.values() for count in packed["columns"].get("learners", [])]
    assert told
    assert min(told) >= FEWEST
