"""Training: the regression, its graph, and the figures it is judged by."""

from pathlib import Path

import numpy as np
import pytest

from engagement.inference.emotion import EMOTIONS
from models.training import train_tone
from models.training.calibration import softmax, temperature
from models.training.emotions import Sharpness, probabilities
from models.training.evaluation import (
    calibration_error,
    interval,
    pearson,
    recall,
    speaker_folds,
    speaker_means,
    spearman,
)
from models.training.forest import fit_forest, forest_scores
from models.training.graphs import GraphBuilder, regression, squared_distances
from models.training.kernel_ridge import fit, predict
from models.training.networks import Recipe, fit_networks, network_scores, predict_networks

onnxruntime = pytest.importorskip("onnxruntime")


def run(graph: bytes, **inputs: np.ndarray) -> list[np.ndarray]:
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"]).run(None, inputs)


def test_fit__learns_a_curve() -> None:
    features = np.linspace(-2, 2, 80)[:, None]
    model = fit(features, np.sin(features), width=1.0, ridge=1e-3)
    np.testing.assert_allclose(predict(model, features), np.sin(features), atol=0.02)


def test_fit__one_clip_by_hand() -> None:
    # Two clips at z = ±1: kernel [[1, k], [k, 1]] with k = exp(-4), targets ∓1 about their mean.
    model = fit(np.array([[0.0], [2.0]]), np.array([[0.0], [2.0]]), width=1.0, ridge=0.5)
    np.testing.assert_allclose(model.weights[:, 0], [-1 / (1.5 - np.exp(-4)), 1 / (1.5 - np.exp(-4))])
    np.testing.assert_allclose(model.offset, [1.0])


def test_fit__features_left_out_do_not_matter() -> None:
    features = np.random.default_rng(0).normal(size=(30, 2))
    model = fit(features, features, width=1.0, ridge=0.1, used=np.array([True, False]))
    moved = features + np.array([0.0, 5.0])
    np.testing.assert_array_equal(predict(model, moved), predict(model, features))


def test_regression__graph_equals_python() -> None:
    random = np.random.default_rng(0)
    features, targets = random.normal(size=(40, 6)), random.normal(size=(40, 3))
    model = fit(features, targets, width=0.5, ridge=0.3)
    graph = GraphBuilder()
    scores = regression(graph, squared_distances(graph, "functionals", model), model)
    graph.node("Identity", [scores], name="scores")
    rows = random.normal(size=(7, 6)) * 3
    got = run(graph.build("test", {"functionals": 6}, {"scores": 3}), functionals=rows)[0]
    np.testing.assert_allclose(got, predict(model, rows), atol=1e-10)


def test_tone_graph__equals_python_with_and_without_text() -> None:
    random = np.random.default_rng(0)
    own, text, targets = (random.normal(size=(40, n)) for n in (6, 3, 2))
    told, untold = train_tone.fit(np.hstack([own, text]), targets + 5), train_tone.fit(own, targets + 5)
    rows, row_text = random.normal(size=(4, 6)), random.normal(size=(4, 3))
    row_text[1] = np.nan
    got = run(train_tone.tone_graph(told, untold), functionals=rows, text=row_text)[0]
    row_text[1] = 0
    expected = train_tone.predict(told, np.hstack([rows, row_text]))
    assert np.abs(expected[1] - train_tone.predict(untold, rows)[1]).max() > 0.01
    expected[1] = train_tone.predict(untold, rows)[1]
    np.testing.assert_allclose(got, expected, atol=1e-5)  # trees add up in single precision


def test_forest_scores__graph_equals_python() -> None:
    random = np.random.default_rng(0)
    features, targets = random.normal(size=(60, 4)), random.normal(size=(60, 3))
    forest = fit_forest(features, targets, trees=7, least_clips=2)
    graph = GraphBuilder()
    graph.node("Identity", [forest_scores(graph, "functionals", forest)], name="scores")
    rows = random.normal(size=(50, 4)) * 2
    got = run(graph.build("test", {"functionals": 4}, {"scores": 3}), functionals=rows)[0]
    assert got.std(axis=0).min() > 0.1
    np.testing.assert_allclose(got, forest.predict(rows), atol=1e-6)


