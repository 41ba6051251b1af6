"""The settings and conf/*.yaml → conf/README.md: every key with its kind, value, limits and meaning."""

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Union, get_args, get_origin, get_type_hints

import yaml

from engagement.checks import noted_limits
from engagement.config import Settings, load_settings
from engagement.resources import conf_text
from engagement.typed import KINDS

_HEAD = """# Configuration reference

<!-- Made by `python -m engagement.reference` from the settings and conf/*.yaml: do not edit. -->

A key is set in `conf/<env>.yaml` (chosen with `--env`, over `conf/base.yaml`) or on the command line, which
goes over both: `--set voice.threads=2`, `--set 'cohort.levels=[m3, m4]'`. An unknown key or a value of the
wrong kind stops the run with exit status 2. Spark's own settings stand in `conf/spark/*.conf`, and `--conf`
sets one.

The secret for pseudonyms is no setting: it is read from `ENGAGEMENT_SECRET` in the environment.
"""
_PLACEHOLDERS = ("paths.telemetry=x", "paths.warehouse=x", "paths.report=x")


def configuration_reference(environments: tuple[str, ...]) -> str:
    """Return the page, as Markdown.

    Args:
        environments: Names of the files of conf/ that go over base.yaml.
    """
    base = conf_text("base.yaml")
    given = yaml.safe_load(base)
    with noted_limits() as limits:
        settings = load_settings("base", _PLACEHOLDERS)
    pages = [_HEAD]
    for section in fields(Settings):
        kind = get_type_hints(Settings)[section.name]
        rows = list(_rows(section.name, kind, getattr(settings, section.name), given, limits))
        pages.append(f"## `{section.name}`\n\n{_summary(kind)}\n\n{_table(rows)}{_notes(base, section.name)}")
    pages.append(_changes(environments))
    return "\n".join(pages)


def _rows(
    section: str, kind: Any, values: Any, given: Mapping[str, Any], limits: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    hints, meanings = get_type_hints(kind), _meanings(kind)
    for each in fields(kind):
        must_be_given = _has_no_default(each) and each.name not in (given.get(section) or {})
        value = "must be given" if must_be_given else f"`{_written(getattr(values, each.name))}`"
        limit = limits.get(f"{section}.{each.name}", "")
        yield f"`{section}.{each.name}`", _kind(hints[each.name]), value, limit, meanings[each.name]


def _has_no_default(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _summary(kind: Any) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


def _meanings(kind: Any) -> dict[str, str]:
    """Return what the dataclass's docstring says of each field; of an only field, what it says at all."""
    _, _, attributes = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    told = re.findall(r"^    (\w+): (.+(?:\n {8,}.+)*)", attributes, re.M)
    meanings = {name: re.sub(r"\s+", " ", text) for name, text in told}
    names = [each.name for each in fields(kind)]
    return meanings if attributes else dict.fromkeys(names, _summary(kind))


def _kind(hint: Any) -> str:
    origin, options = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return f"{_kind(next(option for option in options if option is not types.NoneType))} or null"
    if origin is tuple:
        return f"list of {_kind(options[0])}"
    if origin is not None:
        return f"a {_kind(options[1])} by name"
    return KINDS[hint]


def _written(value: Any) -> str:
    """Return a value as YAML has it, in one line."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_written(each)}' for name, each in value.items())}}}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if value != "" else "''"


def _notes(base: str, section: str) -> str:
    """Return what conf/base.yaml says about keys of a section in comments, under the key that follows."""
    body = re.search(rf"^{section}:\n((?:[ ].*\n|\n)*)", base, re.M)
    noted = re.findall(r"((?:^  # .+\n)+)  (\w+):", body.group(1) if body else "", re.M)
    lines = [f"- `{section}.{key}`: " + " ".join(re.findall(r"# (.+)", text)) for text, key in noted]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _changes(environments: tuple[str, ...]) -> str:
    rows = [
        (f"`--env {name}`", f"`{section}.{key}`", f"`{_written(value)}`")
        for name in environments
        for section, keys in (yaml.safe_load(conf_text(f"{name}.yaml")) or {}).items()
        for key, value in keys.items()
    ]
    head = "| environment | key | value |\n|---|---|---|\n"
    return "## What the environments change\n\n" + head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _table(rows: list[tuple[str, ...]]) -> str:
    head = "| key | kind | value | limits | meaning |\n|---|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)
