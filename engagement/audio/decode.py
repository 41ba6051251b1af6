"""bytes → float32 mono (samples,) at 16 kHz, or a coded failure; headers are not believed."""

from collections.abc import Iterator

from engagement.audio.blocks import Block, UndecodableError, blocks_by_ffmpeg, blocks_by_libsndfile
from engagement.audio.containers import Container, flac_frames, is_cut_off, recognise
from engagement.audio.mixdown import Clip, Mixdown
from engagement.audio.timed import TimedContent
from engagement.schemas.enums import VoiceStatus

__all__ = ["Clip", "decode"]

# What libsndfile reads, and fast; the rest is FFmpeg's.
_BY_LIBSNDFILE = {Container.WAV, Container.AIFF, Container.FLAC, Container.OGG, Container.MP3}
# libFLAC reads ahead by as much.
_READ_AHEAD_BYTES = 8192


def decode(content: bytes, *, max_seconds: float, max_decode_seconds: float = 30.0) -> Clip | VoiceStatus:
    """Decode one recording, or say why not; bad content never raises.

    Args:
        content: WAV (8–32 bit, float), AIFF, FLAC, Ogg (Vorbis, Opus), MP3, WebM (Opus, Vorbis), MP4 (AAC,
            ALAC) or ADTS (AAC); any channels, mixed to one.
        max_seconds: Longest recording taken, seconds; decoding stops there, whatever the header says.
        max_decode_seconds: Longest time that decoding may take, seconds.
    """
    container = recognise(content)
    if container is None:
        return VoiceStatus.NOT_AUDIO
    if is_cut_off(content, container):
        return VoiceStatus.TRUNCATED
    file = TimedContent(content, seconds=max_decode_seconds)
    # libsndfile takes the end of a FLAC without a length for an error.
    if container in _BY_LIBSNDFILE and (container is not Container.FLAC or flac_frames(content)):
        decoded = _decoded(blocks_by_libsndfile(file), file, max_seconds=max_seconds)
        tells_less = container is Container.FLAC and file.unread_bytes > _READ_AHEAD_BYTES
        if not (isinstance(decoded, Clip) and tells_less):
            return decoded
        file.seek(0)
    return _decoded(blocks_by_ffmpeg(file, container), file, max_seconds=max_seconds)


def _decoded(blocks: Iterator[Block], file: TimedContent, *, max_seconds: float) -> Clip | VoiceStatus:
    mixdown = Mixdown(max_seconds=max_seconds)
    try:
        for block, rate_hz in blocks:
            mixdown.add(block, rate_hz)
            if mixdown.is_too_long or file.has_run_out:
                break
    except UndecodableError as error:
        return VoiceStatus.TOO_SLOW if file.has_run_out else error.status
    return VoiceStatus.TOO_SLOW if file.has_run_out else mixdown.finish()
