"""Plain mappings, as YAML gives them, to frozen dataclasses; every unknown key and wrong type is named."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from reprlib import repr as shortened
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from engagement.errors import ConfigurationError

Kind = TypeVar("Kind")

# How the kinds of values are called.
KINDS: Mapping[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "date",
}


def build(kind: type[Kind], values: Any, where: str) -> Kind:
    """Return the dataclass `kind` made of `values`.

    Args:
        kind: A frozen dataclass; nested dataclasses are built in turn.
        values: The mapping to read.
        where: Name of the mapping, for messages.

    Raises:
        ConfigurationError: a key is unknown or missing, or a value has the wrong type.
    """
    if not isinstance(values, Mapping):
        raise ConfigurationError(f"{where} is {shortened(values)}; expected a section of keys.")
    hints = get_type_hints(kind)
    unknown = sorted(str(key) for key in set(values) - set(hints))
    if unknown:
        near = [name for key in unknown for name in get_close_matches(key, list(hints), n=1)]
        meant = f"perhaps {', '.join(near)}; " if near else ""
        raise ConfigurationError(
            f"Unknown key {', '.join(unknown)} in {where}; {meant}known: {', '.join(hints)}."
        )
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    missing = [
        name
        for name, f in known.items()
        if name not in values and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise ConfigurationError(f"Missing key {', '.join(missing)} in {where}.")
    prefix = "" if where == "settings" else f"{where}."
    return kind(**{name: _value(hints[name], got, f"{prefix}{name}") for name, got in values.items()})


def _value(kind: Any, got: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if got is None:
            return None
        kind = next(option for option in get_args(kind) if option is not type(None))
        return _value(kind, got, where)
    if is_dataclass(kind):
        return build(kind, got, where)  # type: ignore[arg-type]
    if origin is tuple:
        items = [got] if isinstance(got, str) else got
        if not isinstance(items, list):
            raise ConfigurationError(f"{where} is {shortened(got)}; expected a list.")
        return tuple(_value(get_args(kind)[0], item, where) for item in items)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(got, Mapping):
            raise ConfigurationError(f"{where} is {shortened(got)}; expected keys with values.")
        return {str(key): _value(get_args(kind)[1], item, f"{where}.{key}") for key, item in got.items()}
    return _scalar(kind, got, where)


def _scalar(kind: Any, got: Any, where: str) -> Any:
    if kind is float and isinstance(got, int) and not isinstance(got, bool):
        return float(got)
    if kind is str and isinstance(got, int | float) and not isinstance(got, bool):
        return str(got)
    if kind is date and type(got) is not date:
        raise ConfigurationError(f"{where} is {shortened(got)}; expected a date such as 2026-01-31.")
    if not isinstance(got, kind) or (kind is int and isinstance(got, bool)):
        raise ConfigurationError(f"{where} is {shortened(got)}; expected {KINDS[kind]}.")
    return got
