"""What a run will find on this machine: Java, Spark, Delta, the models, a GPU, the secret, space, the paths.

    ./spark-submit.sh doctor [--env NAME] [--set KEY=VALUE]...

One line for each, with what to do where something is missing. No session is started and nothing is written.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engagement.audio.object_store import list_objects, store_of
from engagement.command_line import add_configuration
from engagement.config import Settings, load_settings, pseudonym_secret
from engagement.errors import EngagementError
from engagement.inference.providers import cuda_fault
from engagement.resources import model_files

_LEAST_FREE_BYTES = 5_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: What it is.
        told: What was found.
        remedy: What to do; empty where nothing is.
        stops: Whether a run would fail without it.
    """

    name: str
    told: str
    remedy: str = ""
    stops: bool = False


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that a run with these settings needs."""
    yield _java()
    yield Finding("Python", platform.python_version())
    yield from (_package(name) for name in ("pyspark", "delta-spark", "onnxruntime-gpu"))
    yield _tried("models", lambda: _models(settings), stops=True)
    fault = cuda_fault()
    note = 'Not needed: the models run on the CPU. To use one, see "GPU" in the README.' if fault else ""
    yield Finding("GPU", fault or "CUDA can be used", note)
    yield _tried("secret", lambda: f"{len(pseudonym_secret())} bytes", stops=True)
    yield from _places(settings)
    yield from (_space(path) for path in sorted({_standing(settings.paths.warehouse), tempfile.gettempdir()}))


def _java() -> Finding:
    java = Path(os.environ.get("JAVA_HOME", "")) / "bin" / "java"
    if not java.is_file():
        return Finding("Java", "JAVA_HOME names none", "Start this by ./spark-submit.sh doctor.", stops=True)
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    return Finding("Java", told.stderr.partition("\n")[0])


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        remedy = "Delete .venv and run the command again: setup.py names it."
        return Finding(name, "is not installed", remedy, stops=True)


def _models(settings: Settings) -> str:
    names = (settings.voice.emotion_model, settings.voice.tone_model, settings.voice.calibrated_model)
    for name in names:
        model_files(name)
    return ", ".join(names)


def _tried(name: str, look: Callable[[], str], *, stops: bool) -> Finding:
    try:
        return Finding(name, look())
    except EngagementError as error:
        return Finding(name, "cannot be used", str(error), stops=stops)


def _places(settings: Settings) -> Iterator[Finding]:
    paths = {"paths.telemetry": settings.paths.telemetry, "paths.exports": settings.paths.exports}
    for key, place in paths.items():
        if place is not None:
            yield _folder(key, place)
    audio = settings.paths.audio
    if audio is None:
        yield Finding("paths.audio", "not set", "Voice is left out. Name the recordings' folder or bucket.")
    elif audio.startswith("s3://"):
        yield _tried("paths.audio", lambda: _bucket(settings, audio), stops=True)
    else:
        yield _folder("paths.audio", audio)


def _folder(key: str, place: str) -> Finding:
    if "://" in place:
        return Finding(key, f"{place}: Spark reaches it, not this command")
    if not Path(place).is_dir():
        return Finding(key, f"{place} is no folder", f"Set it: --set {key}=FOLDER.", stops=True)
    return Finding(key, place)


def _bucket(settings: Settings, audio: str) -> str:
    bucket, _, prefix = audio.removeprefix("s3://").partition("/")
    store = replace(store_of(settings.voice), attempts=1)
    next(list_objects(store, bucket, prefix), None)
    return f"{audio}: the bucket answers"


def _standing(place: str) -> str:
    """Return the first folder on the way to a place that is there; the temporary folder for a store."""
    if "://" in place:
        return tempfile.gettempdir()
    folder = Path(place).absolute()
    while not folder.is_dir():
        folder = folder.parent
    return str(folder)


def _space(folder: str) -> Finding:
    free = shutil.disk_usage(folder).free
    remedy = f"Free some, or point elsewhere: under {_LEAST_FREE_BYTES / 1e9:.0f} GB a run may not finish."
    return Finding(
        f"space in {folder}", f"{free / 1e9:.0f} GB free", remedy if free < _LEAST_FREE_BYTES else ""
    )


def main() -> None:
    """Print a line for each finding; end with status 2 where a run would fail."""
    options = command_parser().parse_args()
    try:
        findings = list(examine(load_settings(options.env, options.set)))
    except EngagementError as error:
        sys.exit(_printed(f"doctor failed: {error}"))
    for each in findings:
        mark = "!!" if each.stops else ("--" if each.remedy else "ok")
        _printed(f"{mark}  {each.name}: {each.told}" + (f"\n      {each.remedy}" if each.remedy else ""))
    stopping = sum(each.stops for each in findings)
    _printed(f"A run would fail: see what is marked !! ({stopping})." if stopping else "A run can start.")
    sys.exit(2 if stopping else 0)


def command_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        prog="spark-submit.sh doctor",
        description="Look at what a run needs on this machine; say what to do where something is missing.",
        epilog="Exit status: 0 a run can start; 2 it would fail.",
    )
    add_configuration(parser)
    return parser


def _printed(text: str) -> int:
    print(text)  # noqa: T201
    return 2


if __name__ == "__main__":
    main()
