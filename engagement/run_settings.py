"""What can be set about runs themselves; part of `engagement.settings`."""

import re
from dataclasses import dataclass

from engagement.checks import between
from engagement.errors import ConfigurationError


@dataclass(frozen=True)
class CatalogSettings:
    """Under which names a catalog (Unity Catalog, Glue, Hive's) tells of the tables.

    Attributes:
        name: The catalog, such as `main`; `spark_catalog` is Spark's own; null: the tables are in none.
        schema: The schema of the catalog in which they stand, as `<layer>_<table>`.
    """

    name: str | None = None
    schema: str = "engagement"

    def __post_init__(self) -> None:
        for key, value in (("catalog.name", self.name), ("catalog.schema", self.schema)):
            if value is not None and not re.fullmatch(r"[\w-]+", value):
                raise ConfigurationError(f"{key} is {value!r}; expected letters, digits, - and _ only.")


@dataclass(frozen=True)
class RunSettings:
    """How runs keep out of each other's way.

    Attributes:
        lock: Whether a run takes the warehouse for itself; false only where the scheduler lets no two runs of
            a warehouse overlap, and its bucket lets nobody write conditionally.
        lock_wait_seconds: How long a run waits for another one to end before it gives up, seconds.
        lock_beat_seconds: How often a run in an object store tells that it is alive, seconds; one that has
            not for four times as long counts as dead.
    """

    lock: bool = True
    lock_wait_seconds: float = 900.0
    lock_beat_seconds: float = 20.0

    def __post_init__(self) -> None:
        between("run.lock_wait_seconds", self.lock_wait_seconds, 0, 7 * 86_400)
        between("run.lock_beat_seconds", self.lock_beat_seconds, 0.1, 3_600)


@dataclass(frozen=True)
class Maintenance:
    """What `maintain_tables` keeps.

    Attributes:
        history_days: Days for which earlier versions of a table can still be read.
    """

    history_days: int = 7

    def __post_init__(self) -> None:
        between("maintenance.history_days", self.history_days, 7, 3650)
