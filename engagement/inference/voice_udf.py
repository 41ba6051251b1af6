"""Recordings of responses → silver.voice_scores: one row out per row in, one trip to Python."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pyspark import Accumulator
from pyspark.resource import ResourceProfile
from pyspark.sql import DataFrame, types as T

from engagement.audio.fetch import Recording, fetch
from engagement.audio.object_store import store_of
from engagement.audio.prefetch import Bounds, prefetched
from engagement.config import VoiceSettings
from engagement.inference.gpu import BatchFunction, device_of_task, map_batches
from engagement.inference.listening import Heard, Models, in_calls, listen, load_models, score
from engagement.inference.runtime import describe_model
from engagement.schemas import VOICE_SCORES
from engagement.schemas.enums import VoiceStatus
from engagement.schemas.table import LINEAGE

_LINEAGE_NAMES = {column.name for column in LINEAGE}
SCORE_SCHEMA = T.StructType([column for column in VOICE_SCORES.columns if column.name not in _LINEAGE_NAMES])
# Name under which a tally counts the seconds of audio that were decoded.
SECONDS = "seconds"
# Recordings of a task that may be fetched ahead, whatever their size.
_MOST_AHEAD = 64
# One model call under way while the clips of the next are listened to.
_ONE_CALL_AHEAD = Bounds(threads=1, most_ahead=2, most_bytes_ahead=0, most_bytes_each=0)
# What pandas would take for something else where a call has none of it, or lacks one.
_PANDAS_TYPES: dict[T.DataType, Any] = {
    T.StringType(): object,
    T.IntegerType(): "Int32",
    T.DoubleType(): float,
}


class _Row(NamedTuple):
    """A recording to score; its names are those of columns, and all but the text go into the scores."""

    response_id: str
    response_date: Any
    audio_key: str
    first_tried_at: Any
    original_text: str | None


def score_voice(
    recordings: DataFrame,
    settings: VoiceSettings,
    tally: Accumulator[dict[str, float]] | None = None,
    *,
    profile: ResourceProfile | None = None,
) -> DataFrame:
    """Fetch, decode, measure and score recordings.

    Waveforms never become a column: bytes go in and scores come out of one Arrow exchange.

    Args:
        recordings: One row per recording: response_id, response_date, audio_key (not null), original_text
            (null: unknown), first_tried_at.
        settings: How to fetch, decode and score.
        tally: Takes the recordings done by status, and their seconds, as tasks end; a task that is run again
            counts again: for progress, not for the ledger.
        profile: What the tasks ask Spark for, from `gpu.gpu_profile`; None: what every task gets.

    Returns:
        One row per row in, columns of silver.voice_scores without lineage; where `status` is not `ok`
        the scores are null, and where the recording was not decoded its measures are, too.
    """
    needed = recordings.select(*_Row._fields)
    return map_batches(needed, voice_scorer(settings, tally), SCORE_SCHEMA, profile)


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
) -> BatchFunction:
    """Return the function that scores batches of recordings; it holds nothing but the settings."""

    def score_batches(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        models = load_models(settings, device=device_of_task())
        # Three things at a time: threads fetch, this one listens, and one runs the models on what was heard.
        heard = (listen(recording, row, models, settings) for row, recording in _fetched(batches, settings))
        for scored in prefetched(
            in_calls(heard), lambda clips: scored_rows(clips, models), size_bytes=len, bounds=_ONE_CALL_AHEAD
        ):
            if tally is not None:
                tally.add({**scored["status"].value_counts(), SECONDS: scored["clip_seconds"].sum()})
            yield scored

    return score_batches


def scored_rows(clips: Sequence[Heard], models: Models) -> pd.DataFrame:
    """Return the rows of silver.voice_scores, without lineage, of the clips of one call."""
    columns = score(clips, [clip.row.original_text for clip in clips], models)
    for name in _Row._fields:
        columns[name] = [getattr(clip.row, name) for clip in clips]
    none = [None] * len(clips)
    typed = {
        field.name: pd.Series(columns.get(field.name, none), dtype=_PANDAS_TYPES.get(field.dataType))
        for field in SCORE_SCHEMA
    }
    return pd.DataFrame(typed)


def rows_of(batches: Iterable[pd.DataFrame]) -> Iterator[_Row]:
    """Yield the recordings of all batches, one after the other."""
    for batch in batches:
        yield from map(_Row._make, batch[list(_Row._fields)].itertuples(index=False, name=None))


def _fetched(
    batches: Iterable[pd.DataFrame], settings: VoiceSettings
) -> Iterator[tuple[_Row, Recording | VoiceStatus]]:
    """Yield rows with what was fetched for them, in order; the network works while the caller computes."""
    store = store_of(settings)

    def load(row: _Row) -> tuple[_Row, Recording | VoiceStatus]:
        return row, fetch(settings.audio_root, row.audio_key, max_bytes=settings.max_bytes, store=store)

    return prefetched(
        rows_of(batches),
        load,
        size_bytes=lambda loaded: len(loaded[1].content) if isinstance(loaded[1], Recording) else 0,
        bounds=Bounds(
            threads=settings.fetch_threads,
            most_ahead=_MOST_AHEAD,
            most_bytes_ahead=settings.fetch_ahead_bytes,
            most_bytes_each=settings.max_bytes,
        ),
    )
