"""What phones and browsers record: every format decodes, and its broken variants have a status."""

from collections.abc import Callable

import numpy as np
import pytest

from engagement.audio.decode import Clip, decode
from engagement.schemas.enums import VoiceStatus
from tests.unit.media import RECORDERS, filmed, opus_packets, recorded
from tests.unit.sounds import encoded, tone

SECONDS = 2.0
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "200000"}
WRITERS: dict[str, Callable[[], bytes]] = {
    **{name: lambda name=name: encoded(tone(seconds=SECONDS), name) for name in ("AIFF", "FLAC", "OGG")},
    **{kind: lambda kind=kind: media(kind) for kind in RECORDERS},
    "Opus": lambda: encoded(tone(seconds=SECONDS), "OGG", subtype="OPUS"),
    "MP3": lambda: encoded(tone(seconds=SECONDS), "MP3"),
    "WAV": lambda: encoded(tone(seconds=SECONDS), "WAV"),
    "RF64": lambda: encoded(tone(seconds=SECONDS), "RF64"),
    "fragments": lambda: recorded(tone(seconds=SECONDS, rate_hz=48_000), "mp4", options=FRAGMENTS),
}


def media(kind: str, *, seconds: float = SECONDS) -> bytes:
    rate_hz = 8_000 if kind == "3gp" else 48_000
    return recorded(tone(seconds=seconds, rate_hz=rate_hz), kind, rate_hz=rate_hz)


def decoded(content: bytes, *, max_seconds: float = 10.0) -> Clip:
    clip = decode(content, max_seconds=max_seconds)
    assert isinstance(clip, Clip), clip
    return clip


def pitch_hz(clip: Clip) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(clip.signal))) / clip.seconds)


@pytest.mark.parametrize("name", WRITERS)
def test_decode__every_recorder_is_heard(name: str) -> None:
    clip = decoded(WRITERS[name]())
    assert clip.seconds == pytest.approx(SECONDS, abs=0.06)
    assert pitch_hz(clip) == pytest.approx(200, abs=1)
    assert np.abs(clip.signal[4_000:-4_000]).max() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("name", WRITERS)
def test_decode__a_cut_off_file_of_any_format_is_truncated(name: str, share: float) -> None:
    content = WRITERS[name]()
    assert decode(content[: int(len(content) * share)], max_seconds=10) == VoiceStatus.TRUNCATED


@pytest.mark.parametrize("name", WRITERS)
def test_decode__a_file_longer_than_the_limit_is_too_long(name: str) -> None:
    assert decode(WRITERS[name](), max_seconds=SECONDS / 2) == VoiceStatus.TOO_LONG


@pytest.mark.parametrize("name", WRITERS)
def test_decode__a_header_without_sound_has_a_status(name: str) -> None:
    content = WRITERS[name]()
    expected = {VoiceStatus.NOT_AUDIO, VoiceStatus.TRUNCATED, VoiceStatus.TOO_SHORT}
    for size_bytes in (4, 12, 44, 100):
        assert decode(content[:size_bytes], max_seconds=10) in expected


@pytest.mark.parametrize("name", WRITERS)
def test_decode__no_time_left_is_too_slow(name: str) -> None:
    assert decode(WRITERS[name](), max_seconds=10, max_decode_seconds=0) == VoiceStatus.TOO_SLOW


@pytest.mark.parametrize("kind", ["m4a", "webm"])
def test_decode__six_channels_are_averaged(kind: str) -> None:
    sounds = np.zeros((96_000, 6), dtype=np.float32)
    sounds[:, :3] = tone(seconds=SECONDS, rate_hz=48_000)[:, np.newaxis]
    clip = decoded(recorded(sounds, kind))
    assert np.abs(clip.signal[4_000:-4_000]).max() == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize("kind", ["m4a", "matroska"])
def test_decode__the_stored_rate_is_told(kind: str) -> None:
    clip = decoded(recorded(tone(seconds=SECONDS, rate_hz=22_050), kind, rate_hz=22_050))
    assert clip.sample_rate_hz == 22_050
    assert pitch_hz(clip) == pytest.approx(200, abs=1)


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_decode__the_sound_of_a_video_is_taken(kind: str) -> None:
    content = recorded(tone(seconds=SECONDS, rate_hz=48_000), kind, video=True)
    assert pitch_hz(decoded(content)) == pytest.approx(200, abs=1)


@pytest.mark.parametrize("container", ["mp4", "webm"])
def test_decode__a_video_without_sound_is_no_audio(container: str) -> None:
    assert decode(filmed(container=container), max_seconds=10) == VoiceStatus.NOT_AUDIO


def test_decode__a_flac_that_was_streamed_without_a_length_is_whole() -> None:
    content = encoded(tone(seconds=SECONDS), "FLAC")
    assert decoded(with_flac_frames(content, 0)).seconds == pytest.approx(SECONDS)


def test_decode__a_flac_that_tells_less_than_it_holds_is_read_to_its_end() -> None:
    content = with_flac_frames(encoded(tone(seconds=20), "FLAC"), 32_000)
    assert decode(content, max_seconds=10) == VoiceStatus.TOO_LONG
    assert decoded(content, max_seconds=30).seconds == pytest.approx(20)


def test_decode__a_flac_that_tells_more_than_it_holds_is_truncated() -> None:
    content = with_flac_frames(encoded(tone(seconds=SECONDS), "FLAC"), 10_000_000)
    assert decode(content, max_seconds=10) == VoiceStatus.TRUNCATED


def test_decode__an_hour_of_silence_stops_at_the_limit() -> None:
    six_frames_of_nothing = b"\xfb\x06"  # RFC 6716, 3.2.5: 20 ms each, none sent
    content = opus_packets([six_frames_of_nothing] * 30_000, seconds_each=0.12)
    assert len(content) < 500_000
    assert decode(content, max_seconds=60) == VoiceStatus.TOO_LONG


def test_decode__damage_in_the_middle_is_truncated() -> None:
    content = bytearray(WRITERS["m4a"]())
    middle = len(content) // 2
    content[middle : middle + 400] = b"\xff" * 400
    assert decode(bytes(content), max_seconds=10) == VoiceStatus.TRUNCATED


@pytest.mark.parametrize("name", ["MP3", "FLAC"])
def test_decode__a_picture_before_the_sound_is_skipped(name: str) -> None:
    content, picture = WRITERS[name](), bytes(range(256)) * 40
    if name == "MP3":
        frame = b"\0image/png\0\3\0" + picture
        tag = b"APIC" + len(frame).to_bytes(4, "big") + b"\0\0" + frame
        size = bytes(len(tag) >> shift & 0x7F for shift in (21, 14, 7, 0))
        content = b"ID3\3\0\0" + size + tag + content
    else:
        fields = (3).to_bytes(4, "big") + (9).to_bytes(4, "big") + b"image/png" + bytes(20)
        block = fields + len(picture).to_bytes(4, "big") + picture
        content = content[:42] + b"\x06" + len(block).to_bytes(3, "big") + block + content[42:]
    assert pitch_hz(decoded(content)) == pytest.approx(200, abs=1)


def with_flac_frames(content: bytes, frames: int) -> bytes:
    """Return a FLAC whose header tells another number of frames."""
    return content[:21] + bytes([content[21] & 0xF0]) + frames.to_bytes(4, "big") + content[26:]
