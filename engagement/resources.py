"""Where the files that travel with the code lie: models and configuration.

From a checkout they are the top-level folders `models/` and `conf/`; in a wheel (installed, or
zipped on an executor's path) they are `engagement/models/` and `engagement/conf/`.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from engagement.errors import ConfigurationError, ModelError


def model_files(name: str) -> Traversable:
    """Return the folder of a model: a shipped one by name, or any folder by path.

    Raises:
        ModelError: there is no such folder.
    """
    shipped = _packaged("models").joinpath(name)
    if shipped.joinpath("model.yaml").is_file():
        return shipped
    folder = Path(name)
    if folder.joinpath("model.yaml").is_file():
        return folder
    raise ModelError(f"No model {name!r}: expected a folder with a model.yaml, or one of models/.")


def conf_text(relative: str) -> str:
    """Return the text of a file of `conf/`.

    Raises:
        ConfigurationError: there is no such file.
    """
    target = _packaged("conf")
    for part in relative.split("/"):
        target = target.joinpath(part)
    if not target.is_file():
        raise ConfigurationError(f"conf/{relative} does not exist: is --env spelled as a file of conf/?")
    return target.read_text(encoding="utf-8")


def _packaged(folder: str) -> Traversable:
    package = files("engagement")
    inside = package.joinpath(folder)
    if inside.is_dir():
        return inside
    return Path(str(package)).parent / folder
