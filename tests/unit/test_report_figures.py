"""Figures without Spark: intervals of means, plain text, and the order and words of cells."""

from typing import Any

import pandas as pd
import pytest

from engagement.config import VoiceSettings
from engagement.gold.indicators import NAMES
from engagement.report import words
from engagement.report.cells import extremes, level_order, ordered_cells
from engagement.report.figures import ALL, TEXT_LIMIT_CHARACTERS, plain_text, with_intervals
from engagement.report.model_cards import model_cards
from engagement.report.slices import chosen_first, packed
from engagement.report.survival import survival_curves
from engagement.schemas.enums import Dimension, Identity, NoScore, Phase, Reject, VoiceStatus


def _means(*rows: tuple[str | None, int, float | None, float | None, float | None]) -> pd.DataFrame:
    columns = ["language", "scored", "engagement", "variance", "error_variance"]
    means = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))
    return means.assign(school_id=ALL)


def test_with_intervals__pools_the_spread_between_learners_of_a_language() -> None:
    # Variances 30 (4 learners) and 90 (2 learners): pooled (3·30 + 1·90) / 4 = 45; of one learner 45 / 1.
    cells = with_intervals(
        _means(("en", 4, 50.0, 30.0, 0.0), ("en", 2, 50.0, 90.0, 0.0), ("en", 1, 50.0, None, 0.0))
    )
    half = (cells["engagement_high"] - cells["engagement_low"]) / 2
    assert (half**2 / 1.6449**2).tolist() == pytest.approx([45 / 4, 45 / 2, 45])


def test_with_intervals__takes_the_learners_own_uncertainty_where_that_is_wider() -> None:
    cells = with_intervals(_means(("en", 4, 50.0, 16.0, 9.0), ("ta", 1, 50.0, None, 25.0)))
    assert (cells["engagement_high"] - 50).tolist() == pytest.approx([1.6449 * 3, 1.6449 * 5])


def test_with_intervals__is_null_without_a_score_and_stays_within_the_scale() -> None:
    cells = with_intervals(_means(("en", 0, None, None, None), (None, 1, 99.0, None, 400.0)))
    assert cells["engagement_low"].isna().tolist() == [True, False]
    assert cells["engagement_high"].tolist()[1] == 100.0


def test_with_intervals__no_rows() -> None:
    assert with_intervals(_means()).empty


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("m1", "m1"),
        ("a\tb\nc\x00", "a\ufffdb\ufffdc\ufffd"),
        ("\x1b[31mred\u202e", "\ufffd[31mred\ufffd"),
        ("தமிழ் க்\u200dஷ", "தமிழ் க்\u200dஷ"),
        ("<script>", "<script>"),
        (None, None),
        ("x" * (TEXT_LIMIT_CHARACTERS + 1), "x" * (TEXT_LIMIT_CHARACTERS - 1) + "…"),
    ],
)
def test_plain_text__shows_what_cannot_steer(text: str | None, shown: str | None) -> None:
    assert plain_text(text) == shown


def test_survival_curves__kaplan_meier_with_its_interval() -> None:
    # 10 begin; in week 1 one of them stops and three are no longer followed; in week 3 three of six stop.
    # Greenwood after week 1: √(1 / (10 · 9)) = 0.1054; 0.9 to the power of e^±(1.6449 · 0.1054 / ln 0.9).
    counts = pd.DataFrame(
        {"language": "en", "phase": "practice", "weeks": [0, 2], "learners": [4, 6], "stopped": [1, 3]}
    )
    curve = survival_curves(counts, minimum=1)
    assert curve["weeks"].tolist() == [0, 1, 2, 3]
    assert curve["at_risk"].tolist() == [10, 10, 6, 6]
    assert curve["staying"].tolist() == pytest.approx([1.0, 0.9, 0.9, 0.45])
    assert curve[["low", "high"]].iloc[1].tolist() == pytest.approx([0.579, 0.980], abs=0.001)
    assert survival_curves(counts, minimum=7)["weeks"].tolist() == [0, 1]


def test_survival_curves__without_an_end_and_with_everybodys() -> None:
    ends = {"language": "en", "phase": ["a", "b"], "weeks": [0, 0], "learners": [6, 6], "stopped": [0, 6]}
    curves = survival_curves(pd.DataFrame(ends), minimum=1)
    assert curves["staying"].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert curves["low"].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert survival_curves(pd.DataFrame(ends).head(0), minimum=1).empty


