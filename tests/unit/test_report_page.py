"""The page and the closing screen, from figures made by hand."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from engagement.report.figures import ALL, Figures, Limits, with_intervals
from engagement.report.model_cards import ModelCard
from engagement.report.page import render
from engagement.report.plain import WIDTH_COLUMNS
from engagement.report.terminal import summary_text
from tests.browser import classroom

_HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
_DIMENSIONS = ("behavioural", "cognitive", "emotional", "vocal")
_MEASURED = ("engagement", "engagement_low", "engagement_high", *_DIMENSIONS)
_MADE_ON = datetime(2025, 3, 3)


class _Tags(HTMLParser):
    """Collects the tags of a page, with their attributes, and the texts of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.scripts[-1] += data


def _figures(text: str = "m1", language: str | None = "en") -> Figures:
    everybody = {"school_id": [ALL]}
    where = {"language": [language], "level": [text], "phase": ["practice"]}
    scores = {"scored": [2], "engagement": [44.0], "variance": [8.0], "error_variance": [1.0]}
    moves = {"trended": [2], "trend": [-1.5], "falling": [1], "rising": [0]}
    cells = {**everybody, **where, "learners": [3], "responses": [30], **scores, **moves}
    means: dict[str, Any] = {name: [50.0] for name in _DIMENSIONS}
    means |= {f"{name}_learners": [2] for name in _DIMENSIONS}
    week = {**everybody, "language": [language], "week": [pd.Timestamp("2025-01-06")]}
    middle = {"engagement": [44.0], "trend": [-1.5], "achievement": [40.0]}
    group = {
        "language": [language],
        "group_name": [text],
        "learners": [3],
        "example": [text],
        **everybody,
    }
    driver = {"driver": [text], "direction": ["down"], "learners": [2], "contribution": [-2.5]}
    moved = {"language": [ALL], "phase": [ALL], **driver}
    stays = {"weeks": [0, 1], "at_risk": [3, 3], "staying": [1.0, 0.67]}
    stays |= {"low": [1.0, 0.3], "high": [1.0, 0.9]}
    insight = {**where, **driver, "rank": [1], "sentence": [text], "next_step": [text]}
    learner = {"learner_id": ["0123456789abcdef" * 2], "group_name": [text], "reason": [text]}
    seen = {"responses": [9], "stop_probability": [0.62], "last_response_at": [pd.NaT], "next_step": [None]}
    files = {"kind": ["telemetry"], "files": [1], "lines": [10], "events": [12]}
    return Figures(
        cohort=text,
        learners=3,
        active_hours=1.5,
        first_at=datetime(2025, 1, 6),
        last_at=datetime(2025, 1, 9),
        phases=3,
        scored=2,
        trended=2,
        falling=1,
        rising=0,
        ledger=pd.DataFrame({**files, "kept": [9], "duplicates": [1], "rejected": [2]}),
        tallies=pd.DataFrame(
            [
                ("voice_in_scope", "ok", 6),
                ("voice_in_scope", None, 4),
                ("no_score", "no_reference", 1),
                ("rejected", text, 2),
                ("voice", "not_found", 1),
                ("tone_model", "ab" * 32, 3),
            ],
            columns=["tally", "value", "count"],
        ),
        attention_sizes=pd.DataFrame({"group_name": [text], "attention": [2]}),
        cells=with_intervals(pd.DataFrame(cells)),
        weeks=with_intervals(pd.DataFrame({**week, "learners": [3], "responses": [30], **scores})),
        groups=pd.DataFrame({**group, **middle}),
        dimensions=pd.DataFrame({**everybody, "language": [ALL], "phase": ["practice"], **means}),
        drivers=pd.DataFrame(moved),
        survival=pd.DataFrame({"language": ALL, "phase": "practice", **stays}),
        class_insights=pd.DataFrame(insight),
        attention=pd.DataFrame({**learner, **seen, **where, **middle, "school_id": ["5c" * 16]}),
        stops=pd.DataFrame(
            {
                "as_of": [_MADE_ON.date()],
                "horizon_days": [14],
                "foreseen": [40],
                "likely": [3],
                "expected": [6.4],
            }
        ),
        validation=_validation(),
        cards=[ModelCard("tone", "ab" * 32, text, "MIT", "fluency 0.81")],
        minimum_learners=2,
        limits=Limits(attention=1),
    )


