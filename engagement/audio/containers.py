"""bytes → what container of audio they are, and whether it promises more than there is."""

from collections.abc import Callable, Iterator
from enum import StrEnum, auto

# An MP3's length may count the tag of 128 bytes at its end, which editors take away.
_SLACK_BYTES = 128
# A WAV or AIFF that was streamed says 0 or (nearly) 2^32 for its length: unknown, not cut off.
_UNKNOWN_LENGTH_BYTES = 0x7FFF0000


class Container(StrEnum):
    """What the content is; the name of the file decides nothing."""

    WAV = auto()
    AIFF = auto()
    FLAC = auto()
    OGG = auto()
    MP3 = auto()
    WEBM = auto()
    MP4 = auto()
    ADTS = auto()


def recognise(content: bytes) -> Container | None:
    """Tell the container by its first bytes; None for all that no recorder of speech writes.

    Playlists, scripts and instrument formats are none of these: no library gets to see them.
    """
    head = content[:12]
    for start, kind, container in _NAMED:
        if head.startswith(start) and head[8:12] in kind:
            return container
    for magic, container in _MAGIC.items():
        if head.startswith(magic):
            return container
    return Container.MP4 if head[4:8] == b"ftyp" else _by_sync_word(head)


def _by_sync_word(head: bytes) -> Container | None:
    """ISO 11172-3 and 13818-7: 11 bits set, 2 of the version, 2 of the layer; an MP3's bitrate and rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return Container.ADTS if version & 2 else None
    is_mp3 = version != 1 and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3
    return Container.MP3 if is_mp3 else None


_NAMED = (
    (b"RIFF", {b"WAVE"}, Container.WAV),
    (b"RF64", {b"WAVE"}, Container.WAV),
    (b"FORM", {b"AIFF", b"AIFC"}, Container.AIFF),
)
_MAGIC = {
    b"fLaC": Container.FLAC,
    b"OggS": Container.OGG,
    b"ID3": Container.MP3,
    b"\x1aE\xdf\xa3": Container.WEBM,
}


def is_cut_off(content: bytes, container: Container) -> bool:
    """Tell a file whose structure promises more bytes than there are; libraries read such a file in silence.

    A stream without lengths that breaks off between two of its parts cannot be told from a whole one.
    """
    return _CUT_OFF[container](content) if container in _CUT_OFF else False


def flac_frames(content: bytes) -> int:
    """Return the number of frames that a FLAC's header tells; 0: not known (a stream)."""
    # RFC 9639, 8.2: 36 bits that end at the 26th byte of the file.
    return int.from_bytes(content[21:26], "big") & 0xFFFFFFFFF


def _cut_wave(content: bytes) -> bool:
    """RIFF's chunks; where a length takes 64 bits (EBU Tech 3306), it stands in the chunk "ds64"."""
    long_told = 0
    for name, start, size in _chunks(content, 12):
        if name == b"ds64":
            long_told = int.from_bytes(content[start + 8 : start + 16], "little")
        if name == b"data":
            told = long_told if long_told and size == 0xFFFFFFFF else size
            is_known = told == long_told or 0 < told < _UNKNOWN_LENGTH_BYTES
            return is_known and start + told > len(content)
    return True


def _cut_aiff(content: bytes) -> bool:
    told = int.from_bytes(content[4:8], "big")
    return told < _UNKNOWN_LENGTH_BYTES and 8 + told > len(content)


def _cut_ogg(content: bytes) -> bool:
    """RFC 3533, 6: pages of 27 bytes, the table of their segments, the segments."""
    place = 0
    while content[place : place + 4] == b"OggS":
        segments = content[place + 27 : place + 27 + sum(content[place + 26 : place + 27])]
        place += 27 + len(segments) + sum(segments)
    return place > len(content)


def _cut_mp3(content: bytes) -> bool:
    """Believe the byte count that most encoders leave in a first frame without sound ("Xing" or "Info")."""
    start = 10 + _seven_bits(content[6:10]) if content[:3] == b"ID3" else 0
    places = (content.find(tag, start, start + 64) for tag in (b"Xing", b"Info"))
    place = max(places)
    if place < 0 or not content[place + 7 : place + 8] or not content[place + 7] & 2:
        return False
    behind_frames = place + 8 + (4 if content[place + 7] & 1 else 0)
    told = int.from_bytes(content[behind_frames : behind_frames + 4], "big")
    return start + told > len(content) + _SLACK_BYTES


def _cut_adts(content: bytes) -> bool:
    place = 0
    while content[place : place + 1] == b"\xff" and place + 6 <= len(content):
        told = int.from_bytes(content[place + 3 : place + 6], "big") >> 5 & 0x1FFF
        if told < 7:
            return False
        place += told
    return place > len(content)


def _cut_mp4(content: bytes) -> bool:
    """ISO 14496-12: boxes; without "moov", which many recorders write last, nothing can be found."""
    place, has_index = 0, False
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        has_index = has_index or content[place + 4 : place + 8] == b"moov"
        if size == 1:
            size = int.from_bytes(content[place + 8 : place + 16], "big")
        if size < 8:  # 0: up to the end; else no box
            return not has_index
        place += size
    return place > len(content) or not has_index


def _cut_webm(content: bytes) -> bool:
    """RFC 8794: elements; those of unknown length (all bits set) and the clusters are looked into."""
    place = 0
    while place + 2 <= len(content):
        name_bytes = _leading_zeros(content[place]) + 1
        size_at = place + name_bytes
        size_bytes = _leading_zeros(content[size_at]) + 1 if size_at < len(content) else 1
        start = size_at + size_bytes
        size = int.from_bytes(content[size_at:start], "big") & ((1 << 7 * size_bytes) - 1)
        is_unknown = size == (1 << 7 * size_bytes) - 1
        if name_bytes > 4 or size_bytes > 8:
            return False
        if not is_unknown and start + size > len(content):
            return True
        looks_inside = content[place:size_at] in _WEBM_PARTS
        if is_unknown and not looks_inside:
            return False
        place = start if looks_inside else start + size
    return False


_WEBM_PARTS = {b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"}  # Segment, Cluster
_CUT_OFF: dict[Container, Callable[[bytes], bool]] = {
    Container.WAV: _cut_wave,
    Container.AIFF: _cut_aiff,
    Container.OGG: _cut_ogg,
    Container.MP3: _cut_mp3,
    Container.WEBM: _cut_webm,
    Container.MP4: _cut_mp4,
    Container.ADTS: _cut_adts,
}


def _chunks(content: bytes, place: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, start and told size of every chunk; chunks have even lengths."""
    while place + 8 <= len(content):
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        yield content[place : place + 4], place + 8, size
        place += 8 + size + size % 2


def _leading_zeros(byte: int) -> int:
    return 8 - byte.bit_length()


def _seven_bits(content: bytes) -> int:
    """Return a number of which every byte holds seven bits."""
    total = 0
    for byte in content:
        total = total << 7 | byte & 0x7F
    return total
