"""Fetched recordings → what is heard in them, clip by clip, and their scores, call by call; no JVM."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import threadpoolctl
from numpy.typing import NDArray

from engagement.audio.acoustics import measure
from engagement.audio.decode import decode
from engagement.audio.fetch import Recording
from engagement.audio.frames import analyse
from engagement.audio.functionals import functionals
from engagement.config import VoiceSettings
from engagement.inference.emotion import load_emotion_model, score_emotion
from engagement.inference.runtime import Model
from engagement.inference.tone import load_tone_model, score_tone
from engagement.inference.waveforms import hears_waveforms
from engagement.schemas.enums import VoiceStatus

# Bounds of one model call: what is kept of a clip until then are its functionals (2 kB), and its waveform for
# a model that hears them: 38 MB and a clip at most, whatever the clips' number and length.
CLIPS_PER_CALL = 64
SECONDS_PER_CALL = 600.0


@dataclass(frozen=True)
class Models:
    """The two models in force.

    Attributes:
        emotion: From `load_emotion_model`.
        tone: From `load_tone_model`.
    """

    emotion: Model
    tone: Model


@dataclass(frozen=True)
class Heard:
    """What is known of one recording.

    Attributes:
        row: What came with the recording: its key, its text; goes where the recording goes.
        facts: Columns of silver.voice_scores.
        functionals: float64 (functionals,), where there is speech to score.
        signal: float32 (samples,), where there is and the emotion model hears waveforms.
    """

    row: Any
    facts: dict[str, Any]
    functionals: NDArray[np.float64] | None = None
    signal: NDArray[np.float32] | None = None


def load_models(settings: VoiceSettings, *, device: int = 0) -> Models:
    """Load both models, once per worker, and hold this worker's numeric libraries to `threads`.

    OpenBLAS would take every core of the machine in every worker.

    Args:
        settings: Names the models.
        device: Number of the GPU to run on, where there are any.

    Raises:
        ModelError: a model is incomplete, altered or made for another version; or there is no GPU to be had.
    """
    _hold_threads(settings.threads)
    threads, require_gpu = settings.threads, settings.require_gpu
    return Models(
        load_emotion_model(settings.emotion_model, threads=threads, require_gpu=require_gpu, device=device),
        load_tone_model(settings.tone_model, threads=threads, require_gpu=require_gpu, device=device),
    )


def listen(recording: Recording | VoiceStatus, row: Any, models: Models, settings: VoiceSettings) -> Heard:
    """Decode and measure one recording; its waveform ends here but for a model that hears it."""
    if isinstance(recording, VoiceStatus):
        return Heard(row, {"status": str(recording)})
    facts: dict[str, Any] = {"audio_version": recording.version}
    clip = decode(
        recording.content, max_seconds=settings.max_seconds, max_decode_seconds=settings.max_decode_seconds
    )
    if isinstance(clip, VoiceStatus):
        return Heard(row, {**facts, "status": str(clip)})
    frames = analyse(clip.signal)
    acoustics = measure(frames)
    has_speech = acoustics.speech_seconds >= max(settings.min_speech_seconds, 1e-9)
    facts |= {
        "status": str(VoiceStatus.OK if has_speech else VoiceStatus.NO_SPEECH),
        "clip_seconds": clip.seconds,
        "sample_rate_hz": clip.sample_rate_hz,
        **asdict(acoustics),
    }
    if not has_speech:
        return Heard(row, facts)
    return Heard(row, facts, functionals(frames), clip.signal if hears_waveforms(models.emotion) else None)


def in_calls(clips: Iterable[Heard]) -> Iterator[list[Heard]]:
    """Yield the clips in order, as many together as one model call takes."""
    call: list[Heard] = []
    seconds = 0.0
    for clip in clips:
        call.append(clip)
        seconds += clip.facts.get("clip_seconds", 0.0)
        if len(call) == CLIPS_PER_CALL or seconds >= SECONDS_PER_CALL:
            yield call
            call, seconds = [], 0.0
    if call:
        yield call


def score(clips: Sequence[Heard], texts: Sequence[str | None], models: Models) -> dict[str, list[Any]]:
    """Score the clips of one call.

    Args:
        clips: From `listen`, at least one.
        texts: For each clip, what was to be said; None where that is not known.
        models: From `load_models`.

    Returns:
        Columns of silver.voice_scores, a value a clip: facts, functionals, models and scores; None where a
        clip has none.
    """
    named = dict.fromkeys(name for clip in clips for name in clip.facts)
    columns: dict[str, list[Any]] = {name: [clip.facts.get(name) for clip in clips] for name in named}
    rows = [clip.functionals for clip in clips]
    columns["functionals"] = [None if row is None else row.astype(np.float32) for row in rows]
    columns["emotion_model"] = [models.emotion.description.fingerprint] * len(clips)
    columns["tone_model"] = [models.tone.description.fingerprint] * len(clips)
    spoken = [place for place, row in enumerate(rows) if row is not None]
    if spoken:
        own = np.stack([row for row in rows if row is not None])
        signals = [clip.signal for clip in clips if clip.signal is not None]
        emotions = score_emotion(models.emotion, own, signals)
        tones = score_tone(models.tone, own, [texts[place] for place in spoken])
        for name, values in {**emotions, **tones}.items():
            scattered = np.full(len(clips), np.nan)
            scattered[spoken] = values
            columns[name] = scattered.tolist()
    return columns


@lru_cache(maxsize=1)
def _hold_threads(threads: int) -> threadpoolctl.threadpool_limits:
    return threadpoolctl.threadpool_limits(limits=threads)
