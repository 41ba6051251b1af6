"""The shipped models: their promises on any clip, and that neighbours in a batch do not matter."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engagement.audio.frames import analyse
from engagement.audio.functionals import functionals
from engagement.errors import ModelError
from engagement.inference.emotion import EMOTIONS, load_emotion_model, score_emotion
from engagement.inference.tone import TEXT_COLUMNS, load_tone_model, score_tone, text_functionals
from engagement.schemas import VOICE_SCORES
from tests.unit.sounds import voice


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float64]:
    """Functionals of five made-up voices."""
    clips = [(90, 1.0), (150, 2.0), (200, 1.5), (250, 3.0), (350, 2.5)]
    return np.stack([functionals(analyse(voice(pitch_hz, seconds=seconds))) for pitch_hz, seconds in clips])


def test_score_emotion__probabilities_sum_to_one_and_dimensions_follow(rows: NDArray[np.float64]) -> None:
    scores = score_emotion(load_emotion_model("emotion"), rows)
    emotions = np.stack([scores[f"emotion_{label}"] for label in EMOTIONS])
    np.testing.assert_allclose(emotions.sum(axis=0), 1, atol=1e-12)
    assert ((emotions >= 0) & (emotions <= 1)).all()
    excited = scores["emotion_anger"] + scores["emotion_fear"] + scores["emotion_happiness"]
    np.testing.assert_allclose(scores["arousal"], excited, atol=1e-12)
    np.testing.assert_allclose(
        scores["valence"], scores["emotion_happiness"] + scores["emotion_neutral"], atol=1e-12
    )


def test_score_emotion__is_not_driven_by_clip_length(rows: NDArray[np.float64]) -> None:
    # The training clips were all cut to two seconds: their length must not be an input.
    from engagement.audio.functionals import functional_names  # noqa: PLC0415

    longer = rows.copy()
    longer[:, functional_names().index("total_log")] += 1
    model = load_emotion_model("emotion")
    for name, values in score_emotion(model, rows).items():
        np.testing.assert_array_equal(score_emotion(model, longer)[name], values)


def test_score_tone__stays_on_the_experts_scale(rows: NDArray[np.float64]) -> None:
    model = load_tone_model("tone")
    for strange in (rows, rows * 100, -rows * 100):
        for values in score_tone(model, strange, ["a b c", None, "", "x" * 500, "one"]).values():
            assert ((values >= 0) & (values <= 10)).all()


def test_score_tone__absent_and_blank_text_are_one(rows: NDArray[np.float64]) -> None:
    model = load_tone_model("tone")
    absent, blank = score_tone(model, rows, [None] * 5), score_tone(model, rows, ["", " ", "\n", "\t", "  "])
    told = score_tone(model, rows, ["we call it bear"] * 5)
    for name, values in absent.items():
        np.testing.assert_array_equal(values, blank[name])
        assert (np.abs(values - told[name]) > 1e-6).all()


def test_scores__do_not_depend_on_the_batch(rows: NDArray[np.float64]) -> None:
    texts: list[str | None] = ["we call it bear", None, "one two", None, "three two two seven"]
    emotion, tone = load_emotion_model("emotion"), load_tone_model("tone")
    together = {**score_emotion(emotion, rows), **score_tone(tone, rows, texts)}
    for i in range(len(rows)):
        alone = {
            **score_emotion(emotion, rows[i : i + 1]),
            **score_tone(tone, rows[i : i + 1], texts[i : i + 1]),
        }
        for name, values in alone.items():
            assert values[0] == pytest.approx(together[name][i], abs=1e-9)


def test_scores__are_columns_of_voice_scores(rows: NDArray[np.float64]) -> None:
    named = {
        **score_emotion(load_emotion_model("emotion"), rows),
        **score_tone(load_tone_model("tone"), rows, [None] * 5),
    }
    assert set(named) <= set(VOICE_SCORES.column_names)


def test_text_functionals__length_and_rate_by_hand(rows: NDArray[np.float64]) -> None:
    named = dict(zip(TEXT_COLUMNS, text_functionals(rows[:1], ["we call it bear"])[0], strict=True))
    assert named["words_log"] == pytest.approx(np.log(4))
    assert named["characters_per_word"] == pytest.approx(12 / 4)
    # One second of voice: four words, twelve letters, four syllables.
    assert named["words_per_second"] == pytest.approx(4, rel=0.1)
    assert named["syllables_per_character"] == pytest.approx(4 / 12)
    assert np.isnan(text_functionals(rows[:1], [None])).all()


def test_load_tone_model__a_model_for_something_else_is_refused() -> None:
    with pytest.raises(ModelError, match="inputs names functionals; expected text"):
        load_tone_model("emotion")
    with pytest.raises(ModelError, match="labels are"):
        load_emotion_model("tone")
