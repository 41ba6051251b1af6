"""Frames: what a block of them is cut with changes none of them."""

import numpy as np

from engagement.audio.frames import BLOCK_FRAMES, HOP_SAMPLES, WINDOW_SAMPLES, analyse
from tests.unit.sounds import voice


def test_analyse__a_frame_is_the_same_whichever_block_it_falls_into() -> None:
    signal = voice(seconds=4)
    whole = analyse(signal)
    assert len(whole.level_db) == (len(signal) - WINDOW_SAMPLES) // HOP_SAMPLES + 1 > 4 * BLOCK_FRAMES
    for later in (1, BLOCK_FRAMES - 1, BLOCK_FRAMES, 3 * BLOCK_FRAMES + 7):
        cut = analyse(signal[later * HOP_SAMPLES :])
        np.testing.assert_allclose(cut.log_mel, whole.log_mel[later:], rtol=0, atol=1e-4)
        np.testing.assert_allclose(cut.level_db, whole.level_db[later:], rtol=0, atol=1e-4)


def test_analyse__a_recording_of_one_window_is_one_frame() -> None:
    frames = analyse(voice()[8_000 : 8_000 + WINDOW_SAMPLES])
    assert frames.log_mel.shape == (1, 40)
    assert frames.level_db.shape == frames.pitch_hz.shape == frames.speech.shape == (1,)
