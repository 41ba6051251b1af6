"""The screen of `explain`, from a phase made by hand."""

from datetime import datetime

import pytest

from engagement.gold.indicators import INDICATORS
from engagement.report.explained import ExplainedPhase
from engagement.report.explanation import explanation_text

_WEIGHTS = {"behavioural": 0.40, "cognitive": 0.30, "emotional": 0.15, "vocal": 0.15}


def _driver(name: str, dimension: str | None, contribution: float) -> dict[str, object]:
    return {
        "driver": name, "dimension": dimension, "contribution": contribution, "value": 3.0, "reference": 2.0,
    }  # fmt: skip


def test_explanation_text__each_contribution_with_weight_and_baseline() -> None:
    scores = {"behavioural": 55.0, "cognitive": 50.0, "emotional": None, "vocal": None}
    phase = {
        **scores, "language": "en", "level": "m1", "phase": "practice", "responses": 12, "sessions": 2,
        "started_at": datetime(2025, 1, 6), "ended_at": datetime(2025, 1, 9), "voiced_share": 0.0,
        "engagement": 53.5, "engagement_low": 50.0, "engagement_high": 57.0, "trend": None,
        "formula_version": "1", "emotion_model": None, "tone_model": None, "windows": [],
        "windows_by_time": [
            {
                "started_at": datetime(2025, 1, 6, 9), "ended_at": datetime(2025, 1, 9, 10),
                "responses": 12, "engagement": 54.25,
            }
        ],
        "drivers": [
            _driver("accuracy_gain", "cognitive", 2.0),
            _driver("accuracy_gain_change", "cognitive", 3.0),
            _driver("shrinkage", None, -1.5),
        ],
    }  # fmt: skip
    lines = explanation_text([ExplainedPhase(phase, [])], _WEIGHTS).splitlines()
    told = [" ".join(line.split()) for line in lines]
    assert "50.00 average of the language's population" in told
    level = next(line for line in told if line.startswith("+2.00"))
    change = next(line for line in told if line.startswith("+3.00"))
    # The indicator's weight, dealt to its level and its change by the level's share.
    weights = [float(line.split("cognitive ")[1].split()[0]) for line in (level, change)]
    gain = next(indicator for indicator in INDICATORS if indicator.name == "accuracy_gain")
    assert weights[0] == pytest.approx(gain.weight * gain.level_share, abs=0.006)
    assert sum(weights) == pytest.approx(gain.weight, abs=0.011)
    assert level.endswith("3.00 2.00")
    # Windows by count there are none, and so no table of them.
    assert [line for line in told if "windows" in line] == ["Sliding windows by time"]
    assert "06 Jan 2025 09:00:00 09 Jan 2025 10:00:00 12 54.2" in told
    assert "−1.50 thin evidence 3.00 2.00" in told
    assert told[told.index("−1.50 thin evidence 3.00 2.00") + 1].startswith("53.50 engagement")
