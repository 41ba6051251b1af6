"""The schemas → engagement/schemas/README.md: every table with its grain, key, partitioning and columns."""

import inspect
from collections.abc import Iterator
from enum import StrEnum

from engagement.schemas import TABLES, Table, enums

_HEAD = """# Data dictionary

<!-- Made by `python -m engagement.reference` from engagement/schemas/; do not edit. -->

A table `layer.name` is the Delta folder `<paths.warehouse>/layer/name`. Times are UTC. Ids of learners,
devices and schools are pseudonyms: the first 16 bytes of an HMAC-SHA256, hex. **Bold** columns are never
null. The same meanings are the columns' comments in the tables (`DESCRIBE TABLE`); a unit ends a column's
name, or its meaning. """


def data_dictionary() -> str:
    """Return the page, as Markdown."""
    contents = "".join(f"| [{table.name}](#{_anchor(table.name)}) | {table.comment} |\n" for table in TABLES)
    tables = "\n".join(_table_section(table) for table in TABLES)
    return f"{_HEAD}\n| table | grain |\n|---|---|\n{contents}\n{tables}\n{''.join(_coded_values())}"


def _table_section(table: Table) -> str:
    facts = [f"Key: {_names(table.key)}."]
    if table.partitioned_by:
        facts.append(f"Partitioned by {_names(table.partitioned_by)}.")
    if table.skipped_by:
        facts.append(f"Files can be skipped by {_names(table.skipped_by)}.")
    if table.keeps_changes:
        facts.append("Readers can ask what came since a version (Delta's change data feed).")
    rows = "".join(
        f"| {_marked(column.name, required=column.metadata['required'])} | {column.dataType.simpleString()} "
        f"| {column.metadata['comment']} |\n"
        for column in table.columns
    )
    head = "| column | type | meaning and unit |\n|---|---|---|\n"
    return f"## {table.name}\n\n{table.comment}. {' '.join(facts)}\n\n{head}{rows}"


def _coded_values() -> Iterator[str]:
    yield "## Coded values\n\n| of | values | what they are |\n|---|---|---|\n"
    for name, kind in inspect.getmembers(enums, inspect.isclass):
        if issubclass(kind, StrEnum) and kind is not StrEnum:
            meaning = (inspect.getdoc(kind) or "").partition("\n")[0]
            yield f"| `enums.{name}` | {', '.join(f'`{value}`' for value in kind)} | {meaning} |\n"


def _marked(name: str, *, required: bool) -> str:
    return f"**`{name}`**" if required else f"`{name}`"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _anchor(heading: str) -> str:
    return heading.replace(".", "")
