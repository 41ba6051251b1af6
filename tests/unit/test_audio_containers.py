"""The content decides what a file is; what could make a library open something else is none of it."""

import gzip

import pytest

from engagement.audio.containers import Container, flac_frames, is_cut_off, recognise
from tests.unit.sounds import encoded, tone, wav
from tests.unit.test_audio_formats import WRITERS

EXPECTED = {
    **dict.fromkeys(("WAV", "RF64"), Container.WAV),
    **dict.fromkeys(("OGG", "Opus"), Container.OGG),
    **dict.fromkeys(("m4a", "mp4", "alac", "3gp", "fragments"), Container.MP4),
    **dict.fromkeys(("webm", "matroska"), Container.WEBM),
    "AIFF": Container.AIFF,
    "FLAC": Container.FLAC,
    "MP3": Container.MP3,
    "adts": Container.ADTS,
}


@pytest.mark.parametrize("name", WRITERS)
def test_recognise__every_format_by_its_content(name: str) -> None:
    assert recognise(WRITERS[name]()) == EXPECTED[name]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"\xff\xff\xff\xff",
        b"RIFF\0\0\0\0AVI LIST",
        b"FORM\0\0\0\0ILBMBMHD",
        b"<!DOCTYPE html><html>",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXTINF:1,\nhttp://example.org/a.ts\n",
        b'<?xml version="1.0"?><MPD></MPD>',
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
        b"\0\0\0\x14moov" + bytes(12),
        gzip.compress(wav(tone())),
    ],
)
def test_recognise__nothing_else(content: bytes) -> None:
    assert recognise(content) is None


@pytest.mark.parametrize("name", WRITERS)
def test_is_cut_off__a_whole_file_is_not_and_one_without_its_last_bytes_is(name: str) -> None:
    content = WRITERS[name]()
    container = EXPECTED[name]
    assert not is_cut_off(content, container)
    if container is not Container.FLAC:  # which its own decoder tells
        assert is_cut_off(content[:-200], container)


def test_is_cut_off__a_browser_does_not_know_the_length_when_it_begins() -> None:
    content = WRITERS["webm"]()
    place = content.index(b"\x18\x53\x80\x67") + 4
    streamed = content[:place] + b"\x01" + b"\xff" * 7 + content[place + 8 :]
    assert not is_cut_off(streamed, Container.WEBM)
    assert is_cut_off(streamed[:-500], Container.WEBM)


def test_is_cut_off__a_recorder_that_died_before_it_wrote_the_index() -> None:
    content = WRITERS["m4a"]()
    place = content.index(b"moov") - 4
    assert is_cut_off(content[:place], Container.MP4)


def test_is_cut_off__an_mp3_without_a_length_says_nothing() -> None:
    content = WRITERS["MP3"]().replace(b"Xing", b"Gone").replace(b"Info", b"Gone")
    assert not is_cut_off(content[:-1000], Container.MP3)


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF])
def test_is_cut_off__a_wav_of_unknown_length_is_not(told: int) -> None:
    content = bytearray(wav(tone()))
    place = content.index(b"data") + 4
    content[place : place + 4] = told.to_bytes(4, "little")
    assert not is_cut_off(bytes(content), Container.WAV)


def test_flac_frames__as_the_header_tells() -> None:
    assert flac_frames(encoded(tone(seconds=1.5), "FLAC")) == 24_000
