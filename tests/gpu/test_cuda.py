"""On a real GPU: CUDA runs the models, gives the CPU's scores, and how fast."""

import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from engagement.audio.frames import analyse
from engagement.audio.functionals import functionals
from engagement.inference import providers
from engagement.inference.emotion import load_emotion_model, score_emotion
from engagement.inference.runtime import Model
from engagement.inference.tone import load_tone_model, score_tone
from engagement.resources import model_files
from tests.unit.sounds import voice

CLIPS = 64
REPEATS = 50
fault = providers._driver_fault()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(bool(fault), reason=f"no GPU here: {fault}")]


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """float64 (clips, functionals) of made-up voices."""
    heard = [functionals(analyse(voice(100 + 4 * number, seconds=1))) for number in range(CLIPS)]
    return np.stack(heard)


def on_cpu(model: Model, name: str) -> Model:
    content = model_files(name).joinpath("model.onnx").read_bytes()
    return Model(model.description, onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]))


@pytest.mark.parametrize("name", ["emotion", "tone", "emotion_calibrated"])
def test_providers__cuda_runs_nodes_of_every_model(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = onnxruntime.SessionOptions()
    options.enable_profiling = True
    options.profile_file_prefix = str(tmp_path / name)
    content = model_files(name).joinpath("model.onnx").read_bytes()
    session = onnxruntime.InferenceSession(content, options, providers=providers.providers(device=0))
    assert session.get_providers()[0] == providers.CUDA, providers.why_no_cuda()
    inputs = {
        node.name: np.ones((CLIPS, *(n for n in node.shape[1:] if isinstance(n, int)))).astype(
            {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64}[node.type]
        )
        for node in session.get_inputs()
    }
    session.run(None, inputs)
    events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    ran_on = [event["args"]["provider"] for event in events if event.get("args", {}).get("provider")]
    with capsys.disabled():
        print(f"{name}: {ran_on.count(providers.CUDA)} of {len(ran_on)} nodes on CUDA")  # noqa: T201
    assert providers.CUDA in ran_on


def test_score__cuda_gives_the_scores_of_the_cpu(rows: np.ndarray) -> None:
    emotion, tone = load_emotion_model("emotion", require_gpu=True), load_tone_model("tone", require_gpu=True)
    texts = ["we call it bear", None] * (CLIPS // 2)
    found = {**score_emotion(emotion, rows), **score_tone(tone, rows, texts)}
    expected = {
        **score_emotion(on_cpu(emotion, "emotion"), rows),
        **score_tone(on_cpu(tone, "tone"), rows, texts),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-3, err_msg=name)


def test_score__throughput(rows: np.ndarray, capsys: pytest.CaptureFixture[str]) -> None:
    emotion = load_emotion_model("emotion", require_gpu=True)
    for where, model in {"CUDA": emotion, "CPU": on_cpu(emotion, "emotion")}.items():
        score_emotion(model, rows)
        began = time.perf_counter()
        for _ in range(REPEATS):
            score_emotion(model, rows)
        seconds = time.perf_counter() - began
        with capsys.disabled():
            print(f"emotion on {where}: {CLIPS * REPEATS / seconds:,.0f} clips/s, {CLIPS} a call")  # noqa: T201
        assert seconds < 60