def test_network_scores__graph_equals_python_and_ignores_what_is_left_out() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(1000, 3))
    targets = np.stack([np.abs(features[:, 0]), features[:, 1]], axis=1)
    recipe = Recipe(count=2, hidden=16, penalty=1e-3, epochs=60)
    model = fit_networks(features, targets, recipe=recipe, used=np.array([True, True, False]))
    rows = random.normal(size=(50, 3))
    expected = predict_networks(model, rows)
    assert pearson(np.abs(rows[:, 0]), expected[:, 0]) > 0.9  # a curve, which no line follows
    graph = GraphBuilder()
    graph.node("Identity", [network_scores(graph, "functionals", model)], name="scores")
    content = graph.build("test", {"functionals": 3}, {"scores": 2})
    np.testing.assert_allclose(run(content, functionals=rows)[0], expected, atol=1e-12)
    np.testing.assert_array_equal(predict_networks(model, rows + np.array([0, 0, 9])), expected)


def test_temperature__restores_the_sharpness_that_was_taken_out() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(20_000, 3))
    drawn = (softmax(4 * scores).cumsum(axis=1) < random.random((20_000, 1))).sum(axis=1)
    assert temperature(scores, drawn) == pytest.approx(4, abs=0.2)
    assert calibration_error(drawn, softmax(4 * scores)) < 0.02


def test_recall__is_the_mean_over_classes_not_clips() -> None:
    assert recall(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])) == 0.5


def test_calibration_error__by_hand() -> None:
    # Two clips at confidence 0.9, one right: |0.5 - 0.9|.
    sure = np.array([[0.9, 0.1], [0.9, 0.1]])
    assert calibration_error(np.array([0, 1]), sure) == pytest.approx(0.4)


def test_correlations__ties_share_a_rank() -> None:
    truth, guess = np.array([1.0, 2.0, 3.0, 100.0]), np.array([1.0, 2.0, 2.0, 9.0])
    assert spearman(truth, guess) == pytest.approx(
        pearson(np.array([1, 2, 3, 4.0]), np.array([1, 2.5, 2.5, 4]))
    )
    assert pearson(truth, truth * 2 + 1) == pytest.approx(1)


def test_speaker_folds__a_speaker_is_in_one_fold_only() -> None:
    speakers = np.array(["b", "a", "c", "a", "b"])
    assert speaker_folds(speakers, 2).tolist() == [1, 0, 0, 0, 1]
    assert speaker_means(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), speakers).tolist() == [3.0, 3.0, 3.0]


def test_interval__holds_the_figure_and_repeats() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=200)
    guess, speakers = truth + random.normal(size=200), np.repeat([str(i) for i in range(20)], 10)
    low, high = interval(pearson, truth, guess, speakers, draws=200)
    assert low < pearson(truth, guess) < high
    assert (low, high) == interval(pearson, truth, guess, speakers, draws=200)


def test_probabilities__arousal_moves_them_between_the_groups_by_hand() -> None:
    # Alike scores: 3 of 7 emotions are aroused, odds 3/4. A score of log(12) halves the way to odds of 12: 3.
    scores = np.append(np.zeros(7), np.log(12.0))[None, :]
    got = probabilities(scores, Sharpness(emotions=5.0, arousal=1.0))[0]
    aroused = [EMOTIONS.index(label) for label in ("anger", "fear", "happiness")]
    np.testing.assert_allclose(got[aroused], 0.75 / 3, atol=1e-12)
    np.testing.assert_allclose(got.sum(), 1, atol=1e-12)


def test_read_emodb__labels_and_speakers_come_from_the_names(corpora: Path, tmp_path: Path) -> None:
    from models.training.corpora import read_emodb  # noqa: PLC0415

    (tmp_path / "flac").mkdir()
    for name in ("03a01Fa", "11a02Tc"):
        (tmp_path / "flac" / f"{name}.flac").symlink_to(corpora / "emodb" / "flac" / f"{name}.flac")
    clips = read_emodb(tmp_path)
    assert clips.speakers.tolist() == ["03", "11"]
    assert [EMOTIONS[i] for i in clips.emotions] == ["happiness", "sadness"]


def test_main__trains_a_model_that_runs_and_keeps_its_figures(corpora: Path, tmp_path: Path) -> None:
    from engagement.inference.emotion import load_emotion_model  # noqa: PLC0415
    from models.training.train_emotion import main  # noqa: PLC0415

    by_kind: dict[str, Path] = {}
    for path in sorted((corpora / "emodb" / "flac").glob("*.flac")):
        if path.stem[:2] in ("03", "08", "14"):
            by_kind[f"{path.stem[:2]} {path.stem[5]}"] = path  # one clip per speaker and emotion
    (tmp_path / "corpus" / "flac").mkdir(parents=True)
    for path in by_kind.values():
        (tmp_path / "corpus" / "flac" / path.name).symlink_to(path)
    main(["--corpus", str(tmp_path / "corpus"), "--out", str(tmp_path / "emotion")])
    figures = load_emotion_model(str(tmp_path / "emotion")).description.figures
    assert figures["uar_7_emotions"] > 2 / 7  # twice what guessing gets
