"""Scores of a phase's odd and even responses, each half by itself."""

import pandas as pd
from pyspark.sql import Window, functions as F

from engagement.gold.engagement import score_phases, score_responses
from engagement.gold.evidence import respond_evidence
from engagement.inference.calibration_udf import calibrate_voice
from engagement.schemas import MILESTONES, REFERENCES, RESPONSES, VOICE_SCORES
from tests.benchmarks.score_truth.classes import SimulatedClass
from tests.benchmarks.score_truth.units import FEWEST_RESPONSES, PHASE


def half_scores(simulated: SimulatedClass) -> pd.DataFrame:
    """Return `odd` and `even`, the engagement of each half, per phase of ten responses or more.

    What both halves share is left out of neither: the learner's earlier responses and facts of a visit.
    """
    settings = simulated.settings()
    responses, voices = simulated.table(RESPONSES), simulated.table(VOICE_SCORES)
    milestones = simulated.table(MILESTONES)
    calibrated = calibrate_voice(voices, responses, settings.voice)
    evidence = respond_evidence(responses, voices, calibrated, milestones, settings.score)
    scored = score_responses(evidence, simulated.table(REFERENCES), settings.score).persist()
    in_order = Window.partitionBy(*PHASE).orderBy("responded_at", "response_id")
    parted = scored.withColumn("half", F.row_number().over(in_order) % 2)
    tables = [
        score_phases(parted.where(F.col("half") == half).drop("half"), milestones, settings.score)
        .where(F.col("responses") >= FEWEST_RESPONSES // 2)
        .select(*PHASE, F.col("engagement").alias(name))
        .toPandas()
        for half, name in ((1, "odd"), (0, "even"))
    ]
    scored.unpersist()
    odd, even = tables
    return odd.merge(even, on=PHASE).dropna(subset=["odd", "even"])
