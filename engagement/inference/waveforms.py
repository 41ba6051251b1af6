"""Waveforms of any length → a model that hears them, in batches that change no score."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import RATE_HZ
from engagement.errors import ModelError
from engagement.inference.runtime import Model

# To such a model silence behind a clip is part of it, unless it has a mask: clips of one length go together.
WAVEFORM = "waveform/1"
# Such a model itself fills every clip up with silence to a fixed length: ours before it changes nothing.
SILENCE_FILLED_WAVEFORM = "silence-filled waveform/1"
MASK = "1 where the waveform is, 0 behind it"
_INPUTS = {
    "waveform": ("float32", (WAVEFORM, SILENCE_FILLED_WAVEFORM)),
    "attention_mask": ("int64", (MASK,)),
}
# What one run may hold, padding included: two minutes, 8 MB of samples.
MOST_SAMPLES = 120 * RATE_HZ
# Padded clips end on a multiple of half a second: on a GPU each new length costs a search.
BUCKET_SAMPLES = RATE_HZ // 2


def hears_waveforms(model: Model) -> bool:
    """Tell a model whose input is the sound itself from one of functionals."""
    return any(tensor.name == "waveform" for tensor in model.description.inputs)


def require_waveforms(model: Model) -> None:
    """Refuse a model whose waveforms are not ours: float32 [clips, samples] at 16 kHz.

    Raises:
        ModelError: an input or the first output is something else; the field is named.
    """
    description = model.description
    where = f"model.yaml of {description.name!r}:"
    names = [tensor.name for tensor in description.inputs]
    if not set(names) <= set(_INPUTS):
        raise ModelError(f"{where} inputs names {', '.join(names)}; expected {', '.join(_INPUTS)}.")
    for tensor in description.inputs:
        dtype, contents = _INPUTS[tensor.name]
        is_ours = (tensor.dtype, len(tensor.shape), tensor.rate_hz) == (dtype, 2, RATE_HZ)
        if not is_ours or tensor.content not in contents:
            raise ModelError(
                f"{where} inputs.{tensor.name} is {tensor.dtype} {list(tensor.shape)}, "
                f"{tensor.content!r}, at {tensor.rate_hz} Hz; expected {dtype} [clips, samples], "
                f"{' or '.join(map(repr, contents))}, at {RATE_HZ} Hz."
            )
    output = description.outputs[0]
    if output.shape[1:] != (len(description.labels),):
        raise ModelError(
            f"{where} outputs.{output.name} is {list(output.shape)}; expected [clips, "
            f"{len(description.labels)}], a probability for each of labels."
        )


def run_on_waveforms(model: Model, signals: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return float64 (clips, labels), the first output, whatever the clips are batched with.

    Args:
        model: One that `hears_waveforms`.
        signals: float32 (samples,) each, mono, [-1, 1], at 16 kHz.
    """
    description = model.description
    names = {tensor.name for tensor in description.inputs}
    contents = {tensor.content for tensor in description.inputs}
    may_pad = "attention_mask" in names or SILENCE_FILLED_WAVEFORM in contents
    scores = np.zeros((len(signals), len(description.labels)))
    for places in _batches([len(signal) for signal in signals], may_pad=may_pad):
        inputs = _padded([signals[place] for place in places], may_pad=may_pad)
        outputs = model.run({name: values for name, values in inputs.items() if name in names})
        scores[places] = outputs[description.outputs[0].name]
    return scores


def _batches(lengths_samples: Sequence[int], *, may_pad: bool) -> Iterator[list[int]]:
    """Yield the places of clips of one or like length, shortest first, at most `MOST_SAMPLES` a batch."""
    batch: list[int] = []
    for place in np.argsort(lengths_samples, kind="stable").tolist():
        samples = lengths_samples[place]
        fits = (len(batch) + 1) * samples <= MOST_SAMPLES
        if batch and not (fits and (may_pad or samples == lengths_samples[batch[0]])):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _padded(signals: Sequence[NDArray[np.float32]], *, may_pad: bool) -> dict[str, NDArray[Any]]:
    samples = max(len(signal) for signal in signals)
    if may_pad:
        samples = -(-samples // BUCKET_SAMPLES) * BUCKET_SAMPLES
    waveform = np.zeros((len(signals), samples), dtype=np.float32)
    mask = np.zeros((len(signals), samples), dtype=np.int64)
    for row, signal in enumerate(signals):
        waveform[row, : len(signal)] = signal
        mask[row, : len(signal)] = 1
    return {"waveform": waveform, "attention_mask": mask}
