"""A learner's own voice as the measure: baselines as of each clip, whatever batch they come in."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from engagement.audio.functionals import functional_names
from engagement.config import VoiceSettings
from engagement.errors import ModelError
from engagement.inference.calibration import (
    load_calibrated_model,
    no_baseline,
    running_baselines,
    score_calibrated,
)
from engagement.inference.calibration_udf import CLIPS_PER_CALL, voice_calibrator
from engagement.inference.emotion import EMOTIONS, load_emotion_model, score_emotion

WIDTH = len(functional_names())


def plain_scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = score_emotion(load_emotion_model("emotion"), rows)
    return np.stack([scores[f"emotion_{label}"] for label in EMOTIONS], axis=1)


def voices(clips: int, seed: int = 0) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) of a made-up learner whose moods vary."""
    return np.random.default_rng(seed).normal(size=(clips, WIDTH)).astype(np.float32).astype(np.float64) * 3


def batch_of(rows: NDArray[np.float64], learners: list[str]) -> pd.DataFrame:
    plain = {f"emotion_{label}": values for label, values in zip(EMOTIONS, plain_scores(rows).T, strict=True)}
    return pd.DataFrame(
        {
            "response_id": [str(i) for i in range(len(rows))],
            "learner_id": learners,
            "functionals": list(rows.astype(np.float32)),
            **plain,
        }
    )


def calibrated(batches: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(list(voice_calibrator(VoiceSettings())(iter(batches))), ignore_index=True)


def test_running_baselines__by_hand() -> None:
    rows = np.zeros((3, WIDTH))
    rows[:, 0] = [1.0, 3.0, 8.0]
    inputs, last = running_baselines(rows, no_baseline())
    assert inputs["baseline_clips"][:, 0].tolist() == [1, 2, 3]
    assert inputs["baseline_mean"][:, 0].tolist() == [1, 2, 4]
    assert inputs["baseline_variance"][:, 0] == pytest.approx([0, 1, 26 / 3])
    assert (last.clips, last.total[0], last.squares[0]) == (3, 12, 74)


def test_score_calibrated__one_clip_is_no_baseline() -> None:
    rows = voices(4)
    first, _ = running_baselines(rows[:1], no_baseline())
    plain = plain_scores(rows[:1])
    scores = score_calibrated(load_calibrated_model("emotion_calibrated"), rows[:1], plain, first)
    got = np.stack([scores[f"emotion_calibrated_{label}"] for label in EMOTIONS], axis=1)
    np.testing.assert_allclose(got, plain, atol=1e-12)


def test_score_calibrated__probabilities_sum_to_one_and_dimensions_follow() -> None:
    rows = voices(30)
    inputs, _ = running_baselines(rows, no_baseline())
    plain = plain_scores(rows)
    scores = score_calibrated(load_calibrated_model("emotion_calibrated"), rows, plain, inputs)
    got = np.stack([scores[f"emotion_calibrated_{label}"] for label in EMOTIONS], axis=1)
    np.testing.assert_allclose(got.sum(axis=1), 1, atol=1e-12)
    assert ((got >= 0) & (got <= 1)).all()
    assert np.abs(got - plain)[10:].max() > 0.05  # a learner with varied clips is measured against himself
    excited = [EMOTIONS.index(label) for label in ("anger", "fear", "happiness")]
    np.testing.assert_allclose(scores["arousal_calibrated"], got[:, excited].sum(axis=1), atol=1e-12)


def test_voice_calibrator__where_batches_end_changes_no_bit() -> None:
    whole = batch_of(voices(23), ["ann"] * 15 + ["bob"] * 8)
    together = calibrated([whole])
    assert together["baseline_clips"].tolist() == [*range(1, 16), *range(1, 9)]
    inputs = running_baselines(voices(23)[:15], no_baseline())[0]["baseline_mean"]
    carried = no_baseline()
    parts = []
    for start, end in ((0, 4), (4, 5), (5, 15)):
        part, carried = running_baselines(voices(23)[start:end], carried)
        parts.append(part["baseline_mean"])
    np.testing.assert_array_equal(np.vstack(parts), inputs)
    cut = calibrated([whole.iloc[:4], whole.iloc[4:16], whole.iloc[16:]])
    numbers = together.select_dtypes("number").columns
    assert cut["response_id"].tolist() == together["response_id"].tolist()
    np.testing.assert_allclose(cut[numbers], together[numbers], rtol=0, atol=1e-12)


def test_voice_calibrator__an_emotion_that_the_first_model_does_not_know_counts_as_unlikely() -> None:
    batch = batch_of(voices(3), ["ann"] * 3)
    batch["emotion_boredom"] = 0.0
    expected = calibrated([batch])
    batch["emotion_boredom"] = None
    pd.testing.assert_frame_equal(calibrated([batch]), expected)


def test_voice_calibrator__later_clips_do_not_change_earlier_scores() -> None:
    whole = batch_of(voices(12), ["ann"] * 12)
    numbers = calibrated([whole]).select_dtypes("number")
    earlier = calibrated([whole.iloc[:7]]).select_dtypes("number")
    np.testing.assert_allclose(numbers.iloc[:7], earlier, rtol=0, atol=1e-12)


def test_voice_calibrator__learners_go_on_from_one_model_call_to_the_next() -> None:
    clips = CLIPS_PER_CALL + 3
    got = calibrated([batch_of(voices(clips), ["ann"] * (clips - 5) + ["bob"] * 5)])
    assert got["response_id"].tolist() == [str(i) for i in range(clips)]
    assert got["baseline_clips"].tolist() == [*range(1, clips - 4), *range(1, 6)]


def test_load_calibrated_model__a_model_for_something_else_or_altered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="expected baseline_mean"):
        load_calibrated_model("emotion")
    shipped = Path("models/emotion_calibrated")
    (tmp_path / "model.yaml").write_bytes((shipped / "model.yaml").read_bytes())
    (tmp_path / "model.onnx").write_bytes((shipped / "model.onnx").read_bytes() + b"\0")
    with pytest.raises(ModelError, match="was altered"):
        load_calibrated_model(str(tmp_path))
