"""Models of one's own that hear waveforms: batches change no score, labels mean what model.yaml says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engagement.errors import ModelError
from engagement.inference import waveforms
from engagement.inference.emotion import EMOTIONS, load_emotion_model, score_emotion
from engagement.inference.runtime import describe_model
from engagement.inference.waveforms import run_on_waveforms
from tests.unit.sounds import tone
from tests.unit.waveform_models import MASK, WAVEFORM, expected_probabilities, write_waveform_model

# Amplitude .5 is a mean square of .125; lengths that no bucket fits.
CLIPS = [tone(seconds=0.7), 0.5 * tone(seconds=2.3), tone(seconds=0.31), 2 * tone(seconds=2.3)]
MEAN_SQUARES = [0.125, 0.03125, 0.125, 0.5]


@pytest.mark.parametrize("is_masked", [True, False])
def test_run_on_waveforms__batches_and_padding_change_no_score(tmp_path: Path, is_masked: bool) -> None:
    model = load_emotion_model(str(write_waveform_model(tmp_path, is_masked=is_masked)))
    together = run_on_waveforms(model, CLIPS)
    np.testing.assert_allclose(together, expected_probabilities(MEAN_SQUARES), atol=1e-5)
    for i, clip in enumerate(CLIPS):
        np.testing.assert_allclose(run_on_waveforms(model, [clip])[0], together[i], atol=1e-6)


def test_run_on_waveforms__a_batch_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waveforms, "MOST_SAMPLES", 40_000)
    model = load_emotion_model(str(write_waveform_model(tmp_path, is_masked=True)))
    shapes: list[tuple[int, ...]] = []

    class Watched:
        description = model.description

        def run(self, inputs: dict[str, Any]) -> dict[str, Any]:
            shapes.append(inputs["waveform"].shape)
            return model.run(inputs)

    got = run_on_waveforms(Watched(), CLIPS)  # type: ignore[arg-type]
    # Half seconds: .31 and .7 s go together as one second, 2.3 s as 2.5; two of those would be 80,000.
    assert shapes == [(2, 16_000), (1, 40_000), (1, 40_000)]
    np.testing.assert_allclose(got, expected_probabilities(MEAN_SQUARES), atol=1e-5)


def test_score_emotion__labels_that_mean_nothing_here_are_left_out(tmp_path: Path) -> None:
    model = load_emotion_model(str(write_waveform_model(tmp_path, is_masked=True)))
    scores = score_emotion(model, np.zeros((4, 0)), CLIPS)
    both = expected_probabilities(MEAN_SQUARES)[:, :2]
    np.testing.assert_allclose(scores["emotion_anger"], both[:, 0] / both.sum(axis=1), atol=1e-5)
    np.testing.assert_allclose(scores["emotion_anger"] + scores["emotion_boredom"], 1, atol=1e-6)
    np.testing.assert_allclose(scores["arousal"], scores["emotion_anger"], atol=1e-12)
    # Of anger and boredom neither is positive: such a model cannot tell.
    assert np.isnan(scores["valence"]).all()
    assert np.isnan(scores["emotion_neutral"]).all()


def test_score_emotion__two_labels_of_one_emotion_are_added_up(tmp_path: Path) -> None:
    meaning = {"loud": "happiness", "soft": "sadness", "noise": "happiness"}
    model = load_emotion_model(str(write_waveform_model(tmp_path, is_masked=True, emotions=meaning)))
    scores = score_emotion(model, np.zeros((4, 0)), CLIPS)
    expected = expected_probabilities(MEAN_SQUARES)
    np.testing.assert_allclose(scores["emotion_happiness"], expected[:, [0, 2]].sum(axis=1), atol=1e-5)
    np.testing.assert_allclose(scores["valence"], scores["emotion_happiness"], atol=1e-12)


def test_score_emotion__no_clips_give_no_scores(tmp_path: Path) -> None:
    model = load_emotion_model(str(write_waveform_model(tmp_path, is_masked=True)))
    scores = score_emotion(model, np.zeros((0, 0)), [])
    assert set(scores) == {*(f"emotion_{label}" for label in EMOTIONS), "arousal", "valence"}
    assert all(len(values) == 0 for values in scores.values())


def test_fingerprint__follows_what_the_labels_mean(tmp_path: Path) -> None:
    first = describe_model(str(write_waveform_model(tmp_path / "a", is_masked=True)))
    meaning = {"loud": "anger", "soft": "sadness", "noise": None}
    second = describe_model(str(write_waveform_model(tmp_path / "b", is_masked=True, emotions=meaning)))
    assert first.sha256 == second.sha256
    assert first.fingerprint != second.fingerprint
    assert describe_model("emotion").fingerprint == describe_model("emotion").sha256


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"emotions": "left out"}, r"'loudness': emotions names nothing; expected .*loud, soft, noise"),
        ({"emotions": {"loud": "anger"}}, r"emotions names loud; expected"),
        (
            {"emotions": {"loud": "joy", "soft": None, "noise": None}},
            r"emotions holds joy; expected null or one of anger",
        ),
        ({"emotions": {"loud": None, "soft": None, "noise": None}}, r"maps no label to an emotion"),
        ({"emotions": ["anger"]}, r"model\.yaml: emotions is \['anger'\]; expected dict"),
        (
            {"inputs": [{**WAVEFORM, "rate_hz": 8_000}, MASK]},
            r"inputs\.waveform is float32 \['clips', 'samples'\], 'waveform/1', at 8000 Hz; .* at 16000 Hz",
        ),
        ({"inputs": [{**WAVEFORM, "content": "pressure"}, MASK]}, r"inputs\.waveform is .*'pressure'"),
        (
            {"labels": ["loud", "soft"], "emotions": {"loud": "anger", "soft": None}},
            r"outputs\.probabilities is \['clips', 3\]; expected \[clips, 2\]",
        ),
        (
            {"inputs": [WAVEFORM]},
            r"model\.yaml: inputs names waveform; model\.onnx has waveform, attention_mask",
        ),
    ],
)
def test_load_emotion_model__what_does_not_fit_is_named(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    folder = write_waveform_model(tmp_path, is_masked=True, **changes)
    with pytest.raises(ModelError, match=message):
        load_emotion_model(str(folder))
