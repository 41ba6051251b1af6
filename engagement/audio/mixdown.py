"""Blocks of samples at any rate and of any channels → one signal at 16 kHz, up to a limit."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ
from engagement.schemas.enums import VoiceStatus

SHORTEST_SECONDS = 0.1
# Samples that are no numbers are silenced; with more of them the content is no sound.
MOST_NOT_FINITE = 0.1


@dataclass(frozen=True)
class Clip:
    """A decoded recording.

    Attributes:
        signal: float32 (samples,), mono, [-1, 1], at 16 kHz.
        sample_rate_hz: Rate of the recording as it was stored, Hz.
    """

    signal: NDArray[np.float32]
    sample_rate_hz: int

    @property
    def seconds(self) -> float:
        """Return the length, seconds."""
        return len(self.signal) / RATE_HZ


class Mixdown:
    """What was decoded so far, mixed and resampled at once: a block is held no longer than it takes.

    So memory follows the seconds taken, whatever the rate and the number of channels.
    """

    def __init__(self, *, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._parts: list[NDArray[np.float32]] = []
        self._frames, self._not_finite = 0, 0
        self._first_rate_hz, self._rate_hz = 0, 0
        self._seconds_before, self._frames_at_rate = 0.0, 0
        self._resampler: soxr.ResampleStream | None = None

    @property
    def is_too_long(self) -> bool:
        return self._seconds > self._max_seconds

    def add(self, block: NDArray[np.float32], rate_hz: int) -> None:
        """Take float32 (frames, channels) at `rate_hz`; the rate may change from block to block."""
        if rate_hz != self._rate_hz:
            self._change_rate(rate_hz)
        with np.errstate(over="ignore", invalid="ignore"):
            mono = block[:, 0] if block.shape[1] == 1 else block.mean(axis=1)
        finite = np.isfinite(mono)
        self._frames += len(mono)
        self._frames_at_rate += len(mono)
        self._not_finite += len(mono) - int(np.count_nonzero(finite))
        self._keep(np.clip(np.where(finite, mono, np.float32(0)), -1, 1))

    def finish(self) -> Clip | VoiceStatus:
        """Return the whole signal, or why it is none."""
        if self.is_too_long:
            return VoiceStatus.TOO_LONG
        if not self._frames or self._seconds < SHORTEST_SECONDS:
            return VoiceStatus.TOO_SHORT
        if self._not_finite > MOST_NOT_FINITE * self._frames:
            return VoiceStatus.NOT_AUDIO
        self._change_rate(0)
        return Clip(signal=np.concatenate(self._parts), sample_rate_hz=self._first_rate_hz)

    @property
    def _seconds(self) -> float:
        return self._seconds_before + self._frames_at_rate / max(self._rate_hz, 1)

    def _keep(self, mono: NDArray[np.float32], *, is_last: bool = False) -> None:
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(mono, last=is_last)
        self._parts.append(np.asarray(mono, dtype=np.float32))

    def _change_rate(self, rate_hz: int) -> None:
        if self._resampler is not None:
            self._keep(np.zeros(0, dtype=np.float32), is_last=True)
        self._seconds_before = self._seconds
        self._frames_at_rate, self._rate_hz = 0, rate_hz
        self._first_rate_hz = self._first_rate_hz or rate_hz
        is_resampled = rate_hz not in (0, RATE_HZ)
        self._resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32") if is_resampled else None
