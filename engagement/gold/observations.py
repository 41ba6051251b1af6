"""What an observation of the validation holds, and how units of any kind become observations."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.formula import AVERAGE, engagement_weights
from engagement.schemas.enums import Dimension
from engagement.settings import ScoreSettings

# What learners are divided by: the subgroup's name and the column with its value.
ATTRIBUTES = {"language": "language", "school": "school_id", "level": "level", "identity": "identity"}


def observed(units: DataFrame, figures: Mapping[str, Sequence[Column]]) -> DataFrame:
    """Return one row per unit and figure with its numbers x, y and z; those not given are null."""
    entries = [
        F.struct(
            F.lit(figure).alias("figure"),
            *(
                (numbers[place] if place < len(numbers) else F.lit(None)).cast("double").alias(name)
                for place, name in enumerate("xyz")
            ),
        )
        for figure, numbers in figures.items()
    ]
    return units.select("learner_id", *ATTRIBUTES.values(), F.inline(F.array(*entries))).where(
        F.col("x").isNotNull()
    )


def dimension_parts(settings: ScoreSettings) -> dict[Dimension, Column]:
    """Return the points that each dimension adds to a score; 0 where it is missing, as in the formula."""
    return {
        dimension: weight * F.coalesce(F.col(dimension) - AVERAGE, F.lit(0.0))
        for dimension, weight in engagement_weights(settings).items()
    }


def latest_attributes() -> list[Column]:
    """Return the school and the identity of the latest response, to aggregate by."""
    latest = F.struct("responded_at", "response_id")
    return [F.max_by(name, latest).alias(name) for name in ("school_id", "identity")]
