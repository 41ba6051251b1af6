"""Training of the learner-calibrated model: baselines, shrinkage and the graph that inference runs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engagement.audio.functionals import functional_names
from engagement.inference.emotion import EMOTIONS
from models.training.baselines import (
    Baselines,
    Population,
    describe_population,
    drawn_baselines,
    relative,
    speaker_baselines,
    trust,
)
from models.training.calibrated import calibrated_graph, fit_calibrated
from models.training.calibration import softmax
from models.training.emotions import Sharpness, emotion_scores, probabilities
from models.training.views import used_functionals

onnxruntime = pytest.importorskip("onnxruntime")

SPEAKERS = np.repeat(["a", "b", "c"], 14)
MOODS = np.tile(np.arange(7), 6)
SHARPNESS = Sharpness(emotions=3.0, arousal=4.0)


def corpus() -> NDArray[np.float64]:
    random = np.random.default_rng(0)
    own = np.repeat(random.normal(size=(3, len(functional_names()))), 14, axis=0) * 2
    return own + random.normal(size=(42, len(functional_names()))) + MOODS[:, None] * 0.2


def test_describe_population__takes_within_and_between_apart() -> None:
    # Speakers 0, 2 and 10, 12: within (1+1+1+1)/2 = 2; means 1 and 11, variance 25, less 2 · 2/4.
    rows = np.array([[0.0], [2.0], [10.0], [12.0]])
    population = describe_population([rows], np.array(["a", "a", "b", "b"]))
    assert population.centre[0] == 6
    assert population.variance[0] == pytest.approx(2)
    assert population.prior_clips[0] == pytest.approx(2 / (25 - 1))


def test_relative__is_shrunk_by_the_number_of_clips() -> None:
    population = Population(np.array([0.0]), np.array([4.0]), np.array([3.0]))
    one = Baselines(np.array([[1.0]]), np.array([[8.0]]), np.array([[0.0]]))
    # Centre 1/(1+3) · 8 = 2; variance (5 · 4 + 0)/(5 - 1 + 1) = 4.
    assert relative(np.array([[8.0]]), one, population)[0, 0] == pytest.approx((8 - 2) / 2)
    many = Baselines(np.array([[995.0]]), np.array([[8.0]]), np.array([[9.0]]))
    assert relative(np.array([[8.0]]), many, population)[0, 0] == pytest.approx(0, abs=0.01)


def test_trust__grows_with_clips_and_wants_them_varied() -> None:
    population, used = Population(np.zeros(3), np.ones(3), np.ones(3)), np.ones(3, dtype=np.bool_)
    clips = np.array([[1.0], [6.0], [6.0], [60.0]])
    variance = np.array([0.0, 5 / 6, 0.4, 1.0])[:, None] * np.ones(3)
    got = trust(Baselines(clips, np.zeros((4, 3)), variance), population, used)[:, 0]
    assert got == pytest.approx([0, 6 / 12, 0, 60 / 66])


def test_drawn_baselines__hold_the_clip_and_keep_to_speaker_and_mood() -> None:
    rows = np.stack([np.where(SPEAKERS == "a", 0.0, 100.0), MOODS.astype(float)], axis=1)
    drawn = drawn_baselines(rows, SPEAKERS, clips=2, moods=MOODS)
    np.testing.assert_array_equal(drawn.mean, rows)
    assert (drawn.clips == 2).all()
    np.testing.assert_array_equal(drawn_baselines(rows, SPEAKERS, clips=1).mean, rows)
    assert (drawn_baselines(rows, SPEAKERS, clips=99).clips == 14).all()


def test_calibrated_graph__equals_python() -> None:
    rows = corpus()
    reliable = np.arange(rows.shape[1]) % 3 > 0
    model = fit_calibrated([rows], SPEAKERS, MOODS, reliable=reliable)
    baselines = speaker_baselines(rows, SPEAKERS)
    plain = softmax(np.random.default_rng(1).normal(size=(42, len(EMOTIONS))))
    session = onnxruntime.InferenceSession(
        calibrated_graph(model, SHARPNESS), providers=["CPUExecutionProvider"]
    )
    inputs = {
        "functionals": rows,
        "probabilities": plain,
        "baseline_clips": baselines.clips,
        "baseline_mean": baselines.mean,
        "baseline_variance": baselines.variance,
    }
    got, dimensions = session.run(["calibrated", "dimensions"], inputs)
    heard = probabilities(emotion_scores(model.head, relative(rows, baselines, model.population)), SHARPNESS)
    share = trust(baselines, model.population, used_functionals())
    assert 0.1 < share.mean() < 0.9
    np.testing.assert_allclose(got, plain + share * (heard - plain), atol=1e-9)
    np.testing.assert_allclose(dimensions[:, 0], got[:, [0, 3, 4]].sum(axis=1), atol=1e-9)