def test_survival_curves__leave_out_small_classes_and_what_would_tell_them() -> None:
    languages = {"language": [ALL, "en", "hi", "ta"], "learners": [28, 12, 4, 12]}
    counts = pd.DataFrame({**languages, "phase": "practice", "weeks": 0, "stopped": 1})
    counts.loc[counts["language"] == "ta", "learners"] = 15
    assert survival_curves(counts, minimum=5)["language"].unique().tolist() == [ALL, "ta"]
    assert survival_curves(counts, minimum=4)["language"].nunique() == 4


def test_chosen_first__totals_where_there_are_any_and_all_rows_elsewhere() -> None:
    codes = {"school": [ALL, "x", ALL], "level": ["m1", "m1", "m2"]}
    assert chosen_first(codes, 3) == [0, 2]
    assert chosen_first({}, 2) == [0, 1]


def test_packed__tells_each_text_once_and_rounds_below_what_is_seen() -> None:
    rows = pd.DataFrame({"level": ["m1", "m2", "m1"], "score": [50.123, None, 1.0], "share": [0.12346, 1, 0]})
    assert packed(rows, {"level": ["m1", "m2", "m1"]}) == {
        "rows": 3,
        "codes": {"level": {"texts": ["m1", "m2"], "places": [0, 1, 0]}},
        "columns": {
            "level": {"texts": ["m1", "m2"], "places": [0, 1, 0]},
            "score": [50.12, None, 1.0],
            "share": [0.1235, 1.0, 0.0],
        },
    }


def test_model_cards__tell_the_shipped_models_and_leave_out_what_is_gone() -> None:
    cards = model_cards(VoiceSettings(calibrated_model="/nowhere"))
    assert [card.name for card in cards] == ["emotion", "tone"]
    assert all(len(card.sha256) == 64 and "MIT" in card.licence for card in cards)
    assert "mean recall: seven emotions 0." in cards[0].figures
    assert "children" in cards[1].figures


def test_level_order__is_that_of_learning_and_takes_any_text() -> None:
    levels: list[Any] = ["m10", "m2", "m0", "m²", None, "level"]
    assert sorted(levels, key=level_order)[:3] == ["m0", "m2", "m10"]


def test_ordered_cells__discovery_before_practice_and_unknown_last() -> None:
    cells = pd.DataFrame(
        {
            "language": ["en", "en", "en", None],
            "level": ["m1", "m1", "m0", "m0"],
            "phase": ["practice", "discovery", "odd", "showcase"],
        }
    )
    assert ordered_cells(cells)["phase"].tolist() == ["odd", "discovery", "practice", "showcase"]


def test_extremes__leaves_tiny_cells_out_where_there_are_others() -> None:
    columns = ["language", "level", "phase", "scored", "engagement", "engagement_low", "engagement_high"]
    cells = pd.DataFrame(
        [
            ("en", "m0", "practice", 5, 45.0, 40.0, 50.0),
            ("en", "m1", "practice", 9, 55.0, 50.0, 60.0),
            ("ta", "m1", "practice", 1, 5.0, 0.0, 20.0),
        ],
        columns=columns,
    )
    assert extremes(cells) == (
        "Engagement is lowest in English, m0, practice (45; 90 % interval 40 to 50; 5 learners) "
        "and highest in English, m1, practice (55; 90 % interval 50 to 60; 9 learners)."
    )
    assert extremes(cells[cells["scored"] == 1]) == (
        "Engagement is 5; 90 % interval 0 to 20; 1 learner in Tamil, m1, practice."
    )


def test_driver__names_every_indicator_and_its_change() -> None:
    assert set(NAMES) <= set(words.DRIVERS)
    assert words.driver("fluency_change") == "fluency, against own past"


def test_words__name_every_code() -> None:
    named = (
        (words.PHASES, Phase),
        (words.DIMENSIONS, Dimension),
        (words.REJECTS, Reject),
        (words.VOICE_STATUSES, VoiceStatus),
        (words.NO_SCORES, NoScore),
        (words.IDENTITIES, Identity),
    )
    for texts, codes in named:
        assert set(texts) == set(codes)


@pytest.mark.parametrize(
    ("value", "text"),
    [(-1.26, "−1.3"), (1234.0, "+1,234.0"), (-0.04, "0.0"), (float("nan"), "–"), (None, "–")],
)
def test_number__has_a_true_minus_and_no_signed_zero(value: float | None, text: str) -> None:
    assert words.number(value, decimals=1, signed=True) == text
