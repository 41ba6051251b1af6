"""The speech gate: what it keeps out, what it lets in, and where its limits bite."""

import numpy as np
import pytest

from engagement.audio.frames import analyse
from engagement.audio.speech_gate import is_speech
from models.training.made_up_sounds import Sound, far_television, in_noise, made_up_sounds
from tests.unit.sounds import voice

DRAWS = 8
# Chords with drums on top are what comes closest: more than a fifth of them pass.
ACCEPTED = {"music with drums": 4, "chords": 1}


def heard(sound: Sound) -> bool:
    return is_speech(analyse(sound.astype(np.float32)))


@pytest.mark.parametrize("kind", made_up_sounds())
def test_is_speech__made_up_sounds_are_none(kind: str) -> None:
    make = made_up_sounds()[kind]
    accepted = [heard(make(2.0 + draw % 3, np.random.default_rng(draw))) for draw in range(DRAWS)]
    assert sum(accepted) <= ACCEPTED.get(kind, 0)


def test_is_speech__a_far_television_is_none_but_a_voice_is_even_in_noise() -> None:
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        signal = voice(100.0 + 40 * draw, seconds=3)
        assert heard(signal.astype(np.float64))
        assert heard(in_noise(signal, random, signal_to_noise_db=15))
        assert not heard(far_television(signal, random))


def test_is_speech__a_voice_no_louder_than_the_room_is_none() -> None:
    signal = voice(seconds=3)
    assert not heard(in_noise(signal, np.random.default_rng(0), signal_to_noise_db=0))