def _validation() -> pd.DataFrame:
    columns = ["figure", "subgroup", "value", "low", "high", "n", "learners", "is_flagged", "reason"]
    rows = [
        ("forecast_auc", "all", 0.84, 0.79, 0.89, 120, 24, None, None),
        ("forecast_auc_recency_frequency", "all", 0.78, 0.72, 0.83, 120, 24, None, None),
        ("forecast_auc_gain_over_recency_frequency", "all", 0.06, 0.01, 0.10, 120, 24, None, None),
        ("forecast_calibration_error", "all", 0.031, 0.02, 0.05, 120, 24, None, None),
        ("forecast_told", "tenth=01", 0.05, None, None, 60, 20, None, None),
        ("forecast_came", "tenth=01", 0.10, 0.05, 0.19, 60, 20, None, None),
        ("split_half_reliability", "all", 0.9, 0.87, 0.93, 300, 60, None, None),
        ("group_kept", "all", 0.83, 0.8, 0.86, 300, 60, None, None),
        ("skill", "all", None, None, None, 8, 4, None, "no_variation"),
        ("voice_shift", "school=0123456789abcdef", -4.2, -5.0, -3.4, 90, 30, True, None),
    ]
    return pd.DataFrame(rows, columns=columns)


def _parsed(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    return tags


@pytest.fixture(scope="module")
def page() -> str:
    """An ordinary page."""
    return render(_figures(), generated_for="Class 4", generated_at=_MADE_ON)


def test_render__needs_nothing_beside_itself(page: str) -> None:
    asked_for = [
        (tag, name)
        for tag, attributes in _parsed(page).tags
        for name, value in attributes.items()
        if name in ("src", "href", "data", "action") and not (value or "").startswith("#")
    ]
    assert asked_for == []
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert len(page.encode()) < 5_000_000


def test_render__each_section_is_linked_and_each_chart_has_its_place(page: str) -> None:
    tags = _parsed(page).tags
    anchors = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {(attributes["href"] or "")[1:] for tag, attributes in tags if tag == "a"}
    places = {attributes["data-chart"] for _, attributes in tags if "data-chart" in attributes}
    assert links <= anchors
    assert {
        "attention",
        "phases",
        "forecast",
        "trend",
        "groups",
        "drivers",
        "trust",
        "quality",
        "reading",
    } <= links
    assert places == set(_charts(page))
    assert {
        "levels-0",
        "dimensions",
        "weeks",
        "active",
        "falling-0",
        "survival",
        "sizes",
        "effects",
        "calibration",
    } == places


def test_render__says_what_it_knows(page: str) -> None:
    assert "60 %" in page  # 6 of 10 responses with usable voice
    assert "2 of 3" in page  # phases scored
    assert "no reference population to compare with yet" in page
    assert "At first the 1 most urgent of 2 are shown." in page
    assert "the ledger balances" in page
    assert "62 %" in page  # the learner may stop
    assert 'data-id="0123456789abcdef0123456789abcdef">01234567</code>' in page


def test_render__says_how_far_forecast_and_scores_can_be_trusted(page: str) -> None:
    text = " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())
    assert "Of 40 active learners, about 6 are expected to give no answer for 14 days from 3 Mar 2025" in text
    assert "in 84 % of pairs, a regression on recency and frequency in 78 %: better for sure." in text
    assert "The mean gap is 3.1 %." in text
    assert "5 % 10 % 5 % to 19 % 60" in text  # the calibration's step
    assert "(Spearman-Brown) 0.90 0.87 to 0.93 300 60" in text
    assert "83 % 80 % to 86 %" in text
    assert "accuracy so far – all the same 8 4" in text
    assert (
        "school 01234567 What voice adds to a phase's score on average, points −4.2 −5.0 to −3.4 30" in text
    )


def test_render__unmeasured_scores_say_how_to_measure_them() -> None:
    figures = _figures()
    unmeasured = replace(figures, validation=figures.validation.head(0), stops=figures.stops.head(0))
    page = render(unmeasured, generated_for="Class 4", generated_at=_MADE_ON)
    assert "./spark-submit.sh validate_scores measures it" in page
    assert "Nothing is foreseen yet: there is too little history." in page


def test_render__a_forecast_that_was_not_tried_says_so_instead_of_an_empty_table() -> None:
    figures = _figures()
    untried = replace(figures, validation=figures.validation.head(0), stops=figures.stops.assign(likely=0))
    page = render(untried, generated_for="Class 4", generated_at=_MADE_ON)
    text = " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())
    assert "from 3 Mar 2025 on; for none of them that is more likely than not." in text
    assert "too little history to try the forecast" in text
    assert "The forecast, on learners that no model was fitted on" not in text


def test_render__hostile_text_stays_text() -> None:
    page = render(_figures(_HOSTILE, _HOSTILE), generated_for=_HOSTILE, generated_at=_MADE_ON)
    tags = _parsed(page)
    assert len(tags.scripts) == 3
    assert not [tag for tag, _ in tags.tags if tag == "img"]
    embedded = json.dumps(_embedded(page), ensure_ascii=False).replace('\\"', '"')
    assert _HOSTILE in embedded


def test_render__filled_to_its_limits_it_stays_under_five_megabytes() -> None:
    figures, limits = classroom.figures(), Limits()

    def filled(rows: pd.DataFrame, most: int) -> pd.DataFrame:
        schools = rows[rows["school_id"] != ALL]
        copies = pd.concat([schools] * -(-most // len(schools)), ignore_index=True).head(most)
        number = copies.index.to_series()
        names = [hashlib.md5(str(place % limits.schools).encode()).hexdigest() for place in number]
        noise = {name: copies[name] + (number * 0.37 % 20).round(2) for name in _MEASURED if name in copies}
        return pd.concat([rows[rows["school_id"] == ALL], copies.assign(school_id=names, **noise)])

    attention = pd.DataFrame([figures.attention.iloc[0]] * limits.attention_in_page).reset_index(drop=True)
    attention["learner_id"] = [f"{number:032x}" for number in attention.index]
    attention["reason"] = [f"{number} " + "x" * 200 for number in attention.index]
    large = replace(
        figures,
        attention=attention,
        cells=filled(figures.cells, limits.school_rows),
        weeks=filled(figures.weeks, limits.school_rows),
        groups=filled(figures.groups, limits.school_rows),
        dimensions=filled(figures.dimensions, limits.school_rows),
    )
    page = render(large, generated_for="Many", generated_at=_MADE_ON)
    assert 3_000_000 < len(page.encode()) < 5_000_000


def test_render__only_its_own_scripts_may_run(page: str) -> None:
    policy = next(
        attributes["content"] or ""
        for tag, attributes in _parsed(page).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert len(re.findall("'sha256-", policy)) == 2
    assert "script-src 'unsafe" not in policy


def test_render__ledger_that_loses_events_says_so() -> None:
    figures = _figures()
    figures.ledger.loc[0, "kept"] = 8
    page = render(figures, generated_for="Class 4", generated_at=_MADE_ON)
    assert "does not balance: +1 events are unaccounted for" in page


def test_summary_text__fits_and_says_where_everything_lies() -> None:
    screen = summary_text(_figures(_HOSTILE), warehouse="/w", report="/r.html")
    assert max(len(line) for line in screen.splitlines()) <= WIDTH_COLUMNS
    assert "\x1b" not in screen
    assert "report    /r.html" in screen
    assert "./spark-submit.sh notebook --warehouse /w" in screen


def test_summary_text__draws_mean_and_interval_on_the_strip() -> None:
    # Two points a column from 30: 44 is column 7; 44 ± 1.6449 · √(8 / 2) = 40.7 to 47.3 are columns 5 to 9.
    line = next(
        line for line in summary_text(_figures(), warehouse="w", report="r").splitlines() if "●" in line
    )
    assert line.split()[:8] == ["English", "m1", "Practice", "3", "30", "44", "41", "to"]
    assert "  ──●──┊  " in line
    assert line.endswith("−1.5")


def _charts(page: str) -> dict[str, Any]:
    charts: dict[str, Any] = _embedded(page)["charts"]
    return charts


def _embedded(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    embedded: dict[str, Any] = json.loads(found.group(1))
    return embedded
