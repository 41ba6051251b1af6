"""Phases as scored, beside what they truly were and what plain indicators say of them."""

import csv
from collections import Counter

import numpy as np
import pandas as pd

from engagement.gold.evidence import FASTEST_WORDS_PER_SECOND
from engagement.gold.visits import FAILED_BELOW_PERCENT
from engagement.pseudonyms import pseudonym
from engagement.schemas import PHASE_ENGAGEMENT, RESPONSES, VOICE_SCORES
from tests.benchmarks.score_truth.classes import SECRET, SimulatedClass
from tests.benchmarks.score_truth.coverage import covered_sessions

PHASE = ["learner_id", "language", "level", "phase"]
FEWEST_RESPONSES = 10
# Where the app cannot tell who sits at a tablet, several learners are one: no score can be right about them.
ONE_LEARNER = 0.9
_BEHAVIOUR = [
    "days_away",
    "visit_answers",
    "blank",
    "quick",
    "retried",
    "not_spoken",
    "pace",
    "idle",
    "erratic",
]
_VOICE = ["arousal", "emotion_boredom", "valence", "tone_prosody", "tone_fluency", "pause_seconds"]
PLAIN = [*_BEHAVIOUR, "accuracy", *_VOICE, "pitch_range_semitones"]


def responses_with_truth(simulated: SimulatedClass) -> pd.DataFrame:
    """Return silver.responses of the app with the learner, engagement, level and phase that are true.

    `shares_tablet`: several learners sit at the tablet, and only the ContentSession tells them apart.
    `is_covered`: an export names the ContentSession's learner.
    """
    rows = simulated.table(RESPONSES).drop("run_id", "written_at", "audio_key").toPandas()
    rows["milliseconds"] = (rows["responded_at"].astype("int64") // 10**6).astype("int64")
    truth = _truth(simulated)
    return rows.merge(truth, on=["device_id", "milliseconds"], how="inner")


def phase_units(simulated: SimulatedClass, answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row per scored phase of ten responses or more: score, interval, truth and plain indicators.

    Left out are phases with answers of several learners that nothing in the input tells apart.
    """
    plain = _plain(answers.merge(_voice(simulated), on="response_id", how="left"))
    grouped = plain.groupby(PHASE, dropna=False)
    truth = grouped.agg(
        truth=("engagement", "mean"),
        skill=("skill", "mean"),
        school=("school", "first"),
        learner=("learner", "first"),
        one=("learner", lambda whose: whose.value_counts().iloc[0] / len(whose)),
        **{name: (name, "mean") for name in PLAIN},
    ).reset_index()
    scores = simulated.table(PHASE_ENGAGEMENT).drop("windows", "drivers", "run_id", "written_at").toPandas()
    units = scores.merge(truth, on=PHASE, how="inner")
    units["owner"] = f"{simulated.seed}:" + units["learner"]
    counted = (units["responses"] >= FEWEST_RESPONSES) & units["engagement"].notna()
    return units[counted & (units["one"] >= ONE_LEARNER)].reset_index(drop=True)


def _truth(simulated: SimulatedClass) -> pd.DataFrame:
    with (simulated.truth / "responses.csv").open(encoding="utf-8") as lines:
        told = list(csv.DictReader(lines))
    learners = simulated.pupils
    hashed: dict[str, str] = {}
    for pupil in learners.values():
        device = pupil.tablet.device_id
        hashed[device] = pseudonym(SECRET.encode(), "device", device)
    sitting = Counter(pupil.tablet.device_id for pupil in learners.values())
    sharing = {
        pupil.raw_id
        for pupil in learners.values()
        if sitting[pupil.tablet.device_id] > 1 and not pupil.tablet.fills_ids
    }
    covered = covered_sessions(simulated.input / "exports")
    return pd.DataFrame(
        {
            "device_id": [hashed[learners[row["learner"]].tablet.device_id] for row in told],
            "milliseconds": [int(row["ets_milliseconds"]) for row in told],
            "learner": [row["learner"] for row in told],
            "shares_tablet": [row["learner"] in sharing for row in told],
            "is_covered": [row["content_session"] in covered for row in told],
            "engagement": [float(row["engagement"]) for row in told],
            "skill": [learners[row["learner"]].skill for row in told],
            "school": [learners[row["learner"]].tablet.school.name for row in told],
            "true_learner_id": [pseudonym(SECRET.encode(), "learner", row["learner"]) for row in told],
            "true_level": [row["level"] for row in told],
            "true_phase": [row["phase"] for row in told],
        }
    )


def _voice(simulated: SimulatedClass) -> pd.DataFrame:
    scores = simulated.table(VOICE_SCORES)
    return scores.select("response_id", *_VOICE, "pitch_range_semitones").toPandas()


def _plain(answers: pd.DataFrame) -> pd.DataFrame:
    """Add the plain indicators to each response: nothing is taken out of them, nothing set against a past."""
    rows = answers.sort_values(["learner_id", "language", "responded_at", "response_id"]).reset_index(
        drop=True
    )
    day = rows["responded_at"].dt.floor("D")
    learner = [rows["learner_id"], rows["language"]]
    before = day.groupby(learner).shift()
    gap = np.log1p((day - before).dt.days.where(day != before))
    visit = [*learner, day]
    spoken = rows["response_type"] == "SPEAK"
    failed = rows["accuracy"] < FAILED_BELOW_PERCENT
    repeated = (rows["original_text"].groupby(visit).shift(-1) == rows["original_text"]).astype(float)
    pace = np.log((rows["duration_seconds"] + 1) / (rows["text_words"] + 1))
    quick = rows["duration_seconds"] * FASTEST_WORDS_PER_SECOND < rows["text_words"]
    return rows.assign(
        days_away=gap.groupby(visit).transform("max"),
        visit_answers=np.log1p(day.groupby(visit).transform("count")),
        blank=(rows["response_words"] == 0).astype(float).where(spoken),
        quick=quick.astype(float).where(spoken),
        retried=repeated.where(failed),
        not_spoken=(~spoken).astype(float),
        pace=pace,
        idle=np.log1p((rows["active_seconds"] - rows["duration_seconds"]).clip(lower=0)),
        erratic=(pace - pace.groupby(learner).transform("median")).abs(),
    )
