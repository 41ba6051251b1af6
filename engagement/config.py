"""Settings of a run: `conf/*.yaml` and `--set`, checked and frozen. The only reader of the environment."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from engagement.errors import ConfigurationError
from engagement.resources import conf_text
from engagement.secret_store import is_reference, stored_secret
from engagement.settings import (
    Cohort,
    ForecastSettings,
    Identity,
    Ingest,
    Milestones,
    Paths,
    RunSettings,
    ScoreSettings,
    Settings,
    VoiceSettings,
)
from engagement.typed import build

__all__ = [
    "Cohort",
    "ForecastSettings",
    "Identity",
    "Ingest",
    "Milestones",
    "Paths",
    "RunSettings",
    "ScoreSettings",
    "Settings",
    "VoiceSettings",
    "lines_of",
    "load_settings",
    "pseudonym_secret",
    "secret_reference",
]

SECRET_VARIABLE = "ENGAGEMENT_SECRET"  # noqa: S105 - the variable's name


def load_settings(environment: str, overrides: Sequence[str] = ()) -> Settings:
    """Return `conf/base.yaml`, under `conf/<environment>.yaml`, under `key.key=value` overrides.

    Raises:
        ConfigurationError: a file, key or value is wrong; the message names it.
    """
    merged: dict[str, Any] = {}
    for name in ("base", environment):
        _merge(merged, _parse(conf_text(f"{name}.yaml"), f"conf/{name}.yaml"))
    for override in overrides:
        key, separator, text = override.partition("=")
        if not separator:
            raise ConfigurationError(f"--set got {override!r}; expected key=value, such as voice.threads=2.")
        value: Any = _yaml(text, f"--set {key}")
        for part in reversed(key.split(".")):
            value = {part: value}
        _merge(merged, value)
    _take_weights(merged)
    return build(Settings, merged, "settings")


def pseudonym_secret() -> bytes:
    """Return the secret that pseudonyms are keyed with: from the environment, or from where that points to.

    Raises:
        ConfigurationError: it is not set, shorter than 16 bytes, or not to be had from AWS Secrets Manager.
    """
    told = os.environ.get(SECRET_VARIABLE, "")
    secret = (stored_secret(told) if is_reference(told) else told).encode()
    if len(secret) < 16:
        raise ConfigurationError(
            f"{SECRET_VARIABLE} holds {len(secret)} bytes; pseudonyms need a secret of 16 or more: "
            f"export {SECRET_VARIABLE}=$(openssl rand -hex 32), and keep it: ids cannot be joined without it."
        )
    return secret


def secret_reference() -> str:
    """Return the ARN of the secret that pseudonyms are keyed with: what may be part of a submission.

    Raises:
        ConfigurationError: the environment holds a secret itself, or nothing.
    """
    told = os.environ.get(SECRET_VARIABLE, "")
    if not is_reference(told):
        raise ConfigurationError(
            f"{SECRET_VARIABLE} must hold the ARN of a secret in AWS Secrets Manager here: a secret itself "
            "would be shown to all who may look at the submission. To make one: aws secretsmanager "
            "create-secret --name engagement --secret-string $(openssl rand -hex 32)"
        )
    return told


def lines_of(file: str) -> list[str]:
    """Return the filled lines of a text file that the command line names, without white space around them.

    Raises:
        ConfigurationError: there is no such file, or it is no UTF-8.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is no text file that can be read.") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _take_weights(merged: dict[str, Any]) -> None:
    """Put the weights of `score.weights_file`, where one is named, in place of `score.dimension_weights`."""
    score = merged.get("score")
    if not isinstance(score, dict) or score.get("weights_file") is None:
        return
    named = score["weights_file"]
    file = Path(str(named))
    if not file.is_file():
        raise ConfigurationError(f"score.weights_file is {named!r}: there is no such file.")
    weights = _parse(file.read_text(encoding="utf-8"), str(file)).get("dimension_weights")
    if not isinstance(weights, dict):
        raise ConfigurationError(
            f"{file} holds no dimension_weights; expected a file that fit_weights wrote."
        )
    score["dimension_weights"] = weights


def _parse(text: str, name: str) -> dict[str, Any]:
    parsed = _yaml(text, name) or {}
    if not isinstance(parsed, dict):
        raise ConfigurationError(f"{name} holds a {type(parsed).__name__}; expected sections of keys.")
    return parsed


def _yaml(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that the calendar does not have
        raise ConfigurationError(f"{name} is not YAML: {error}") from error


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value
