"""Recordings of responses → silver.voice_scores: one row out per row in, one trip to Python."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark import Accumulator
from pyspark.sql import DataFrame, types as T

from engagement.audio.acoustics import measure
from engagement.audio.decode import decode
from engagement.audio.fetch import Recording, fetch
from engagement.audio.frames import analyse
from engagement.audio.functionals import functionals
from engagement.audio.object_store import store_of
from engagement.audio.prefetch import Bounds, prefetched
from engagement.config import VoiceSettings
from engagement.inference.emotion import load_emotion_model, score_emotion
from engagement.inference.runtime import Model, describe_model
from engagement.inference.tone import load_tone_model, score_tone
from engagement.inference.waveforms import hears_waveforms
from engagement.schemas import VOICE_SCORES
from engagement.schemas.enums import VoiceStatus
from engagement.schemas.table import LINEAGE

_LINEAGE_NAMES = {column.name for column in LINEAGE}
# What a recording's row brings along and keeps.
_CARRIED = ("response_id", "response_date", "audio_key", "first_tried_at")
SCORE_SCHEMA = T.StructType([column for column in VOICE_SCORES.columns if column.name not in _LINEAGE_NAMES])
# Name under which a tally counts the seconds of audio that were decoded.
SECONDS = "seconds"
# Clips of one model call; only their functionals are kept meanwhile, and the waveforms for a model that hears
# them: 4 MB for a minute.
CLIPS_PER_CALL = 64
# Recordings of a task that may be fetched ahead, whatever their size.
_MOST_AHEAD = 64


@dataclass(frozen=True)
class _Heard:
    """What is known of one recording.

    Attributes:
        facts: Columns of silver.voice_scores.
        functionals: float64 (functionals,), where there is speech to score.
        signal: float32 (samples,), where there is and the emotion model hears waveforms.
    """

    facts: dict[str, Any]
    functionals: NDArray[np.float64] | None = None
    signal: NDArray[np.float32] | None = None


def score_voice(
    recordings: DataFrame, settings: VoiceSettings, tally: Accumulator[dict[str, float]] | None = None
) -> DataFrame:
    """Fetch, decode, measure and score recordings.

    Waveforms never become a column: bytes go in and scores come out of one Arrow exchange.

    Args:
        recordings: One row per recording: response_id, response_date, audio_key (not null), original_text
            (null: unknown), first_tried_at.
        settings: How to fetch, decode and score.
        tally: Takes the recordings done by status, and their seconds, as tasks end; a task that is run again
            counts again: for progress, not for the ledger.

    Returns:
        One row per row in, columns of silver.voice_scores without lineage; where `status` is not `ok`
        the scores are null, and where the recording was not decoded its measures are, too.
    """
    needed = recordings.select(*_CARRIED, "original_text")
    return needed.mapInPandas(voice_scorer(settings, tally), SCORE_SCHEMA)


def model_hashes(settings: VoiceSettings) -> tuple[str, str]:
    """Return the fingerprints of the emotion and the tone model in force, hex.

    Raises:
        ModelError: a model's folder is incomplete or altered.
    """
    return (
        describe_model(settings.emotion_model).fingerprint,
        describe_model(settings.tone_model).fingerprint,
    )


def voice_scorer(
    settings: VoiceSettings, tally: Accumulator[dict[str, float]] | None = None
) -> Callable[[Iterable[pd.DataFrame]], Iterable[pd.DataFrame]]:
    """Return the function that scores batches of recordings; it holds nothing but the settings."""

    def score_batches(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        keep_signal = hears_waveforms(_emotion_model(settings))
        for batch in batches:
            fetched = _fetched(batch["audio_key"], settings)
            for start in range(0, len(batch), CLIPS_PER_CALL):
                arrived = islice(fetched, CLIPS_PER_CALL)
                heard = [_listen(recording, settings, keep_signal=keep_signal) for recording in arrived]
                scored = _score_clips(batch.iloc[start : start + CLIPS_PER_CALL], heard, settings)
                if tally is not None:
                    tally.add({**scored["status"].value_counts(), SECONDS: scored["clip_seconds"].sum()})
                yield scored

    return score_batches


def _fetched(audio_keys: Iterable[str], settings: VoiceSettings) -> Iterator[Recording | VoiceStatus]:
    """Yield what was fetched, in the order of the keys; the network works while the caller computes."""
    return prefetched(
        audio_keys,
        partial(fetch, settings.audio_root, max_bytes=settings.max_bytes, store=store_of(settings)),
        size_bytes=lambda found: len(found.content) if isinstance(found, Recording) else 0,
        bounds=Bounds(
            threads=settings.fetch_threads,
            most_ahead=_MOST_AHEAD,
            most_bytes_ahead=settings.fetch_ahead_bytes,
            most_bytes_each=settings.max_bytes,
        ),
    )


def _score_clips(recordings: pd.DataFrame, heard: list[_Heard], settings: VoiceSettings) -> pd.DataFrame:
    scored = pd.DataFrame([clip.facts for clip in heard], columns=SCORE_SCHEMA.names)
    for name in _CARRIED:
        scored[name] = recordings[name].to_numpy()
    emotion = _emotion_model(settings)
    tone = load_tone_model(settings.tone_model, threads=settings.threads, require_gpu=settings.require_gpu)
    scored["emotion_model"] = emotion.description.fingerprint
    scored["tone_model"] = tone.description.fingerprint
    rows = [clip.functionals for clip in heard]
    kept = [None if row is None else row.astype(np.float32) for row in rows]
    scored["functionals"] = pd.Series(kept, dtype=object)
    spoken = [place for place, row in enumerate(rows) if row is not None]
    if spoken:
        own = np.stack([row for row in rows if row is not None])
        signals = [clip.signal for clip in heard if clip.signal is not None]
        texts = recordings["original_text"].iloc[np.array(spoken)].tolist()
        for name, values in {**score_emotion(emotion, own, signals), **score_tone(tone, own, texts)}.items():
            scored.loc[spoken, name] = values
    # Where a whole batch failed, pandas takes the empty columns for floats, which Arrow makes no text of.
    return scored.astype({"audio_version": object, "sample_rate_hz": "Int32", "pauses": "Int32"})


def _emotion_model(settings: VoiceSettings) -> Model:
    return load_emotion_model(
        settings.emotion_model, threads=settings.threads, require_gpu=settings.require_gpu
    )


def _listen(recording: Recording | VoiceStatus, settings: VoiceSettings, *, keep_signal: bool) -> _Heard:
    if isinstance(recording, VoiceStatus):
        return _Heard({"status": str(recording)})
    facts: dict[str, Any] = {"audio_version": recording.version}
    clip = decode(
        recording.content, max_seconds=settings.max_seconds, max_decode_seconds=settings.max_decode_seconds
    )
    if isinstance(clip, VoiceStatus):
        return _Heard({**facts, "status": str(clip)})
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
        return _Heard(facts)
    return _Heard(facts, functionals(frames), clip.signal if keep_signal else None)
