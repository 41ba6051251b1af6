"""Spark ML behind the forecast: the stopping model, its yardstick and the next phase's engagement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.ml.regression import LinearRegression
from pyspark.sql import Column, DataFrame, functions as F

from engagement.forecasting.figures import residual_band
from engagement.gold.forecast import CALIBRATION_PART, HELD_OUT_PART, INPUT_NAMES, KEYS

# Two hundred thousand rows of some twenty numbers are 40 MB: one partition holds them.
MOST_ROWS = 200_000
# Fewest rows of the rarer outcome among the learners fitted on, and in all of their parts but any one.
LEAST_OUTCOMES = 16
LEAST_OUTCOMES_ELSEWHERE = 8
LEAST_PHASES = 30
# Chosen among 0.003 … 1 on one simulated class (seed 1), forward in time, learners held out: few stops and
# inputs that repeat one another want a strong ridge.
_RIDGE = 0.1
_MOST_ITERATIONS = 30


@dataclass(frozen=True)
class Models:
    """What the forecast applies.

    Attributes:
        stopping: Inputs → `probability` of stopping, calibrated.
        next_phase: Inputs → `next_phase_engagement`; None where too few phases have begun.
        band: Lower and upper end of its 90 % interval, points from the expected engagement.
    """

    stopping: PipelineModel
    next_phase: PipelineModel | None
    band: tuple[float, float] | None


def training_rows(outcomes: DataFrame) -> DataFrame:
    """Return at most about `MOST_ROWS` rows in one partition and a fixed order: whole learners, by hash.

    An optimiser adds up in the order of the rows; so the same rows give the same model to the last bit,
    however the tables were partitioned.
    """
    kept = min(1.0, MOST_ROWS / max(outcomes.count(), 1))
    drawn = F.pmod(F.xxhash64(F.lit("training"), "learner_id"), F.lit(1_000_000)) < kept * 1_000_000
    return outcomes.where(drawn).repartition(1).sortWithinPartitions("learner_id", "language", "as_of")


def fit_stopping(rows: DataFrame) -> PipelineModel | None:
    """Return the stopping model fitted on `rows` without the held-out learners; None: too few outcomes.

    A ridge logistic regression, then Platt's scaling (1999) of margins of learners that it was not fitted on:
    the ridge draws probabilities together, the scaling spreads them again. Each part of the learners has its
    margins from a regression on the other parts, as Platt proposes for small samples, so that every outcome
    calibrates and no one part's chance decides.
    """
    told = rows.where(F.col("part") != HELD_OUT_PART)
    parts = _parts_with_outcomes(told)
    if parts is None:
        return None
    assembler = _assembler(INPUT_NAMES)
    inputs = assembler.transform(told)
    ridge = _logistic("inputs", "margin", "uncalibrated", "guess", _RIDGE)
    margins = [_margins(ridge, inputs, part) for part in parts]
    # One partition, in the order of the parts: the optimiser adds up alike in every run.
    scaling = _logistic("margin", "scaled_margin", "probability", "prediction", 0.0)
    scaled = scaling.fit(reduce(DataFrame.union, margins).coalesce(1))
    return PipelineModel([assembler, ridge.fit(inputs), scaled])


def fit_baseline(rows: DataFrame, names: Sequence[str]) -> PipelineModel:
    """Return a plain logistic regression on the inputs `names`, fitted on all but the held-out learners."""
    assembler = _assembler(names)
    fitting = assembler.transform(rows.where(F.col("part") != HELD_OUT_PART))
    model = _logistic("inputs", "margin", "probability", "prediction", 0.0).fit(fitting)
    return PipelineModel([assembler, model])


def fit_next_phase(rows: DataFrame) -> tuple[PipelineModel | None, tuple[float, float] | None]:
    """Return the model of the next phase's engagement and its band; None: too few phases have begun.

    The band's residuals are those of the calibration learners, on whom the model was not fitted.
    """
    told = rows.where(F.col("next_phase_engagement").isNotNull())
    fitting, calibrating = _fitting(told), told.where(F.col("part") == CALIBRATION_PART)
    if fitting.count() < LEAST_PHASES:
        return None, None
    assembler = _assembler(INPUT_NAMES)
    regression = LinearRegression(
        featuresCol="inputs",
        labelCol="next_phase_engagement",
        predictionCol="expected_engagement",
        regParam=1.0,
        solver="normal",
    )
    model = PipelineModel([assembler, regression.fit(assembler.transform(fitting))])
    expected = model.transform(calibrating).select(
        (F.col("next_phase_engagement") - F.col("expected_engagement")).alias("residual")
    )
    band = residual_band(np.array([row["residual"] for row in expected.collect()], dtype=np.float64))
    return (model, band) if band else (None, None)


def probability() -> Column:
    """Return the probability of stopping out of a model's output."""
    return vector_to_array(F.col("probability"))[1]


def foresee(models: Models | None, inputs: DataFrame) -> DataFrame:
    """Return keys, `reason` and the forecasts of `inputs`; null where a row has a reason or no model."""
    foreseen = inputs.select(*KEYS, "reason", *INPUT_NAMES)
    made = dict.fromkeys(("stop_probability", "next_phase_engagement"), F.lit(None).cast("double"))
    low = high = 0.0
    if models:
        foreseen = models.stopping.transform(foreseen).drop("inputs")
        made["stop_probability"] = probability()
        if models.next_phase and models.band:
            foreseen = models.next_phase.transform(foreseen)
            made["next_phase_engagement"] = F.col("expected_engagement")
            low, high = models.band
    told = foreseen.select(
        "*", *(F.when(F.col("reason").isNull(), value).alias(name) for name, value in made.items())
    )
    expected = F.col("next_phase_engagement")
    return told.select(
        *KEYS,
        "reason",
        *made,
        (expected + low).alias("next_phase_low"),
        (expected + high).alias("next_phase_high"),
    )


def _fitting(rows: DataFrame) -> DataFrame:
    return rows.where(~F.col("part").isin(HELD_OUT_PART, CALIBRATION_PART))


def _margins(ridge: LogisticRegression, inputs: DataFrame, part: int) -> DataFrame:
    model = ridge.fit(inputs.where(F.col("part") != part))
    own: DataFrame = model.transform(inputs.where(F.col("part") == part))
    return own.select("stopped", "margin")


def _parts_with_outcomes(rows: DataFrame) -> list[int] | None:
    """Return the parts that the rows are in; None where too few rows have the rarer outcome."""
    stopped = F.count_if(F.col("stopped") == 1)
    counted = rows.groupBy("part").agg(stopped, F.count(F.lit(1)) - stopped).collect()
    outcomes = {row[0]: np.array([row[1], row[2]]) for row in counted}
    total = sum(outcomes.values(), np.zeros(2))
    rarer_elsewhere = [(total - own).min() for own in outcomes.values()]
    if total.min() < LEAST_OUTCOMES or min(rarer_elsewhere) < LEAST_OUTCOMES_ELSEWHERE:
        return None
    return sorted(outcomes)


def _assembler(names: Sequence[str]) -> VectorAssembler:
    return VectorAssembler(inputCols=list(names), outputCol="inputs")


def _logistic(inputs: str, margin: str, chance: str, guess: str, ridge: float) -> LogisticRegression:
    return LogisticRegression(
        featuresCol=inputs,
        labelCol="stopped",
        rawPredictionCol=margin,
        probabilityCol=chance,
        predictionCol=guess,
        regParam=ridge,
        maxIter=_MOST_ITERATIONS,
    )
