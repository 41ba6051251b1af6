"""What the models see: finite, named, and blind to what must not matter."""

import numpy as np
import pytest

from engagement.audio.frames import analyse
from engagement.audio.functionals import functional_names, functionals
from engagement.audio.rhythm import syllable_nuclei
from tests.unit.sounds import RATE_HZ, voice


def test_functionals__one_finite_number_per_name() -> None:
    row = functionals(analyse(voice()))
    assert row.shape == (len(functional_names()),)
    assert np.isfinite(row).all()
    assert len(set(functional_names())) == len(functional_names())


def test_functionals__shortest_speech_is_finite() -> None:
    assert np.isfinite(functionals(analyse(voice(seconds=0.15)))).all()


def test_functionals__gain_changes_nothing() -> None:
    np.testing.assert_allclose(
        functionals(analyse(voice() / 4)), functionals(analyse(voice())), atol=0.01, rtol=1e-3
    )


def test_functionals__silence_around_changes_only_its_own_measures() -> None:
    silence = np.zeros(RATE_HZ, dtype=np.float32)
    before = functionals(analyse(voice()))
    after = functionals(analyse(np.concatenate((silence, voice(), silence))))
    is_moved = np.abs(after - before) > 1e-3 * (1 + np.abs(before))
    moved = {name for name, moves in zip(functional_names(), is_moved, strict=True) if moves}
    assert moved <= {"lead_in"}


@pytest.mark.parametrize("seconds", [1.0, 2.0])
def test_syllable_nuclei__one_per_syllable(seconds: float) -> None:
    frames = analyse(voice(seconds=seconds))
    # The made-up voice has four syllables a second.
    assert len(syllable_nuclei(frames.level_db.astype(np.float64), frames)) == 4 * seconds
