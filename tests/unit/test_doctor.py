"""What `doctor` finds, with everything there and with things missing."""

from pathlib import Path

import pytest

from engagement.config import load_settings
from engagement.doctor import Finding, examine


def _found(*overrides: str) -> dict[str, Finding]:
    return {each.name: each for each in examine(load_settings("local", overrides))}


@pytest.fixture(autouse=True)
def _java_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"17.0.1\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))


def test_examine__nothing_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENGAGEMENT_SECRET", "sixteen bytes or more")
    folders = [f"paths.{name}={tmp_path}" for name in ("telemetry", "exports", "audio")]
    found = _found(*folders, f"paths.warehouse={tmp_path / 'not' / 'yet'}")
    assert [each for each in found.values() if each.stops] == []
    assert found["Java"].told == 'openjdk version "17.0.1"'
    assert found["pyspark"].told.startswith(("3.", "4."))
    assert found["secret"].told == "21 bytes"
    assert found["models"].told == "emotion, tone, emotion_calibrated"
    assert f"space in {tmp_path}" in found


def test_examine__says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ENGAGEMENT_SECRET", raising=False)
    found = _found(f"paths.telemetry={tmp_path / 'none'}", "paths.audio=null")
    assert found["secret"].stops
    assert "export ENGAGEMENT_SECRET=$(openssl rand -hex 32)" in found["secret"].remedy
    assert found["paths.telemetry"].remedy == "Set it: --set paths.telemetry=FOLDER."
    assert found["paths.telemetry"].stops
    assert not found["paths.audio"].stops


def test_examine__a_bucket_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    found = _found("paths.audio=s3://recordings", "voice.s3_endpoint=http://127.0.0.1:9")
    assert found["paths.audio"].stops
    assert "does not answer" in found["paths.audio"].remedy


def test_examine__says_which_model_is_not_there() -> None:
    found = _found("voice.tone_model=pitch")["models"]
    assert found.stops
    assert "No model 'pitch'" in found.remedy


def test_examine__says_where_java_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "elsewhere"))
    assert _found()["Java"] == Finding(
        "Java", "JAVA_HOME names none", "Start this by ./spark-submit.sh doctor.", stops=True
    )
