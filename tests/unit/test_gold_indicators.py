"""The table of indicators, the formula's constants and the insights' texts: complete and consistent."""

import re
from math import sqrt

import pytest

from engagement.errors import ConfigurationError
from engagement.gold.formula import engagement_weights, likeness_within_visit, points_scale
from engagement.gold.indicators import INDICATORS, NAMES, of_dimension
from engagement.gold.texts import insight_texts
from engagement.schemas.enums import Dimension, Phase
from engagement.settings import ScoreSettings


def test_indicators__weigh_one_per_dimension() -> None:
    for dimension in Dimension:
        weights = [indicator.weight for indicator in of_dimension(dimension)]
        assert min(weights) > 0
        assert sum(weights) == pytest.approx(1)


def test_indicators__are_told_apart_signed_and_sourced() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for indicator in INDICATORS:
        assert set(indicator.signs) == set(Phase)
        assert set(indicator.signs.values()) <= {-1, 0, 1}
        assert 0 <= indicator.level_share <= 1
        assert indicator.source


def test_points_scale__makes_ten_points_one_deviation() -> None:
    # Cognitive: weights 0.75 and 0.25, so that the weighted mean of two independent z has sqrt(0.625).
    assert points_scale(Dimension.COGNITIVE) == pytest.approx(10 / sqrt(0.625))


def test_engagement_weights__have_length_one_in_the_stated_proportions() -> None:
    weights = engagement_weights(ScoreSettings())
    assert sum(weight**2 for weight in weights.values()) == pytest.approx(1)
    assert weights[Dimension.BEHAVIOURAL] / weights[Dimension.VOCAL] == pytest.approx(0.50 / 0.18)


def test_likeness_within_visit__is_the_share_of_facts_told_once_a_visit() -> None:
    # Cognitive: 0.25² of 0.25² + 0.75²; the voice differs from answer to answer.
    assert likeness_within_visit(Dimension.COGNITIVE) == pytest.approx(0.1)
    assert likeness_within_visit(Dimension.VOCAL) == 0


def test_insight_texts__fill_every_sentence_with_both_figures() -> None:
    texts = insight_texts("en")
    assert len(texts.sentences) == 4 * len(INDICATORS)
    for sentence in texts.sentences.values():
        assert re.findall(r"{\w+}", sentence).count("{who}") == 1
        assert set(re.findall(r"{\w+}", sentence)) == {"{who}", "{value}", "{reference}"}


def test_insight_texts__repeat_no_sentence_and_no_next_step() -> None:
    texts = insight_texts("en")
    for told in (texts.sentences, texts.next_steps):
        assert len(set(told.values())) == len(told)


def test_insight_texts__name_the_file_that_another_language_needs() -> None:
    with pytest.raises(ConfigurationError, match=r"insights_xx\.yaml"):
        insight_texts("xx")
