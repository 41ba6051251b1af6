"""Functionals of clips, and the texts that were to be read where known → prosody and fluency."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engagement.audio.functionals import FRONT_END, functional_names
from engagement.errors import ModelError
from engagement.inference.runtime import Model, load_model, require_input

TONES = ("prosody", "fluency")
TEXT_FRONT_END = "text/1"
TEXT_COLUMNS = (
    "words_log",
    "characters_log",
    "words_per_second",
    "words_per_second_log",
    "characters_per_second",
    "characters_per_second_log",
    "characters_per_speech_second",
    "characters_per_speech_second_log",
    "syllables_per_character",
    "characters_per_word",
)


def load_tone_model(name: str, *, threads: int = 1, require_gpu: bool = False, device: int = 0) -> Model:
    """Load the tone model, once per worker.

    Raises:
        ModelError: see `runtime.load_model`; or it was made for another front end or other labels.
    """
    model = load_model(name, threads=threads, require_gpu=require_gpu, device=device)
    require_input(model, "functionals", content=FRONT_END, columns=len(functional_names()))
    require_input(model, "text", content=TEXT_FRONT_END, columns=len(TEXT_COLUMNS))
    if model.description.labels != TONES:
        raise ModelError(f"Model {name!r}: labels are {model.description.labels}; expected {TONES}.")
    return model


def score_tone(
    model: Model, functionals: NDArray[np.float64], texts: Sequence[str | None]
) -> dict[str, NDArray[np.float64]]:
    """Score clips.

    Args:
        model: From `load_tone_model`.
        functionals: float64 (clips, functionals).
        texts: For each clip, what was to be said; None where that is not known.

    Returns:
        float64 (clips,) by column of silver.voice_scores: tone_prosody and tone_fluency, 0–10.
    """
    scores = model.run({"functionals": functionals, "text": text_functionals(functionals, texts)})["scores"]
    return {f"tone_{label}": scores[:, i] for i, label in enumerate(TONES)}


def text_functionals(functionals: NDArray[np.float64], texts: Sequence[str | None]) -> NDArray[np.float64]:
    """Return float64 (clips, TEXT_COLUMNS): length and rate of the text; NaN where there is no text."""
    place = {name: i for i, name in enumerate(functional_names())}
    total_seconds = np.exp(functionals[:, place["total_log"]])
    speech_seconds = np.exp(functionals[:, place["speech_log"]])
    syllables = np.expm1(functionals[:, place["nuclei"]])
    split = [(text or "").split() for text in texts]
    words = _positive([len(parts) for parts in split])
    characters = _positive([sum(map(len, parts)) for parts in split])
    columns = (
        np.log(words),
        np.log(characters),
        words / total_seconds,
        np.log(words / total_seconds),
        characters / total_seconds,
        np.log(characters / total_seconds),
        characters / speech_seconds,
        np.log(characters / speech_seconds),
        syllables / characters,
        characters / words,
    )
    return np.stack(columns, axis=1)


def _positive(counts: list[int]) -> NDArray[np.float64]:
    return np.array([count if count > 0 else np.nan for count in counts], dtype=np.float64)
