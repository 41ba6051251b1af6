"""Recordings in the containers that libsndfile does not write: real encodes by FFmpeg."""

from collections.abc import Sequence
from io import BytesIO

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
# What a browser or a phone writes: (container, codec).
RECORDERS = {
    "webm": ("webm", "libopus"),
    "m4a": ("ipod", "aac"),
    "mp4": ("mp4", "aac"),
    "adts": ("adts", "aac"),
    "alac": ("ipod", "alac"),
    "3gp": ("3gp", "libopencore_amrnb"),
    "matroska": ("matroska", "flac"),
}


def recorded(
    signal: NDArray[np.float32],
    kind: str,
    *,
    rate_hz: int = 48_000,
    options: dict[str, str] | None = None,
    video: bool = False,
) -> bytes:
    """Return float32 (samples,) or (samples, channels) as the content of a file of RECORDERS.

    Args:
        signal: Samples at `rate_hz`.
        kind: A key of RECORDERS.
        rate_hz: Rate; the codec must know it.
        options: FFmpeg's options of the container.
        video: Whether a video track precedes the sound.
    """
    container, codec = RECORDERS[kind]
    by_channel = np.atleast_2d(signal.T)
    file = BytesIO()
    with av.open(file, "w", format=container, options=options or {}) as opened:
        film = _film_stream(opened) if video else None
        stream = opened.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, AudioStream)
        stream.layout = _LAYOUTS[len(by_channel)]
        if film:
            _play(opened, film)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(by_channel), "fltp", stream.layout.name)
        frame.sample_rate, frame.pts = rate_hz, 0
        resampler = av.AudioResampler(stream.format.name, stream.layout.name, rate_hz, frame_size=None)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            opened.mux(stream.encode(part))
        opened.mux(stream.encode(None))
    return file.getvalue()


def filmed(*, container: str = "mp4") -> bytes:
    """Return a video without sound."""
    file = BytesIO()
    with av.open(file, "w", format=container) as opened:
        _play(opened, _film_stream(opened))
    return file.getvalue()


def opus_packets(packets: Sequence[bytes], *, seconds_each: float) -> bytes:
    """Return a WebM of Opus packets as they are given."""
    file = BytesIO()
    with av.open(file, "w", format="webm") as opened:
        stream = opened.add_stream("libopus", rate=48_000)
        stream.codec_context.open()
        for number, content in enumerate(packets):
            packet = av.Packet(content)
            packet.stream = stream
            packet.time_base = stream.codec_context.time_base
            packet.pts = packet.dts = round(number * seconds_each * 48_000)
            opened.mux(packet)
    return file.getvalue()


def _film_stream(opened: OutputContainer) -> VideoStream:
    stream = opened.add_stream("mpeg4" if opened.format.name == "mp4" else "libvpx", rate=5)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    return stream


def _play(opened: OutputContainer, stream: VideoStream) -> None:
    for number in range(5):
        picture = np.full((64, 64, 3), number * 40, dtype=np.uint8)
        opened.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
    opened.mux(stream.encode(None))
