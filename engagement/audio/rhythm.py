"""Frames → how speech is laid out in time: pauses, stretches, voicing and syllables."""

import numpy as np
from numpy.typing import NDArray

from engagement.audio.acoustics import pause_lengths_seconds
from engagement.audio.frames import HOP_SECONDS, Frames, runs
from engagement.audio.summaries import mean, spread, std

# A syllable nucleus stands this far above the dip before it (de Jong & Wempe 2009, Behav. Res. Methods 41).
NUCLEUS_RISE_DB = 2.0
_SMOOTHING = np.hanning(9)[1:-1] / np.hanning(9).sum()


def rhythm(level_db: NDArray[np.float64], frames: Frames) -> dict[str, float]:
    """Return the rhythm of a clip with speech: seconds, their logarithms, shares and rates per second.

    Args:
        level_db: float64 (frames,), dB relative to the clip's speech.
        frames: The clip.
    """
    spoken = np.flatnonzero(frames.speech)
    total_seconds = (spoken[-1] + 1 - spoken[0]) * HOP_SECONDS
    speech_seconds = len(spoken) * HOP_SECONDS
    return {
        "total_log": float(np.log(total_seconds)),
        "speech_log": float(np.log(speech_seconds)),
        "speech_share": speech_seconds / total_seconds,
        "lead_in": float(np.log(0.1 + spoken[0] * HOP_SECONDS)),
        **_pauses(frames, total_seconds),
        **_voicing(frames),
        **_syllables(syllable_nuclei(level_db, frames), total_seconds, speech_seconds),
    }


def syllable_nuclei(level_db: NDArray[np.float64], frames: Frames) -> NDArray[np.intp]:
    """Return intp (nuclei,): the frames of voiced level peaks that a dip of 2 dB sets apart."""
    smooth = np.convolve(level_db, _SMOOTHING, mode="same")
    inner = smooth[1:-1]
    is_peak = (inner > smooth[:-2]) & (inner >= smooth[2:]) & frames.voiced[1:-1]
    nuclei: list[int] = []
    for peak in np.flatnonzero(is_peak) + 1:
        if nuclei:
            dip = smooth[nuclei[-1] : peak].min()
            if dip > min(smooth[peak], smooth[nuclei[-1]]) - NUCLEUS_RISE_DB:
                nuclei[-1] = max(nuclei[-1], peak, key=lambda frame: smooth[frame])
                continue
        nuclei.append(peak)
    return np.array(nuclei, dtype=np.intp)


def _pauses(frames: Frames, total_seconds: float) -> dict[str, float]:
    pauses_seconds = pause_lengths_seconds(frames)
    starts, ends = runs(frames.speech)
    stretches_seconds = (ends - starts) * HOP_SECONDS
    return {
        "pause_rate": len(pauses_seconds) / total_seconds,
        "pause_share": float(pauses_seconds.sum()) / total_seconds,
        "pause_mean": mean(pauses_seconds),
        "pause_longest": float(pauses_seconds.max(initial=0.0)),
        "stretch_mean": mean(stretches_seconds),
        "stretch_std": std(stretches_seconds),
    }


def _voicing(frames: Frames) -> dict[str, float]:
    speech_frames = int(frames.speech.sum())
    starts, ends = runs(frames.voiced)
    return {
        "voiced_share": float(frames.voiced.sum()) / speech_frames,
        "voiced_rate": len(starts) / (speech_frames * HOP_SECONDS),
        **spread("voiced_seconds", (ends - starts) * HOP_SECONDS),
        **spread("unvoiced_seconds", (starts[1:] - ends[:-1]) * HOP_SECONDS),
    }


def _syllables(nuclei: NDArray[np.intp], total_seconds: float, speech_seconds: float) -> dict[str, float]:
    spacing_seconds = np.diff(nuclei) * HOP_SECONDS
    # Pairwise variability index (Grabe & Low 2002), of the spacing of syllables instead of vowel lengths.
    neighbours_seconds = (spacing_seconds[1:] + spacing_seconds[:-1]) / 2
    return {
        "nuclei": float(np.log1p(len(nuclei))),
        "nuclei_rate": len(nuclei) / total_seconds,
        "articulation_rate": len(nuclei) / speech_seconds,
        **spread("nuclei_spacing", spacing_seconds),
        "nuclei_variability": mean(np.abs(np.diff(spacing_seconds)) / neighbours_seconds),
    }
