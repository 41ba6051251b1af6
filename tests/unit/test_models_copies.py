"""Versions of a corpus that models learn from: who shares a throat, what is joined."""

from pathlib import Path

import numpy as np
import pytest

from engagement.audio.decode import Clip
from engagement.audio.frames import RATE_HZ
from engagement.audio.functionals import functional_names
from models.training import copies
from models.training.augmentation import ECHO_SECONDS, TAPE_SPEEDS, TEMPOS, echoing, respoken
from models.training.copies import respoken_copy
from models.training.corpora import ActedClips

SECONDS = 1.5


def voice(pitch_hz: float) -> np.ndarray:
    time = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    harmonics = [np.sin(2 * np.pi * pitch_hz * n * time) / n for n in range(1, 12)]
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    return (0.2 * syllables * np.sum(harmonics, axis=0)).astype(np.float32)


@pytest.fixture
def clips(monkeypatch: pytest.MonkeyPatch) -> ActedClips:
    """Two speakers with two clips each, all alike."""
    monkeypatch.setattr(copies, "decoded", lambda path: Clip(voice(150.0), RATE_HZ))
    count = 4
    return ActedClips(
        clip_ids=[],
        paths=[Path(str(i)) for i in range(count)],
        speakers=np.array(["a", "a", "b", "b"]),
        functionals=np.zeros((count, len(functional_names()))),
        emotions=np.zeros(count, dtype=np.int64),
        is_reliable=np.zeros(count, dtype=np.bool_),
    )


def pitch_semitones(rows: np.ndarray) -> np.ndarray:
    return rows[:, functional_names().index("pitch_p50")]


def test_respoken_copy__a_speaker_keeps_one_throat(clips: ActedClips) -> None:
    pitch = pitch_semitones(respoken_copy(clips, 5, by_speaker=True, joined=False))
    assert pitch[0] == pytest.approx(pitch[1], abs=0.05)
    assert pitch[2] == pytest.approx(pitch[3], abs=0.05)
    assert abs(pitch[0] - pitch[2]) > 0.2


def test_respoken_copy__each_clip_has_its_own_where_asked_and_repeats(clips: ActedClips) -> None:
    first = respoken_copy(clips, 5, by_speaker=False, joined=False)
    assert abs(np.diff(pitch_semitones(first))).min() > 0.2
    np.testing.assert_array_equal(first, respoken_copy(clips, 5, by_speaker=False, joined=False))


def test_respoken_copy__joins_clips_of_one_speaker(clips: ActedClips) -> None:
    place = functional_names().index("total_log")
    apart = respoken_copy(clips, 5, by_speaker=True, joined=False)[:, place]
    joined = respoken_copy(clips, 5, by_speaker=True, joined=True)[:, place]
    assert np.ptp(apart[:2]) < 1e-9  # the same tempo and throat give the same length
    assert np.ptp(joined[:2]) > 0.05


def test_respoken__length_follows_tempo_and_throat() -> None:
    signal = voice(150.0)
    lengths = [len(respoken(signal, np.random.default_rng(seed))) / len(signal) for seed in range(20)]
    slowest, fastest = 1 / TEMPOS[0] * TAPE_SPEEDS[1], 1 / TEMPOS[1] * TAPE_SPEEDS[0]
    assert fastest - 0.02 < min(lengths) < 0.9 and 1.1 < max(lengths) < slowest + 0.02


def test_echoing__fills_what_follows_a_sound_and_keeps_the_length() -> None:
    click = np.zeros(RATE_HZ, dtype=np.float32)
    click[0] = 1
    heard = [echoing(click, np.random.default_rng(seed)) for seed in range(20)]
    assert {len(one) for one in heard} == {RATE_HZ}
    echoed = [one for one in heard if np.abs(one[1:]).max() > 1e-4]
    assert 4 < len(echoed) < 16
    assert all(np.abs(one[round(ECHO_SECONDS[1] * RATE_HZ) :]).max() < 1e-6 for one in echoed)
