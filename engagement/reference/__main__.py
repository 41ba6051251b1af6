"""Writes conf/README.md and engagement/schemas/README.md anew, from the code of the same checkout."""

from collections.abc import Mapping
from pathlib import Path

from engagement.reference.configuration import configuration_reference
from engagement.reference.dictionary import data_dictionary

_ROOT = Path(__file__).resolve().parents[2]


def pages() -> Mapping[Path, str]:
    """Return the text of each page by its place in the checkout."""
    environments = tuple(sorted(path.stem for path in (_ROOT / "conf").glob("*.yaml") if path.stem != "base"))
    return {
        _ROOT / "conf" / "README.md": configuration_reference(environments),
        _ROOT / "engagement" / "schemas" / "README.md": data_dictionary(),
    }


def main() -> None:
    """Write the pages and name them."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"written: {path.relative_to(_ROOT)}")  # noqa: T201


if __name__ == "__main__":
    main()
