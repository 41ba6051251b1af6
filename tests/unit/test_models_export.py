"""Bring your own model: a checkpoint made here, exported, and heard as PyTorch hears it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from engagement.errors import ConfigurationError, ModelError
from engagement.inference.emotion import EMOTIONS, load_emotion_model, score_emotion
from engagement.inference.waveforms import run_on_waveforms
from tests.unit.sounds import voice

torch = pytest.importorskip("torch", reason="the `export` extra is not installed")
transformers = pytest.importorskip("transformers", reason="the `export` extra is not installed")

LABELS = ("ang", "hap", "neu", "other")
SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "classifier_proj_size": 8,
}
KINDS = {
    "wav2vec2": ("Wav2Vec2", {**SMALL, "feat_extract_norm": "layer", "do_stable_layer_norm": True}),
    "wav2vec2_group_norm": ("Wav2Vec2", {**SMALL, "feat_extract_norm": "group"}),
    "hubert": ("Hubert", {**SMALL, "feat_extract_norm": "layer"}),
    "wavlm": ("WavLM", {**SMALL, "feat_extract_norm": "layer"}),
    "whisper": (
        "Whisper",
        {
            "d_model": 16,
            "encoder_layers": 2,
            "encoder_attention_heads": 2,
            "encoder_ffn_dim": 24,
            "max_source_positions": 200,  # frames of 20 ms: four seconds
            "classifier_proj_size": 8,
        },
    ),
}

CLIPS = [voice(hz, seconds=seconds) for hz, seconds in ((150, 1), (300, 2.5), (90, 0.4), (220, 2.5))]


def checkpoint(folder: Path, kind: str, *, labels: tuple[str, ...] = LABELS) -> Path:
    """Write a randomly initialised checkpoint with its feature extractor."""
    name, sizes = KINDS[kind]
    torch.manual_seed(0)
    config = getattr(transformers, f"{name}Config")(**sizes, id2label=dict(enumerate(labels)))
    task = "AudioClassification" if name == "Whisper" else "SequenceClassification"
    model = getattr(transformers, f"{name}For{task}")(config)
    model.save_pretrained(folder)
    if name == "Whisper":
        extractor = transformers.WhisperFeatureExtractor(chunk_length=4)
    else:
        extractor = transformers.Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)
    extractor.save_pretrained(folder)
    logits = torch.stack([logits_of(folder, model.eval(), signal) for signal in CLIPS])
    with torch.no_grad():
        # Random weights all but ignore the sound: the last layer spreads what they tell.
        model.classifier.weight.div_(logits.std(dim=0)[:, None])
        model.classifier.bias.sub_(logits.mean(dim=0)).div_(logits.std(dim=0))
    model.save_pretrained(folder)
    return folder


def export(folder: Path, to: Path, *further: str) -> None:
    from models.training.export_speech_classifier import main  # noqa: PLC0415 - needs the extra

    main(["--checkpoint", str(folder), "--to", str(to), "--licence", "MIT", *further])


def logits_of(folder: Path, model: Any, signal: NDArray[np.float32]) -> Any:
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)
    features = extractor(signal, sampling_rate=16_000, return_tensors="pt")
    features.pop("attention_mask", None)
    with torch.no_grad():
        return model(**features).logits[0]


@pytest.mark.parametrize("kind", KINDS)
def test_main__the_exported_model_is_the_checkpoint(kind: str, tmp_path: Path) -> None:
    made = checkpoint(tmp_path / "checkpoint", kind)
    export(made, tmp_path / "mine", "--emotion", "other=none")
    model = load_emotion_model(str(tmp_path / "mine"))
    original = transformers.AutoModelForAudioClassification.from_pretrained(made).eval()
    logits = torch.stack([logits_of(made, original, signal) for signal in CLIPS])
    expected = torch.softmax(logits, dim=-1).numpy()
    together = run_on_waveforms(model, CLIPS)
    assert np.ptp(expected, axis=0).max() > 0.2  # the clips are told apart
    np.testing.assert_allclose(together, expected, atol=1e-3)
    for i, signal in enumerate(CLIPS):
        np.testing.assert_allclose(run_on_waveforms(model, [signal])[0], together[i], atol=1e-4)
    scores = score_emotion(model, np.zeros((len(CLIPS), 0)), CLIPS)
    known = expected[:, :3] / expected[:, :3].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scores["emotion_anger"], known[:, 0], atol=1e-3)
    np.testing.assert_allclose(scores["arousal"], known[:, :2].sum(axis=1), atol=1e-3)
    assert np.isnan(scores["emotion_boredom"]).all()


def test_main__a_label_whose_meaning_is_not_known_is_named(tmp_path: Path) -> None:
    made = checkpoint(tmp_path / "checkpoint", "hubert", labels=("Angry", "surprise"))
    with pytest.raises(ConfigurationError, match="surprise"):
        export(made, tmp_path / "mine")
    with pytest.raises(ConfigurationError, match="--emotion is 'surprise=joyful'"):
        export(made, tmp_path / "mine", "--emotion", "surprise=joyful")
    export(made, tmp_path / "mine", "--emotion", "surprise=happiness")
    description = yaml.safe_load((tmp_path / "mine" / "model.yaml").read_text())
    assert description["emotions"] == {"Angry": "anger", "surprise": "happiness"}
    assert set(description["emotions"].values()) <= set(EMOTIONS)


@pytest.mark.parametrize(
    ("file", "key", "value", "message"),
    [
        ("config.json", "model_type", "bert", r"config\.json"),
        ("config.json", "problem_type", "regression", r"config\.json: problem_type is 'regression'"),
        (
            "preprocessor_config.json",
            "sampling_rate",
            8000,
            r"preprocessor_config\.json: sampling_rate is 8000; expected 16000",
        ),
    ],
)
def test_main__a_checkpoint_of_another_kind_is_refused(
    tmp_path: Path, file: str, key: str, value: object, message: str
) -> None:
    made = checkpoint(tmp_path / "checkpoint", "wav2vec2")
    entries = yaml.safe_load((made / file).read_text())
    (made / file).write_text(json.dumps({**entries, key: value}))
    with pytest.raises(ModelError, match=message):
        export(made, tmp_path / "mine", "--emotion", "other=none")


def test_main__weights_in_a_pickle_are_not_read(tmp_path: Path) -> None:
    made = checkpoint(tmp_path / "checkpoint", "wav2vec2")
    (made / "model.safetensors").rename(made / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be loaded"):
        export(made, tmp_path / "mine", "--emotion", "other=none")
