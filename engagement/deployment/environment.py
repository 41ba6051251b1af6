"""The Python packages of a run as one archive that any x86-64 node unpacks and starts.

The archive is laid out as a virtual environment is: `bin/python` points at the cluster's own interpreter,
and the packages are wheels for the cluster's platform, fetched by pip on whatever machine this is. Spark and
its Python package are left out, for they are the cluster's.
"""

import argparse
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path

from engagement.deployment.releases import delta_for
from engagement.errors import ConfigurationError

PYTHON = "3.11"
CLUSTER_PYTHON = f"/usr/bin/python{PYTHON}"
# delta-spark asks for PySpark, which is the cluster's, and for this.
_DELTA_NEEDS = "importlib_metadata>=1"
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def pack(wheel: Path, folder: Path, *, delta: str, gpu: bool) -> Path:
    """Return the archive of what a wheel asks for; one that is there already is not made again.

    Args:
        wheel: The wheel of this project, whose requirements are packed; it is itself not part of the archive.
        folder: Where archives are kept.
        delta: Version of Delta's Python package.
        gpu: Whether the models' runtime brings CUDA; without, it is a tenth of the size.

    Raises:
        ConfigurationError: pip could not fetch the packages.
    """
    wanted = [*required(wheel, gpu=gpu), _DELTA_NEEDS]
    identity = "\n".join([PYTHON, CLUSTER_PYTHON, delta, *wanted])
    archive = folder / f"environment-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.tar.gz"
    if not archive.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            packages = Path(scratch) / "packages"
            _install(packages, wanted)
            _install(packages, [f"delta-spark=={delta}"], "--no-deps")
            made = Path(scratch) / archive.name
            write_archive(packages, made)
            made.replace(archive)
    return archive


def required(wheel: Path, *, gpu: bool) -> list[str]:
    """Return what a wheel asks for, extras aside; sorted."""
    with zipfile.ZipFile(wheel) as inside:
        name = next(each for each in inside.namelist() if each.endswith(".dist-info/METADATA"))
        asked = message_from_bytes(inside.read(name)).get_all("Requires-Dist") or []
    plain = sorted(each for each in asked if "extra ==" not in each)
    return plain if gpu else [each.replace("onnxruntime-gpu", "onnxruntime") for each in plain]


def write_archive(packages: Path, archive: Path, *, interpreter: str = CLUSTER_PYTHON) -> None:
    """Write an environment of a folder of packages; the same files give the same bytes.

    Args:
        packages: Folder as `pip install --target` leaves it.
        archive: File to write, `.tar.gz`.
        interpreter: Python of the machines that will unpack it.
    """
    home = str(Path(interpreter).parent)
    settings = f"home = {home}\ninclude-system-site-packages = false\n"
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as environment,
        tempfile.NamedTemporaryFile("w", encoding="utf-8") as configuration,
    ):
        configuration.write(settings)
        configuration.flush()
        environment.add(configuration.name, "pyvenv.cfg", filter=_plain)
        for name in ("python", "python3"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, interpreter
            environment.addfile(link)
        for path in sorted(packages.rglob("*")):
            inside = path.relative_to(packages)
            if path.is_file() and "__pycache__" not in inside.parts:
                environment.add(path, f"lib/python{PYTHON}/site-packages/{inside.as_posix()}", filter=_plain)


def main() -> None:
    """Pack the environment that goes with a cluster's Spark, and print the archive's path."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--wheel", type=Path, required=True, help="wheel of this project")
    parser.add_argument("--work-folder", type=Path, required=True, help="where archives are kept")
    parser.add_argument("--spark", required=True, help="version of the cluster's Spark, such as 4.0.2-amzn-0")
    parser.add_argument("--gpu", action="store_true", help="bring the models' runtime for CUDA")
    told = parser.parse_args()
    try:
        archive = pack(told.wheel, told.work_folder, delta=delta_for(told.spark), gpu=told.gpu)
    except ConfigurationError as error:
        print(f"emr failed: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)
    print(archive)  # noqa: T201


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    return member


def _install(target: Path, packages: Sequence[str], *options: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--quiet",
        "--no-compile",
    ]
    command += ["--target", str(target), "--upgrade", "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", PYTHON, *(f"--platform={each}" for each in _PLATFORMS)]
    done = subprocess.run([*command, *options, *packages], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        told = next(
            (line for line in done.stderr.splitlines() if line.startswith("ERROR")), "no reason given"
        )
        raise ConfigurationError(f"The packages for the cluster could not be fetched with pip: {told}")


if __name__ == "__main__":
    main()
