"""A recording in memory → blocks of its samples, by libsndfile or by FFmpeg."""

import ctypes
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
import soundfile
from numpy.typing import NDArray

from engagement.audio.containers import Container
from engagement.audio.timed import TimedContent
from engagement.schemas.enums import VoiceStatus

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 384_000
MOST_CHANNELS = 32
# float32 (frames, channels) and their rate, Hz.
Block = tuple[NDArray[np.float32], int]

_BLOCK_VALUES = 1 << 16
# FFmpeg's reader of each container, alone: none that would open other files or addresses, none that guesses.
_DEMUXERS = {Container.WEBM: "matroska", Container.MP4: "mp4", Container.ADTS: "aac", Container.FLAC: "flac"}
_DECODERS = frozenset({"aac", "alac", "amrnb", "flac", "opus", "vorbis"})
# A sound of some minutes takes far less in one piece; what a header claims beyond is refused.
_MOST_BYTES_A_PIECE = 16 << 20
_OPTIONS = {"codec_whitelist": ",".join(sorted(_DECODERS)), "max_streams": "8", "protocol_whitelist": "none"}


class UndecodableError(Exception):
    """The content breaks off, or is no sound.

    Attributes:
        status: What is to be told of the recording.
    """

    def __init__(self, status: VoiceStatus) -> None:
        super().__init__(status)
        self.status = status


def blocks_by_libsndfile(file: TimedContent) -> Iterator[Block]:
    """Yield blocks of a WAV, AIFF, FLAC, Ogg or MP3; the header's length ends them at the latest.

    Raises:
        UndecodableError: as it says.
    """
    try:
        sound = soundfile.SoundFile(file)
    except soundfile.SoundFileError as error:
        raise UndecodableError(VoiceStatus.NOT_AUDIO) from error
    with sound:
        _check(sound.samplerate, sound.channels)
        block_frames = max(_BLOCK_VALUES // sound.channels, 1)
        frames = 0
        try:
            while len(block := sound.read(block_frames, dtype="float32", always_2d=True)):
                frames += len(block)
                yield block, sound.samplerate
        except soundfile.SoundFileError as error:
            raise UndecodableError(VoiceStatus.TRUNCATED) from error
        if sound.format == "FLAC" and frames < sound.frames:
            raise UndecodableError(VoiceStatus.TRUNCATED)


def blocks_by_ffmpeg(file: TimedContent, container: Container) -> Iterator[Block]:
    """Yield blocks of a WebM, MP4, ADTS or FLAC, whatever length the header tells.

    Raises:
        UndecodableError: as it says.
    """
    av = _ffmpeg()
    try:
        opened = av.open(
            file,
            format=_DEMUXERS[container],
            options=_OPTIONS,
            metadata_errors="replace",
            io_open=_refuse,
        )
    except (av.error.FFmpegError, ValueError) as error:
        raise UndecodableError(VoiceStatus.NOT_AUDIO) from error
    with opened:
        streams = [s for s in opened.streams.audio if s.codec_context and s.codec_context.name in _DECODERS]
        if not streams:
            raise UndecodableError(VoiceStatus.NOT_AUDIO)
        try:
            yield from _joined(opened.decode(streams[0]))
        except (av.error.FFmpegError, ValueError) as error:
            raise UndecodableError(VoiceStatus.TRUNCATED) from error


def _joined(decoded: Iterator[Any]) -> Iterator[Block]:
    """Join frames of some milliseconds to blocks; where rate, channels or type change, a new one begins."""
    waiting: list[NDArray[Any]] = []
    values, kind = 0, (0, 0, "")
    for frame in decoded:
        found = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
        _check(*found[:2])
        if waiting and (found != kind or values > _BLOCK_VALUES):
            yield _samples(waiting, channels=kind[1]), kind[0]
            waiting, values = [], 0
        waiting.append(frame.to_ndarray())
        values, kind = values + waiting[-1].size, found
    if waiting:
        yield _samples(waiting, channels=kind[1]), kind[0]


def _samples(parts: list[NDArray[Any]], *, channels: int) -> NDArray[np.float32]:
    """Return float32 (frames, channels) in [-1, 1] of arrays (channels, frames) or (1, values)."""
    joined = np.concatenate(parts, axis=1)
    by_frame = joined.T if len(joined) == channels else joined.reshape(-1, channels)
    if np.issubdtype(joined.dtype, np.integer):
        by_frame = by_frame / np.float32(-float(np.iinfo(joined.dtype).min))
    return np.asarray(by_frame, dtype=np.float32)


def _check(rate_hz: int, channels: int) -> None:
    if not (LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ and 1 <= channels <= MOST_CHANNELS):
        raise UndecodableError(VoiceStatus.NOT_AUDIO)


def _refuse(url: str, flags: int, options: Any) -> NoReturn:
    raise PermissionError


@lru_cache(maxsize=1)
def _ffmpeg() -> ModuleType:
    """Load FFmpeg where the first clip needs it (0.3 s), and bound what it takes in one piece.

    An MP4 of 1 KB can claim an index of gigabytes; av_max_alloc holds for all of FFmpeg in this process.
    """
    import av  # noqa: PLC0415 - as above

    ctypes.CDLL(av._core.__file__).av_max_alloc(ctypes.c_size_t(_MOST_BYTES_A_PIECE))
    return av
