"""Blocks of any rate and width become one signal, of which no more is kept than the limit."""

import numpy as np
import pytest

from engagement.audio.mixdown import Clip, Mixdown
from engagement.schemas.enums import VoiceStatus
from tests.unit.sounds import tone


def test_mixdown__blocks_give_what_the_whole_would() -> None:
    signal = tone(rate_hz=44_100)[:, np.newaxis]
    whole, parted = Mixdown(max_seconds=10), Mixdown(max_seconds=10)
    whole.add(signal, 44_100)
    for start in range(0, len(signal), 1_000):
        parted.add(signal[start : start + 1_000], 44_100)
    clips = whole.finish(), parted.finish()
    assert isinstance(clips[0], Clip)
    assert isinstance(clips[1], Clip)
    np.testing.assert_array_equal(clips[0].signal, clips[1].signal)


def test_mixdown__the_rate_may_change_on_the_way() -> None:
    mixdown = Mixdown(max_seconds=10)
    for rate_hz in (22_050, 44_100, 16_000):
        mixdown.add(tone(rate_hz=rate_hz)[:, np.newaxis], rate_hz)
    clip = mixdown.finish()
    assert isinstance(clip, Clip)
    assert clip.sample_rate_hz == 22_050
    assert clip.seconds == pytest.approx(3, abs=1e-3)


def test_mixdown__the_limit_counts_seconds_at_every_rate() -> None:
    mixdown = Mixdown(max_seconds=2)
    mixdown.add(np.zeros((48_000, 2), dtype=np.float32), 48_000)
    mixdown.add(np.zeros((8_000, 2), dtype=np.float32), 8_000)
    assert not mixdown.is_too_long
    mixdown.add(np.zeros((1, 2), dtype=np.float32), 8_000)
    assert mixdown.is_too_long
    assert mixdown.finish() == VoiceStatus.TOO_LONG


@pytest.mark.parametrize(("numbers", "expected"), [(900, None), (899, VoiceStatus.NOT_AUDIO)])
def test_mixdown__a_tenth_that_is_no_number_is_silenced_and_more_is_no_sound(
    numbers: int, expected: VoiceStatus | None
) -> None:
    block = np.full((1_000, 1), np.nan, dtype=np.float32)
    block[:numbers] = 0.25
    mixdown = Mixdown(max_seconds=1)
    mixdown.add(block, 4_000)
    finished = mixdown.finish()
    assert finished == expected if expected else isinstance(finished, Clip)


def test_mixdown__nothing_is_too_short() -> None:
    assert Mixdown(max_seconds=1).finish() == VoiceStatus.TOO_SHORT
