"""What can be set about whose voice is analysed, and how long tables keep their rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engagement.checks import between


@dataclass(frozen=True)
class Consent:
    """Whose voice may be analysed.

    Attributes:
        file: CSV whose first column holds the raw ids of the learners who consent; whoever is not in it is
            left out. Null: the product has asked all of them, and every recording may be analysed.
    """

    file: str | None = None


@dataclass(frozen=True)
class Retention:
    """For how many days tables keep rows, by table of each layer; null, or not named: for ever.

    Attributes:
        bronze: events and milestone_records, by their time; rejected, by when it was written.
        silver: voice_scores (the scores go, the row stays and says `expired`), responses, sessions,
            milestones.
        gold: Those with rows of learners.
        ops: runs.
    """

    bronze: Mapping[str, int | None] = field(default_factory=dict)
    silver: Mapping[str, int | None] = field(default_factory=dict)
    gold: Mapping[str, int | None] = field(default_factory=dict)
    ops: Mapping[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, days in self.by_table.items():
            between(f"retention.{name}", days, 1, 36_500)

    @property
    def by_table(self) -> dict[str, int]:
        """Days by table name, `layer.table`, of those that do not keep their rows for ever."""
        layers = {"bronze": self.bronze, "silver": self.silver, "gold": self.gold, "ops": self.ops}
        return {
            f"{layer}.{name}": days
            for layer, tables in layers.items()
            for name, days in tables.items()
            if days is not None
        }
