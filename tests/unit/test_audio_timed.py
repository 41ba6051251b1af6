"""Content whose time is over looks like content that has ended."""

from engagement.audio.timed import TimedContent


def test_timed_content__reads_and_seeks_like_a_file() -> None:
    file = TimedContent(b"abcdef", seconds=60)
    assert file.read(2) == b"ab"
    assert file.unread_bytes == 4
    buffer = bytearray(3)
    assert file.readinto(buffer) == 3
    assert bytes(buffer) == b"cde"
    assert (file.seek(1), file.read()) == (1, b"bcdef")
    assert not file.has_run_out


def test_timed_content__a_place_outside_is_the_nearest_inside() -> None:
    file = TimedContent(b"abcdef", seconds=60)
    assert file.seek(-5) == 0
    assert file.seek(1 << 70) == 6


def test_timed_content__ends_when_its_time_is_over() -> None:
    file = TimedContent(b"abcdef", seconds=-1)
    assert file.has_run_out
    assert file.read() == b""
    assert file.readinto(bytearray(3)) == 0
