"""Decoding: what comes out of good files, and what bad content is called."""

import tracemalloc

import numpy as np
import pytest

from engagement.audio.decode import Clip, decode
from engagement.schemas.enums import VoiceStatus
from tests.unit.sounds import RATE_HZ, encoded, tone, wav


def decoded(content: bytes, *, max_seconds: float = 10.0) -> Clip:
    clip = decode(content, max_seconds=max_seconds)
    assert isinstance(clip, Clip), clip
    return clip


@pytest.mark.parametrize(
    ("subtype", "tolerance"),
    [
        ("PCM_U8", 1 / 127),
        ("PCM_16", 1 / 32767),
        ("PCM_24", 1e-6),
        ("PCM_32", 1e-6),
        ("FLOAT", 0),
        ("DOUBLE", 0),
    ],
)
def test_decode__wav_of_any_sample_size_gives_the_samples(subtype: str, tolerance: float) -> None:
    signal = tone()
    clip = decoded(wav(signal, subtype=subtype))
    assert clip.signal.dtype == np.float32
    np.testing.assert_allclose(clip.signal, signal, atol=tolerance)


@pytest.mark.parametrize("container", ["FLAC", "OGG", "MP3", "AIFF", "RF64"])
def test_decode__the_content_decides_the_format(container: str) -> None:
    clip = decoded(encoded(tone(), container))
    assert clip.seconds == pytest.approx(1.0, abs=0.1)
    spectrum = np.abs(np.fft.rfft(clip.signal[:RATE_HZ]))
    assert np.argmax(spectrum) == pytest.approx(200, abs=2)


def test_decode__channels_are_averaged() -> None:
    stereo = np.stack([tone(), np.zeros(RATE_HZ, dtype=np.float32)], axis=1)
    np.testing.assert_allclose(decoded(wav(stereo, subtype="FLOAT")).signal, tone() / 2, atol=1e-6)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 192_000])
def test_decode__any_rate_becomes_16_khz(rate_hz: int) -> None:
    clip = decoded(wav(tone(rate_hz=rate_hz), rate_hz=rate_hz, subtype="FLOAT"))
    assert clip.sample_rate_hz == rate_hz
    assert len(clip.signal) == pytest.approx(RATE_HZ, abs=2)
    inner = slice(2_000, 14_000)  # a resampler rings at the edges
    np.testing.assert_allclose(clip.signal[inner], tone()[inner], atol=2e-3)


def test_decode__samples_that_are_no_numbers_are_silent() -> None:
    signal = tone()
    signal[100], signal[200], signal[300] = np.nan, np.inf, -np.inf
    clip = decoded(wav(signal, subtype="FLOAT"))
    assert (clip.signal[[100, 200, 300]] == 0).all()
    assert clip.signal[101] == signal[101]


def test_decode__samples_beyond_full_scale_are_clipped() -> None:
    assert np.abs(decoded(wav(tone() * 1e30, subtype="FLOAT")).signal).max() == 1


def test_decode__mostly_nan_is_no_audio() -> None:
    signal = np.full(RATE_HZ, np.nan, dtype=np.float32)
    assert decode(wav(signal, subtype="FLOAT"), max_seconds=10) == VoiceStatus.NOT_AUDIO


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html><body>404</body></html>", b"", b"RIFF", bytes(1000)],
    ids=["html", "nothing", "four bytes", "zeros"],
)
def test_decode__other_content_is_no_audio(content: bytes) -> None:
    assert decode(content, max_seconds=10) == VoiceStatus.NOT_AUDIO


@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_decode__a_cut_off_file_is_truncated(container: str) -> None:
    content = encoded(tone(seconds=2), container)
    assert decode(content[: len(content) // 2], max_seconds=10) == VoiceStatus.TRUNCATED


def test_decode__a_streamed_wav_of_unknown_length_is_whole() -> None:
    content = bytearray(wav(tone()))
    place = content.index(b"data") + 4
    content[place : place + 4] = b"\xff\xff\xff\xff"
    assert decoded(bytes(content)).seconds == pytest.approx(1.0)


def test_decode__chunks_around_the_samples_are_no_cut() -> None:
    content = wav(tone())
    place = content.index(b"data")
    extra = b"LIST" + (5).to_bytes(4, "little") + b"notes\0"
    body = content[12:place] + extra + content[place:] + extra
    assert decoded(b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WAVE" + body).seconds == pytest.approx(
        1.0
    )


@pytest.mark.parametrize(("seconds", "expected"), [(3.0, None), (3.001, VoiceStatus.TOO_LONG)])
def test_decode__the_longest_clip_taken(seconds: float, expected: VoiceStatus | None) -> None:
    clip = decode(wav(tone(seconds=seconds)), max_seconds=3.0)
    assert clip == expected if expected else isinstance(clip, Clip)


def test_decode__a_flac_that_unpacks_to_hours_stops_early() -> None:
    silence = encoded(np.zeros(20 * 60 * RATE_HZ, dtype=np.float32), "FLAC")
    assert len(silence) < 100_000
    tracemalloc.start()
    assert decode(silence, max_seconds=60) == VoiceStatus.TOO_LONG
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 20e6  # one minute is 4 MB, all of it 77


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_decode__hardly_anything_is_too_short(seconds: float) -> None:
    assert decode(wav(tone(seconds=seconds)), max_seconds=10) == VoiceStatus.TOO_SHORT


def test_decode__an_absurd_rate_is_no_audio() -> None:
    assert decode(wav(tone(), rate_hz=100), max_seconds=10) == VoiceStatus.NOT_AUDIO
