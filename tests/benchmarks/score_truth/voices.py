"""Voice scores of a simulated class, drawn from its truth instead of being heard: hours of audio in a second.

They stand in for what the voice models would say of the recordings, and are no figure about these models. A
score goes with what the voice shows of engagement by the correlations below (assumed: between the published
accuracies of emotion recognition across corpora and chance), stands on the learner's own voice, and is moved
by the tablet's microphone, much by a bad one. Silent answers and lost recordings have a status and no scores.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from engagement.demo.generators import USUAL_ENGAGEMENT, Channel
from engagement.demo.learners import Learner
from engagement.schemas.enums import VoiceStatus
from engagement.schemas.silver import EMOTIONS

LOST_SHARE = 0.03
# Engagement's standard deviation in the classes, on its scale from 0 to 1.
_DEVIATION = 0.2
# Of each score: its mean and deviation, its correlation with what the voice shows, and what a microphone that
# records 10 dB too quietly takes from it, in deviations.
_MEASURES: Mapping[str, tuple[float, float, float, float]] = {
    "arousal": (0.50, 0.10, 0.35, -0.8),
    "emotion_boredom": (0.14, 0.06, -0.25, 0.5),
    "valence": (0.45, 0.10, 0.25, -0.4),
    "tone_prosody": (6.5, 1.0, 0.35, -0.8),
    "tone_fluency": (6.5, 1.1, 0.25, -0.8),
    "pause_seconds": (0.5, 0.2, -0.35, 0.4),
    "pitch_range_semitones": (6.0, 1.8, 0.35, -0.4),
}
_OWN_VOICE = 0.6  # standard deviation between learners, in deviations of a clip
_SPEECH_SECONDS = 2.0


def voice_rows(truth: Path, learners: Mapping[str, Learner], *, seed: int) -> Iterator[dict[str, Any]]:
    """Yield a row of silver.voice_scores, keyed by `audio_key` alone, for each answer with a recording."""
    draw = Random(f"{seed}:voices")
    with (truth / "responses.csv").open(encoding="utf-8") as lines:
        for answer in csv.DictReader(lines):
            if answer["audio_key"]:
                yield {"audio_key": answer["audio_key"], **_scores(learners[answer["learner"]], answer, draw)}


def _scores(learner: Learner, answer: Mapping[str, str], draw: Random) -> dict[str, Any]:
    if draw.random() < LOST_SHARE:
        return {"status": VoiceStatus.NOT_FOUND.value}
    if answer["is_silent"] == "True":
        return {"status": VoiceStatus.NO_SPEECH.value}
    shown = learner.shown(Channel.VOICE, float(answer["engagement"]))
    own = Random(f"voice scores:{learner.raw_id}")
    told: dict[str, Any] = {"status": VoiceStatus.OK.value, "speech_seconds": _SPEECH_SECONDS}
    for name, (mean, deviation, correlation, per_ten_decibels) in _MEASURES.items():
        clear = correlation * (shown - USUAL_ENGAGEMENT) / _DEVIATION
        noise = draw.gauss(0, (1 - correlation**2) ** 0.5)
        microphone = per_ten_decibels * -learner.tablet.microphone_gain_db / 10
        told[name] = mean + deviation * (clear + noise + own.gauss(0, _OWN_VOICE) + microphone)
    for name in ("arousal", "valence", "emotion_boredom"):
        told[name] = min(max(told[name], 0.0), 1.0)
    told["pause_seconds"] = max(told["pause_seconds"], 0.0)
    left = (1 - told["emotion_boredom"]) / (len(EMOTIONS) - 1)
    others = {f"emotion_{name}": left for name in EMOTIONS if name != "boredom"}
    return {**told, **others}
