"""Voice scores with their learners → emotions against the learner's own voice, in one pass over the clips.

A learner's clips lie in one partition, sorted by time, and flow through a worker batch by batch: it carries
his sums on from one Arrow batch to the next. So memory is bounded by a batch, however many clips a learner
has (a grouped pandas UDF would hold them all), nothing is collected, and no sum depends on partitioning.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, functions as F, types as T

from engagement.config import VoiceSettings
from engagement.inference.calibration import (
    Baseline,
    load_calibrated_model,
    no_baseline,
    running_baselines,
    score_calibrated,
)
from engagement.inference.emotion import EMOTIONS
from engagement.schemas.enums import VoiceStatus
from engagement.schemas.voice import CALIBRATED_VOICE

_PLAIN = [f"emotion_{label}" for label in EMOTIONS]
_SCHEMA = T.StructType([T.StructField("response_id", T.StringType()), *CALIBRATED_VOICE])
# Clips of one model call: the distances to the model's 2,675 training clips take 21 kB a clip.
CLIPS_PER_CALL = 256


@dataclass(frozen=True)
class _Heard:
    """Whose clips came last, and what they sum up to."""

    learner_id: str | None
    baseline: Baseline


def calibrate_voice(voice_scores: DataFrame, responses: DataFrame, settings: VoiceSettings) -> DataFrame:
    """Return the voice scores of usable recordings with what they are against the learner's own voice.

    One row per row of `voice_scores` whose recording is usable and has functionals and a response. A clip is
    measured against the learner's clips, in any language, up to and with it: of clips sent at one time the
    one with the lesser response_id is the earlier.

    Args:
        voice_scores: silver.voice_scores, unique by response_id.
        responses: silver.responses, of everybody; unique by response_id.
        settings: Which model.

    Returns:
        response_id and the columns `CALIBRATED_VOICE`.
    """
    usable = (F.col("status") == VoiceStatus.OK) & F.col("functionals").isNotNull()
    heard = voice_scores.where(usable).select("response_id", "functionals", *_PLAIN)
    whose = responses.where(F.col("audio_key").isNotNull()).select(
        "response_id", "learner_id", "responded_at"
    )
    in_order = (
        heard.join(whose, on="response_id", how="inner")
        .repartition("learner_id")
        .sortWithinPartitions("learner_id", "responded_at", "response_id")
        .drop("responded_at")
    )
    return in_order.mapInPandas(voice_calibrator(settings), _SCHEMA)


def voice_calibrator(settings: VoiceSettings) -> Callable[[Iterable[pd.DataFrame]], Iterable[pd.DataFrame]]:
    """Return the function that scores batches of sorted clips; it holds nothing but the settings."""

    def calibrate_batches(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        heard = _Heard(None, no_baseline())
        for batch in batches:
            for start in range(0, len(batch), CLIPS_PER_CALL):
                scored, heard = _calibrate(batch.iloc[start : start + CLIPS_PER_CALL], heard, settings)
                yield scored

    return calibrate_batches


def _calibrate(clips: pd.DataFrame, heard: _Heard, settings: VoiceSettings) -> tuple[pd.DataFrame, _Heard]:
    model = load_calibrated_model(settings.calibrated_model, threads=settings.threads)
    functionals = np.stack(clips["functionals"].to_list()).astype(np.float64)
    by_learner = []
    for learner_id, places in clips.groupby("learner_id", sort=False).indices.items():
        before = heard.baseline if learner_id == heard.learner_id else no_baseline()
        inputs, after = running_baselines(functionals[places], before)
        by_learner.append(inputs)
        heard = _Heard(str(learner_id), after)
    baselines = {name: np.concatenate([inputs[name] for inputs in by_learner]) for name in by_learner[0]}
    # What another emotion model does not know is null, and to this one as unlikely as can be.
    plain = clips[_PLAIN].astype(np.float64).fillna(0.0).to_numpy()
    scores = score_calibrated(model, functionals, plain, baselines)
    scored = pd.DataFrame({"response_id": clips["response_id"].to_numpy(), **scores})
    scored["baseline_clips"] = baselines["baseline_clips"][:, 0].astype(np.int64)
    scored["calibrated_model"] = model.description.sha256
    return scored[_SCHEMA.names], heard
