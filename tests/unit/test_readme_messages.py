"""The messages that the README explains are ones that the code can say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _texts(source: str) -> Iterator[str]:
    """Yield every text of a module, what is filled in as `…`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _said() -> list[str]:
    modules = [*(ROOT / "engagement").rglob("*.py"), *(ROOT / "jobs").glob("*.py")]
    script = (ROOT / "spark-submit.sh").read_text(encoding="utf-8")
    return [text for path in modules for text in _texts(path.read_text(encoding="utf-8"))] + [script]


def _explained() -> list[str]:
    table = README.partition("| it says |")[2].partition("\n\n")[0]
    return [
        message for row in table.splitlines()[2:] for message in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]


SAID = _said()


def _is_said(message: str, said: list[str]) -> bool:
    pattern = re.compile(".*".join(map(re.escape, re.split("[…]", message))))
    return any(pattern.search(text) for text in said)


@pytest.mark.parametrize("message", _explained())
def test_readme__explains_a_message_that_the_code_says(message: str) -> None:
    assert _is_said(message, SAID)


def test_is_said__knows_what_is_filled_in_and_what_is_not_said() -> None:
    said = list(_texts('raise InputError(f"Input folder {folder} does not exist or " "cannot be listed.")'))
    assert _is_said("Input folder … does not exist or cannot be listed", said)
    assert not _is_said("Input folder … is not there", said)
    assert len(_explained()) > 25
