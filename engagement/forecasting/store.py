"""Where fitted models lie: `<warehouse>/models/forecast/<model_id>/`, in Spark ML's format, with a card."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from engagement.forecasting.models import Models
from engagement.gold.forecast import INPUT_NAMES

Card = Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """Models with the card that tells what they are.

    Attributes:
        model_id: SHA-256 of the card, hex.
        card: Settings, dates, rows, input names and figures; `number` counts the models accepted.
        models: The models.
    """

    model_id: str
    card: Card
    models: Models


def save(spark: SparkSession, warehouse_root: str, card: Card, models: Models) -> Kept:
    """Save models under their card's hash and return them; the card goes last and makes them count.

    A run that dies before leaves a folder without a card, which nothing reads and the next fit overwrites.
    """
    text = json.dumps(card, sort_keys=True)
    model_id = hashlib.sha256(text.encode()).hexdigest()
    folder = f"{_root(warehouse_root)}/{model_id}"
    models.stopping.write().overwrite().save(f"{folder}/stopping")
    if models.next_phase:
        models.next_phase.write().overwrite().save(f"{folder}/next_phase")
    spark.createDataFrame([(text,)], "value string").coalesce(1).write.mode("overwrite").text(
        f"{folder}/card"
    )
    return Kept(model_id, card, models)


def load(spark: SparkSession, warehouse_root: str, *, horizon_days: int) -> Kept | None:
    """Return the latest models accepted for this horizon and these inputs; None: there are none."""
    try:
        texts = [row["value"] for row in spark.read.text(f"{_root(warehouse_root)}/*/card").collect()]
    except AnalysisException as error:
        if not str(error).startswith("[PATH_NOT_FOUND]"):
            raise
        return None
    cards = [(json.loads(text), text) for text in texts]
    fitting = [
        (card["number"], text, card)
        for card, text in cards
        if card["horizon_days"] == horizon_days and card["inputs"] == list(INPUT_NAMES)
    ]
    if not fitting:
        return None
    _, text, card = max(fitting, key=lambda each: each[:2])
    model_id = hashlib.sha256(text.encode()).hexdigest()
    folder = f"{_root(warehouse_root)}/{model_id}"
    band = card["next_phase_band"]
    next_phase = PipelineModel.load(f"{folder}/next_phase") if band else None
    stopping = PipelineModel.load(f"{folder}/stopping")
    return Kept(model_id, card, Models(stopping, next_phase, (band[0], band[1]) if band else None))


def _root(warehouse_root: str) -> str:
    return f"{warehouse_root.rstrip('/')}/models/forecast"
