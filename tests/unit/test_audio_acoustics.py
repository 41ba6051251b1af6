"""What is measured of a clip: pitch, level, pauses, and whether it is speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engagement.audio.acoustics import measure
from engagement.audio.frames import analyse, runs
from engagement.audio.speech_gate import pitch_spread_semitones
from tests.unit.sounds import RATE_HZ, tone, voice


@pytest.mark.parametrize("pitch_hz", [80.0, 120.0, 200.0, 300.0, 450.0])
def test_measure__pitch_of_a_voice_is_found(pitch_hz: float) -> None:
    acoustics = measure(analyse(voice(pitch_hz)))
    assert acoustics.pitch_median_hz == pytest.approx(pitch_hz, rel=0.01)
    # 80 % of the time a sine of amplitude 0.5 is within 0.5 sin(0.4 pi) = 0.48 of its middle.
    assert acoustics.pitch_range_semitones == pytest.approx(0.95, abs=0.25)


def test_measure__pitch_range_of_a_glide_of_an_octave() -> None:
    time_seconds = np.arange(2 * RATE_HZ) / RATE_HZ
    # 150 to 300 Hz, straight in semitones: the middle 80 % of the time hold 80 % of 12 semitones.
    phase = 2 * np.pi * np.cumsum(150 * 2 ** (time_seconds / 2)) / RATE_HZ
    glide = sum(np.sin(k * phase) / k for k in range(1, 8)) * (
        0.1 + 0.9 * np.sin(4 * np.pi * time_seconds) ** 2
    )
    frames = analyse((0.2 * glide).astype(np.float32))
    assert pitch_spread_semitones(frames) == pytest.approx(9.6, abs=0.5)


def test_measure__loudness_is_the_mean_power_of_the_speech() -> None:
    quiet, loud = measure(analyse(voice() / 4)), measure(analyse(voice()))
    assert quiet.loudness_db is not None
    assert loud.loudness_db is not None
    assert loud.loudness_db - quiet.loudness_db == pytest.approx(20 * np.log10(4), abs=0.1)
    # Ten harmonics 1/k at 0.2 under the syllables' envelope 0.1 + 0.9 sin²: mean square 0.01, -20 dB.
    harmonic_power = 0.04 * sum(0.5 / k**2 for k in range(1, 11))
    envelope_power = 0.1**2 + 2 * 0.1 * 0.9 * 0.5 + 0.9**2 * 3 / 8
    assert loud.loudness_db == pytest.approx(10 * np.log10(harmonic_power * envelope_power), abs=0.5)


def test_measure__pauses_between_words_count_and_silence_around_does_not() -> None:
    acoustics = measure(analyse(voice(seconds=4, pauses=((1.0, 1.5), (2.5, 2.6), (3.0, 3.3)))))
    assert acoustics.pauses == 2  # 0.1 s is no pause
    assert acoustics.pause_seconds == pytest.approx(0.8, abs=0.15)
    assert acoustics.speech_seconds == pytest.approx(3.2, abs=0.2)


def made_up(name: str) -> NDArray[np.float32]:
    random = np.random.default_rng(0)
    time_seconds = np.arange(2 * RATE_HZ) / RATE_HZ
    noise = random.normal(0, 0.1, 2 * RATE_HZ)
    sounds = {
        "silence": np.zeros(2 * RATE_HZ),
        "offset": np.full(2 * RATE_HZ, 0.3),
        "noise": noise,
        "waves of noise": noise * (1 + np.sin(2 * np.pi * 4 * time_seconds)),
        "tone": tone(seconds=2),
        "beeps": tone(440, seconds=2) * (time_seconds % 0.5 < 0.3),
        "mains hum": 0.1 * sum(np.sin(2 * np.pi * 50 * k * time_seconds) / k for k in range(1, 10)),
        "siren": np.sin(600 * np.pi * time_seconds + 5 * np.sin(6 * np.pi * time_seconds))
        * (time_seconds > 0.5),
        "clicks": 0.5 * (random.random(2 * RATE_HZ) < 5e-4),
    }
    return sounds[name].astype(np.float32)


@pytest.mark.parametrize(
    "name", ["silence", "offset", "noise", "waves of noise", "tone", "beeps", "mains hum", "siren", "clicks"]
)
def test_measure__what_is_no_voice_has_no_speech(name: str) -> None:
    acoustics = measure(analyse(made_up(name)))
    assert acoustics.speech_seconds == 0
    assert acoustics.loudness_db is None
    assert acoustics.pitch_median_hz is None


def test_measure__every_real_clip_is_speech(corpora) -> None:  # type: ignore[no-untyped-def]
    from engagement.audio.decode import Clip, decode  # noqa: PLC0415

    paths = sorted((corpora / "speechocean762" / "flac").glob("*.flac"))[::100]
    for path in paths:
        clip = decode(path.read_bytes(), max_seconds=60)
        assert isinstance(clip, Clip)
        assert measure(analyse(clip.signal)).speech_seconds > 0.3, path.name


def test_analyse__a_clip_of_one_window_has_one_frame() -> None:
    assert len(analyse(tone(seconds=0.04)).level_db) == 1


def test_runs__starts_and_ends_of_true() -> None:
    starts, ends = runs(np.array([True, False, True, True]))
    assert starts.tolist() == [0, 2]
    assert ends.tolist() == [1, 4]
    assert runs(np.zeros(3, dtype=np.bool_))[0].tolist() == []
