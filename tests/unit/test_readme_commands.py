"""The commands and links of the documents are ones that the code knows: steps, options, keys, files."""

import argparse
import importlib
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagement import doctor, reveal
from engagement.config import load_settings
from engagement.deployment import command as emr
from engagement.step import command_parser

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (ROOT / "spark-submit.sh").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("*/README.md")), *sorted(ROOT.glob("*/*/README.md"))]
STEPS = sorted(path.stem for path in (ROOT / "jobs").glob("*.py") if path.stem != "__init__")
# What is Spark's, or the script's own, in the command line of a step.
_SPARKS = {"--master": 1, "--conf": 1, "--gpu": 0}


def _commands(text: str) -> Iterator[str]:
    """Yield what a page tells to run: lines of its blocks, continued ones joined, and commands in text."""
    blocks = re.findall(r"^```\w*\n(.*?)^```|((?:^ {4}\S.*\n)+)", text, re.M | re.S)
    for block in blocks:
        for line in re.sub(r"\\\n\s*", " ", "".join(block)).splitlines():
            yield re.sub(r"\s+# .*", "", line).strip()
    without = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    yield from (" ".join(each.split()) for each in re.findall(r"`([^`]+)`", without))


def _of(pattern: str) -> list[str]:
    found = [
        command
        for page in PAGES
        for command in _commands(page.read_text(encoding="utf-8"))
        if re.match(pattern, command) and "STEP" not in command
    ]
    assert found
    return list(dict.fromkeys(found))


def _words(command: str) -> list[str]:
    """Return a command's words: optional ones like the others, without what stands for more of the same."""
    return shlex.split(re.sub(r"\[(--[^]]*)\]", r"\1", re.sub(r"…|[.]{3}", " ", command)))


def _options_in_script(function: str) -> set[str]:
    body = re.search(rf"^{function}\(\) {{\n(.*?)^}}", SCRIPT, re.M | re.S)
    assert body
    return set(re.findall(r"(--[a-z-]+)(?= \||\)| \]\])", body[1]))


def _check(words: list[str], parser: argparse.ArgumentParser, sparks: dict[str, int]) -> None:
    """Let a command's parser read the words; what it needs may be left out where a page names it only."""
    own = list(words)
    for option, values in sparks.items():
        while option in own:
            place = own.index(option)
            del own[place : place + 1 + values]
    for action in parser._actions:
        action.required = False
    known, unknown = parser.parse_known_args(own)
    assert unknown == []
    for pair in getattr(known, "set", []):
        _check_key(pair)


def _check_key(pair: str) -> None:
    key, _, value = pair.partition("=")
    if key.startswith("paths.") or key == "score.weights_file" or not value:
        section, _, name = key.partition(".")
        settings = load_settings("local")
        assert hasattr(getattr(settings, section), name), f"{key} is no key of the configuration"
    else:
        load_settings("local", [pair])


@pytest.mark.parametrize("command", _of(r"\./spark-submit\.sh \w"))
def test_page__tells_a_command_that_the_script_takes(command: str) -> None:
    first, *words = (word for word in _words(command)[1:] if word != "--help")
    if first in STEPS:
        module = importlib.import_module(f"jobs.{first}")
        add_options = getattr(module, "_add_options", getattr(module, "add_options", None))
        steps = {first: getattr(module, first, command_parser)}
        _check(words, command_parser(first, steps, add_options), _SPARKS)
    elif first == "doctor":
        _check(words, doctor.command_parser(), {})
    elif first == "reveal":
        _check(words, reveal.command_parser(), {})
    elif first == "emr":
        _check(words, emr.command_parser(), {})
    else:
        functions = dict(re.findall(r'^  (\w+)\) shift; (\w+) "\$@"', SCRIPT, re.M))
        assert first in functions, f"no command {first}"
        options = {word for word in words if word.startswith("--")}
        assert options <= _options_in_script(functions[first])


@pytest.mark.parametrize("command", _of(r"python -m (engagement|tests|models)\."))
def test_page__tells_a_module_that_is_there_and_options_that_it_has(command: str) -> None:
    _, _, name, *words = _words(command)
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    sources = (
        [Path(found.origin)]
        if found.submodule_search_locations is None
        else ROOT.glob(f"{name.replace('.', '/')}/*.py")
    )
    source = "".join(path.read_text(encoding="utf-8") for path in sources)
    for option in (word for word in words if word.startswith("--")):
        assert f'"{option}"' in source, option


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page__links_to_what_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for place in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in place:
            continue
        file, _, section = place.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), place
        if section:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
            assert section in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_check__refuses_what_the_code_does_not_know() -> None:
    parser = command_parser("explain", {"explain": command_parser})
    with pytest.raises(AssertionError):
        _check(["--leaner", "ID"], parser, _SPARKS)
    with pytest.raises(AssertionError, match="no key"):
        _check(["--set", "paths.warehose=/data"], parser, _SPARKS)
    _check(["--set", "paths.warehouse=/data", "--master", "local[1]"], parser, _SPARKS)
