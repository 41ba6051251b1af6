"""Weights fitted to ratings whose origin is known."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from engagement.config import load_settings
from engagement.errors import ConfigurationError, InputError
from engagement.labelling.weights import FittedWeights, check_enough, fit_weights, weights_file

PRIOR = {"behavioural": 0.40, "cognitive": 0.30, "emotional": 0.15, "vocal": 0.15}
BUCKETS = 20


def _grams(
    slopes: list[float], *, noise: float, labels: int = 400, constant: bool = False
) -> NDArray[np.float64]:
    draw = np.random.default_rng(3)
    points = draw.normal(0, 5, (labels, 4))
    if constant:
        points[:, 3] = 0.0
    ratings = 3 + points @ np.array(slopes) + draw.normal(0, noise, labels)
    rows = np.column_stack([np.ones(labels), points, ratings])
    return np.stack([part.T @ part for part in np.array_split(rows, BUCKETS)])


def test_fit_weights__finds_what_the_ratings_follow() -> None:
    fitted = fit_weights(_grams([0.1, 0.0, 0.3, 0.0], noise=0.2), PRIOR)
    assert fitted.weights["emotional"] == pytest.approx(0.75, abs=0.02)
    assert fitted.weights["behavioural"] == pytest.approx(0.25, abs=0.02)
    assert sum(fitted.weights.values()) == pytest.approx(1.0)
    # √(.1² + .3²) · 5 of signal, .2 of noise; the prior's cosine with it is .085/(.316 · .541).
    assert fitted.after == pytest.approx(0.99, abs=0.01)
    assert fitted.before == pytest.approx(0.5 * 0.99, abs=0.06)
    assert 0 < fitted.gain_low < fitted.gain < fitted.gain_high


def test_fit_weights__never_negative_and_a_silent_dimension_keeps_its_share_of_the_prior() -> None:
    fitted = fit_weights(_grams([0.3, -0.1, 0.1, 0.0], noise=0.5, constant=True), PRIOR)
    assert fitted.weights["cognitive"] == 0.0
    assert 0 < fitted.weights["vocal"] < 0.5
    assert min(fitted.weights.values()) >= 0


def test_fit_weights__noise_leaves_the_prior_nearly_as_it_is() -> None:
    fitted = fit_weights(_grams([0.04, 0.03, 0.015, 0.015], noise=2.0, labels=80), PRIOR)
    assert fitted.strength >= 10
    assert fitted.weights == pytest.approx(PRIOR, abs=0.1)


def test_fit_weights__refuses_ratings_that_say_nothing() -> None:
    with pytest.raises(InputError, match="all the same"):
        fit_weights(_grams([0.0] * 4, noise=0.0), PRIOR)
    with pytest.raises(InputError, match="the wrong way round"):
        fit_weights(_grams([-0.4, -0.3, -0.2, -0.2], noise=0.1), PRIOR)


@pytest.mark.parametrize(("labels", "learners"), [(49, 40), (400, 19), (0, 0)])
def test_check_enough__says_how_many_it_takes(labels: int, learners: int) -> None:
    with pytest.raises(
        InputError, match=f"{labels} can be used, of {learners} learners; needed are 50, of 20"
    ):
        check_enough(labels, learners)
    check_enough(50, 20)


def test_weights_file__is_taken_by_the_configuration(tmp_path: Path) -> None:
    weights = {"behavioural": 1 / 3, "cognitive": 1 / 3, "emotional": 1 / 6, "vocal": 1 / 6}
    fitted = FittedWeights(weights, 0.41, 0.52, 0.11, 0.05, 0.17, 3.0)
    text = weights_file(fitted, labels=120, learners=40, made_at=datetime(2025, 3, 1, tzinfo=UTC))
    assert "120 labels of 40 learners on 2025-03-01" in yaml.safe_load(text)["origin"]
    file = tmp_path / "weights.yaml"
    file.write_text(text)
    taken = load_settings("local", [f"score.weights_file={file}"]).score.dimension_weights
    assert taken == {"behavioural": 0.3333, "cognitive": 0.3333, "emotional": 0.1667, "vocal": 0.1667}


def test_weights_file__a_wrong_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file"):
        load_settings("local", [f"score.weights_file={tmp_path / 'none.yaml'}"])
    file = tmp_path / "other.yaml"
    file.write_text("score: 3\n")
    with pytest.raises(ConfigurationError, match="holds no dimension_weights"):
        load_settings("local", [f"score.weights_file={file}"])
