"""Figures without Spark: intervals of means, plain text, and the order and words of cells."""

from typing import Any

import pandas as pd
import pytest

from engagement.gold.indicators import NAMES
from engagement.report import words
from engagement.report.cells import extremes, level_order, ordered_cells
from engagement.report.figures import TEXT_LIMIT_CHARACTERS, plain_text, with_intervals
from engagement.schemas.enums import Dimension, Identity, NoScore, Phase, Reject, VoiceStatus


def _means(*rows: tuple[str | None, int, float | None, float | None, float | None]) -> pd.DataFrame:
    columns = ["language", "scored", "engagement", "variance", "error_variance"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))


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
