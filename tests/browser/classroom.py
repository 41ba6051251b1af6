"""Figures of two languages, three schools and ten weeks, with hostile names among them."""

from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from engagement.report.figures import ALL, Figures, Limits, plain_text, with_intervals
from engagement.report.model_cards import ModelCard
from engagement.report.survival import survival_curves
from engagement.schemas.enums import Dimension

MADE_ON = datetime(2025, 3, 3)
HOSTILE = (
    "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>\"'&\u202e\x07"
)
SHOWN_HOSTILE = str(plain_text(HOSTILE))
SCHOOLS = ("a1" * 16, "b2" * 16, "c3" * 16)
LEARNERS = [f"{number:032x}" for number in range(1, 31)]
LANGUAGES = ("en", "ta")


def figures() -> Figures:
    """Return the figures of a class; every text column holds a hostile name somewhere."""
    chance = np.random.default_rng(7)
    return Figures(
        cohort="all",
        learners=60,
        active_hours=120.0,
        first_at=datetime(2025, 1, 6),
        last_at=datetime(2025, 2, 28),
        phases=400,
        scored=320,
        trended=200,
        falling=30,
        rising=12,
        ledger=_frame(
            kind=["telemetry", "export"], files=[9, 3], lines=[9_000, 900], events=[8_900, 900]
        ).assign(kept=[8_700, 880], duplicates=[150, 15], rejected=[50, 5]),
        tallies=pd.DataFrame(
            [
                ("voice_in_scope", "ok", 3_000),
                ("voice_in_scope", None, 1_000),
                ("no_score", "too_few_responses", 80),
                ("rejected", SHOWN_HOSTILE, 55),
                ("voice", "not_found", 12),
                ("identity", "virtual_id", 4_000),
                ("emotion_model", "ab" * 32, 300),
                ("tone_model", "cd" * 32, 300),
            ],
            columns=["tally", "value", "count"],
        ),
        attention_sizes=_frame(group_name=["fading", "silent"], attention=[20, 10]),
        cells=with_intervals(pd.DataFrame(_cells(chance))),
        weeks=with_intervals(pd.DataFrame(_weeks(chance))),
        groups=pd.DataFrame(_groups()),
        dimensions=pd.DataFrame(_dimensions(chance)),
        drivers=pd.DataFrame(_drivers()),
        survival=survival_curves(pd.DataFrame(_stays()), minimum=5),
        class_insights=pd.DataFrame(_insights()),
        attention=pd.DataFrame(_attention()),
        stops=_frame(as_of=[MADE_ON.date()], horizon_days=[14], foreseen=[50], likely=[6], expected=[9.4]),
        validation=_validation(),
        cards=[ModelCard("tone", "cd" * 32, SHOWN_HOSTILE, "MIT", "fluency 0.81")],
        minimum_learners=5,
        limits=Limits(),
    )


def _cells(chance: np.random.Generator) -> Iterator[dict[str, Any]]:
    schools = (ALL, *SCHOOLS)
    levels = ("m1", "m2", "m10", SHOWN_HOSTILE)
    for school, language, level, phase in product(schools, LANGUAGES, levels, ("practice", "showcase")):
        learners = 40 if school == ALL else 12
        yield {
            "school_id": school, "language": language, "level": level, "phase": phase,
            "learners": learners, "scored": learners - 2, "responses": 9 * learners,
            "engagement": 50 + 4 * chance.standard_normal(), "variance": 20.0, "error_variance": 0.5,
            "trended": learners - 5, "trend": chance.standard_normal(), "falling": learners // 6, "rising": 1,
        }  # fmt: skip


def _weeks(chance: np.random.Generator) -> Iterator[dict[str, Any]]:
    days = pd.date_range("2025-01-06", periods=8, freq="7D")
    for school, language, week in product((ALL, *SCHOOLS), LANGUAGES, days):
        learners = 30 if school == ALL else 10
        yield {
            "school_id": school, "language": language, "week": week,
            "learners": learners, "scored": learners, "responses": 12 * learners,
            "engagement": 50 + 2 * chance.standard_normal(), "variance": 20.0, "error_variance": float("nan"),
        }  # fmt: skip


