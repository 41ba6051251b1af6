"""The sentences of the insights: one YAML file per language, checked against the indicators when read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from engagement.errors import ConfigurationError
from engagement.gold.drivers import CHANGE_SUFFIX
from engagement.gold.indicators import NAMES, Unit

_TERMS = {"level": "", "change": CHANGE_SUFFIX}
_DIRECTIONS = ("up", "down")


@dataclass(frozen=True)
class InsightTexts:
    """The texts of one language.

    Attributes:
        subjects: Who a sentence is about, by `learner` and `class`.
        unit_formats: printf format of a figure, by unit.
        sentences: Template by `<driver> <direction>`, with {who}, {value} and {reference} in it.
        next_steps: What a teacher can do, by `<indicator> <direction>`.
    """

    subjects: Mapping[str, str]
    unit_formats: Mapping[str, str]
    sentences: Mapping[str, str]
    next_steps: Mapping[str, str]


@cache
def insight_texts(language: str = "en") -> InsightTexts:
    """Return the texts of a language, from `insights_<language>.yaml` beside this module.

    Raises:
        ConfigurationError: there is no such file, or it lacks a text; the message names what.
    """
    file = files("engagement.gold").joinpath(f"insights_{language}.yaml")
    if not file.is_file():
        raise ConfigurationError(f"No insights in {language!r}: expected engagement/gold/{file.name}.")
    told: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return InsightTexts(
        subjects={subject: _text(told, file.name, "subjects", subject) for subject in ("learner", "class")},
        unit_formats={unit: _text(told, file.name, "units", unit) for unit in Unit},
        sentences={
            f"{name}{suffix} {direction}": _text(told, file.name, "indicators", name, term, direction)
            for name in NAMES
            for term, suffix in _TERMS.items()
            for direction in _DIRECTIONS
        },
        next_steps={
            f"{name} {direction}": _text(told, file.name, "indicators", name, "next", direction)
            for name in NAMES
            for direction in _DIRECTIONS
        },
    )


def _text(told: Any, file_name: str, *path: str) -> str:
    for key in path:
        told = told.get(key) if isinstance(told, dict) else None
    if not isinstance(told, str) or not told:
        raise ConfigurationError(f"{file_name} has no text for {'.'.join(path)}.")
    return told
