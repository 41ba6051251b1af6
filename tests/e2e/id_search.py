"""A search for texts that looks into everything that holds them: what is compressed or encoded is decoded.

A plain search of bytes is blind in compressed Parquet and compressed logs. Here every value of every column
is read, nested ones too, the least and greatest values of the footers, and what packed files unpack to.
"""

import bz2
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress}
# The app puts these where it has no id.
_NO_ID = {"", "anonymous", "undefined", "null"}
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def places_of(root: Path, texts: Iterable[str]) -> list[str]:
    """Return where any of the texts stands below a folder or in a file: path and kind of place, sorted."""
    wanted = [text.encode() for text in texts]
    files = sorted(root.rglob("*")) if root.is_dir() else [root]
    found = {
        f"{file.relative_to(root)} ({kind})"
        for file in files
        if file.is_file()
        for kind, content in contents_of(file)
        if any(text in content for text in wanted)
    }
    named = (file for file in files if any(text in file.name.encode() for text in wanted))
    return sorted(found | {f"{file.relative_to(root)} (name)" for file in named})


def raw_ids(source: Path) -> set[str]:
    """Return every raw id of learners, devices and schools in the input, but for what stands for none.

    Session ids are part of audio keys, which must name their object: they are the one exception, and no
    learner's name.
    """
    found: set[str] = set()
    for file in sorted((source / "telemetry").iterdir()):
        packed = file.read_bytes()
        text = gzip.decompress(packed) if file.suffix == ".gz" else packed
        for line in text.decode(errors="replace").splitlines():
            found.update(_ids_of(line))
    for file in sorted((source / "exports").iterdir()):
        told = re.findall(r'"userId"\s*:\s*"([^"]+)"', file.read_text(encoding="utf-8"))
        found.update(told)
    return {each for each in found if each.lower() not in _NO_ID and len(each) > 5}


def contents_of(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that a file holds, by kind: its bytes, what they unpack to, Parquet's values and limits."""
    content = file.read_bytes()
    yield "bytes", content
    for magic, unpack in _PACKED.items():
        if content.startswith(magic):
            yield "unpacked", unpack(content)
    if content.startswith(_ZSTANDARD):
        with pa.input_stream(pa.py_buffer(content), compression="zstd") as stream:
            yield "unpacked", stream.read()
    if content.startswith(b"PAR1"):
        yield from _parquet(content)


def _parquet(content: bytes) -> Iterator[tuple[str, bytes]]:
    file = pq.ParquetFile(pa.BufferReader(content))
    for name, column in zip(file.schema_arrow.names, file.read().columns, strict=True):
        yield f"values of {name}", b"\0".join(_leaves(column.combine_chunks()))
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    limits = [
        _bytes(value)
        for chunk in chunks
        if chunk.statistics is not None and chunk.statistics.has_min_max
        for value in (chunk.statistics.min, chunk.statistics.max)
    ]
    yield "footer", b"\0".join(limits)


def _leaves(values: Any) -> Iterator[bytes]:
    """Yield every distinct text below a column, however deep."""
    kind = values.type
    if isinstance(values, pa.ChunkedArray):
        for chunk in values.chunks:
            yield from _leaves(chunk)
    elif pa.types.is_struct(kind):
        for number in range(kind.num_fields):
            yield from _leaves(values.field(number))
    elif pa.types.is_map(kind):
        yield from _leaves(values.keys)
        yield from _leaves(values.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(values.values)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        yield from (_bytes(value) for value in pc.unique(values).to_pylist() if value is not None)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _ids_of(line: str) -> Iterator[str]:
    try:
        parsed = json.loads(line)
    except ValueError:
        return
    events = parsed.get("events", [parsed]) if isinstance(parsed, dict) else []
    for event in events:
        if not isinstance(event, dict):
            continue
        context: dict[str, Any] = event.get("context") or {}
        named = [(event.get("actor") or {}).get("id"), context.get("did")]
        pairs = context.get("cdata")
        for pair in pairs if isinstance(pairs, list) else []:
            if pair.get("type") in ("User", "virtualId", "udise_code", "school_name"):
                named.append(pair.get("id"))
            if pair.get("type") == "Buddy User":
                named += str(pair.get("id") or "").split("/")
        yield from (each.strip() for each in named if isinstance(each, str))