def _groups() -> Iterator[dict[str, Any]]:
    for school, language, name in product((ALL, *SCHOOLS), LANGUAGES, ("fading", "thriving", SHOWN_HOSTILE)):
        yield {
            "school_id": school, "language": language, "group_name": name,
            "learners": 15 if school == ALL else 5, "engagement": 48.0, "trend": -0.4, "achievement": 51.0,
            "example": SHOWN_HOSTILE,
        }  # fmt: skip


def _dimensions(chance: np.random.Generator) -> Iterator[dict[str, Any]]:
    for school, language, phase in product((ALL, *SCHOOLS), (ALL, *LANGUAGES), ("practice", "showcase")):
        means = {str(name): 50 + 3 * chance.standard_normal() for name in Dimension}
        counts = {f"{name}_learners": 20 for name in Dimension}
        yield {"school_id": school, "language": language, "phase": phase, "learners": 20, **means, **counts}


def _drivers() -> Iterator[dict[str, Any]]:
    phases = (ALL, "practice", "showcase")
    names = ("days_away", "accuracy_gain", "boredom", SHOWN_HOSTILE)
    for language, phase, driver, direction in product((ALL, *LANGUAGES), phases, names, ("up", "down")):
        yield {
            "language": language, "phase": phase, "driver": driver, "direction": direction,
            "learners": 30 if language == phase == ALL else 12,
            "contribution": 1.5 if direction == "up" else -1.5,
        }  # fmt: skip


def _stays() -> Iterator[dict[str, Any]]:
    for language, phase, weeks in product((ALL, *LANGUAGES), ("practice", "showcase"), range(6)):
        yield {"language": language, "phase": phase, "weeks": weeks, "learners": 9, "stopped": weeks % 3}


def _insights() -> Iterator[dict[str, Any]]:
    for language, level, direction in product(LANGUAGES, ("m1", "m2"), ("up", "down")):
        yield {
            "language": language, "level": level, "phase": "practice", "driver": "days_away",
            "direction": direction, "contribution": 2.0 if direction == "up" else -2.0, "rank": 1,
            "sentence": f"The class {direction} {SHOWN_HOSTILE}", "next_step": "Agree on two fixed days.",
        }  # fmt: skip


def _attention() -> Iterator[dict[str, Any]]:
    for number, learner in enumerate(LEARNERS):
        yield {
            "learner_id": learner, "language": LANGUAGES[number % 2], "school_id": SCHOOLS[number % 3],
            "group_name": "fading", "engagement": 45.0, "trend": -2.0, "responses": 60,
            "stop_probability": 0.4, "last_response_at": pd.Timestamp("2025-02-27"),
            "reason": f"{SHOWN_HOSTILE} {number}", "level": "m1", "phase": "practice",
            "next_step": "Set a small goal for the visit.",
        }  # fmt: skip


def _validation() -> pd.DataFrame:
    tenths = [
        (figure, f"tenth={place:02d}", place / 12 + shift, place / 12, place / 12 + 0.1, 60, 20, None, None)
        for place in range(1, 11)
        for figure, shift in (("forecast_told", 0.04), ("forecast_came", 0.05))
    ]
    rows = [
        ("forecast_auc", "all", 0.84, 0.79, 0.89, 120, 24, None, None),
        ("forecast_auc_recency_frequency", "all", 0.78, 0.72, 0.83, 120, 24, None, None),
        ("forecast_auc_gain_over_recency_frequency", "all", 0.06, 0.01, 0.10, 120, 24, None, None),
        ("forecast_calibration_error", "all", 0.031, 0.02, 0.05, 120, 24, None, None),
        ("split_half_reliability", "all", 0.9, 0.87, 0.93, 300, 60, None, None),
        ("voice_shift", f"school={SCHOOLS[0]}", -4.2, -5.0, -3.4, 90, 30, True, None),
        *tenths,
    ]
    columns = ["figure", "subgroup", "value", "low", "high", "n", "learners", "is_flagged", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _frame(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)
