"""A local Hugging Face audio-classification checkpoint → an ONNX graph from waveforms to probabilities.

The graph holds the front end as well (normalisation, or Whisper's log-mel spectrum), so that inference needs
neither PyTorch nor transformers.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoConfig, AutoFeatureExtractor, AutoModelForAudioClassification

from engagement.audio.frames import RATE_HZ
from engagement.errors import ModelError
from models.training.graphs import OPSET

MODEL_TYPES = ("wav2vec2", "hubert", "wavlm", "whisper")
# A graph is one protobuf message, which cannot be larger.
MOST_BYTES = 2_000_000_000
# What Wav2Vec2FeatureExtractor and Whisper's add to a variance and take for the least power.
_LEAST_VARIANCE, _LEAST_POWER = 1e-7, 1e-10


class SpeechClassifier:
    """A checkpoint with its front end.

    Attributes:
        labels: What the model's classes are called.
        is_masked: Whether padding is told to the model, which then leaves it out.
        is_silence_filled: Whether the model itself fills every clip up with silence.
    """

    def __init__(self, checkpoint: Path) -> None:
        """Load a checkpoint.

        Raises:
            ModelError: it is no speech classifier of a kind known here, or not made for 16 kHz.
        """
        config = _loaded(AutoConfig, checkpoint, "config.json")
        if config.model_type not in MODEL_TYPES:
            raise ModelError(
                f"{checkpoint}/config.json: model_type is {config.model_type!r}; expected one of "
                f"{', '.join(MODEL_TYPES)}."
            )
        if config.problem_type not in (None, "single_label_classification"):
            raise ModelError(
                f"{checkpoint}/config.json: problem_type is {config.problem_type!r}; expected "
                "'single_label_classification': one label a clip."
            )
        self.extractor = _loaded(AutoFeatureExtractor, checkpoint, "preprocessor_config.json")
        if self.extractor.sampling_rate != RATE_HZ:
            raise ModelError(
                f"{checkpoint}/preprocessor_config.json: sampling_rate is {self.extractor.sampling_rate}; "
                f"expected {RATE_HZ}, what clips are decoded to."
            )
        # Safetensors only: the older format is a pickle, which runs what it holds.
        self.model = _loaded(
            AutoModelForAudioClassification,
            checkpoint,
            "model.safetensors",
            use_safetensors=True,
            attn_implementation="eager",
        ).eval()
        self.labels = tuple(config.id2label[place] for place in range(config.num_labels))
        self.is_silence_filled = config.model_type == "whisper"
        # The group norm of the first layer runs over time, so that padding moves it, masked or not.
        self.is_masked = not self.is_silence_filled and config.feat_extract_norm == "layer"

    def graph(self) -> bytes:
        """Return the ONNX graph: waveform and, where masked, attention_mask → probabilities.

        Raises:
            ModelError: the weights are more than an ONNX file holds.
        """
        weight_bytes = sum(weight.numel() * 4 for weight in self.model.parameters())
        if weight_bytes > MOST_BYTES:
            raise ModelError(f"The weights take {weight_bytes} bytes; a model.onnx holds {MOST_BYTES}.")
        seconds = 2
        example = torch.randn(2, seconds * RATE_HZ)
        mask = torch.ones_like(example, dtype=torch.int64)
        mask[1, RATE_HZ:] = 0
        names = ["waveform", "attention_mask"][: 1 + self.is_masked]
        file = BytesIO()
        torch.onnx.export(
            self._front_end(),
            (example, mask)[: len(names)],
            file,
            input_names=names,
            output_names=["probabilities"],
            dynamic_axes={
                **{name: {0: "clips", 1: "samples"} for name in names},
                "probabilities": {0: "clips"},
            },
            opset_version=OPSET,
            dynamo=False,
        )
        return file.getvalue()

    def probabilities(self, signal: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return float64 (labels,) of one clip, by PyTorch and the checkpoint's own feature extractor."""
        features = self.extractor(signal, sampling_rate=RATE_HZ, return_tensors="pt")
        features.pop("attention_mask", None)
        with torch.no_grad():
            logits = self.model(**features).logits
        return np.asarray(torch.softmax(logits, dim=-1)[0].double().numpy())

    def _front_end(self) -> torch.nn.Module:
        if self.is_silence_filled:
            return _OnSpectrum(self.model, self.extractor).eval()
        return _OnWaveform(self.model, normalised=self.extractor.do_normalize).eval()


class _OnWaveform(torch.nn.Module):
    """Normalises each clip over its own samples, as Wav2Vec2FeatureExtractor does."""

    def __init__(self, model: torch.nn.Module, *, normalised: bool) -> None:
        super().__init__()
        self.model, self.normalised = model, normalised

    def forward(self, waveform: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        heard = torch.ones_like(waveform) if attention_mask is None else attention_mask.to(waveform.dtype)
        if self.normalised:
            samples = heard.sum(dim=1, keepdim=True)
            centred = (waveform - (waveform * heard).sum(dim=1, keepdim=True) / samples) * heard
            variance = (centred**2).sum(dim=1, keepdim=True) / samples
            waveform = centred / torch.sqrt(variance + _LEAST_VARIANCE)
        logits = self.model(input_values=waveform, attention_mask=attention_mask).logits
        return torch.softmax(logits, dim=-1)


class _OnSpectrum(torch.nn.Module):
    """Whisper's log-mel spectrum of a clip filled up with silence; the Fourier transform is a convolution."""

    def __init__(self, model: torch.nn.Module, extractor: Any) -> None:
        super().__init__()
        self.model, self.samples, self.hop = model, extractor.n_samples, extractor.hop_length
        self.margin = extractor.n_fft // 2
        place = torch.arange(extractor.n_fft, dtype=torch.float64)
        turn = 2 * torch.pi * torch.outer(torch.arange(self.margin + 1), place) / extractor.n_fft
        window = torch.hann_window(extractor.n_fft, dtype=torch.float64)
        bases = torch.cat([torch.cos(turn), torch.sin(turn)]) * window
        self.register_buffer("bases", bases.float()[:, None, :])
        self.register_buffer("bank", torch.from_numpy(np.asarray(extractor.mel_filters)).float().T)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        silence = torch.zeros_like(waveform[:, :1]).expand(-1, self.samples)
        filled = torch.cat([waveform, silence], dim=1)[:, None, : self.samples]
        reflected = torch.nn.functional.pad(filled, (self.margin, self.margin), mode="reflect")
        parts = torch.nn.functional.conv1d(reflected, self.bases, stride=self.hop)[:, :, :-1]
        real, imaginary = parts.chunk(2, dim=1)
        log_mel = torch.log10(torch.clamp(self.bank @ (real**2 + imaginary**2), min=_LEAST_POWER))
        floor = log_mel.amax(dim=(1, 2), keepdim=True) - 8
        features = (torch.maximum(log_mel, floor) + 4) / 4
        return torch.softmax(self.model(input_features=features).logits, dim=-1)


def _loaded(kind: Any, checkpoint: Path, file: str, **options: Any) -> Any:
    try:
        return kind.from_pretrained(checkpoint, local_files_only=True, **options)
    except (OSError, ValueError) as error:
        raise ModelError(f"{checkpoint}/{file} cannot be loaded: {error}") from error
