"""The unsupervised fit behind the weights of the behavioural indicators: one common factor, the truth unseen.

    python -m tests.benchmarks.score_truth.weights --folder FOLDER --generators everyday,persistence,care

Engagement is what the indicators have in common, if anything is. So one factor is fitted by maximum
likelihood to the phases' means of all classes together; its loadings are weights per deviation of a phase's
mean, and over that mean's deviation, weights per deviation of a response. A principal component would take
the indicators' own noise for common. Half of the weight is a stated prior, because a factor also finds what
merely goes together, such as two measures of pace.
"""

import argparse
from pathlib import Path

import pandas as pd
from sklearn.decomposition import FactorAnalysis

from engagement.gold.evidence import respond_evidence
from engagement.gold.indicators import of_dimension
from engagement.inference.calibration_udf import calibrate_voice
from engagement.schemas import MILESTONES, RESPONSES, VOICE_SCORES
from engagement.schemas.enums import Dimension, Phase
from tests.benchmarks.score_truth.classes import SimulatedClass, session
from tests.benchmarks.score_truth.units import FEWEST_RESPONSES, PHASE

# Share of the say that each indicator should have in how phases differ, before anything is fitted: coming,
# doing and trying again first; what is seldom seen or partly told by another indicator last.
PRIOR = {
    "days_away": 0.20, "visit_answers": 0.20, "answered": 0.14, "idling": 0.14, "retried": 0.10,
    "uneven_pace": 0.06, "hasty": 0.06, "dawdling": 0.04, "microphone_used": 0.04, "set_left": 0.02,
}  # fmt: skip


def main() -> None:
    """Fit, print loadings, deviations and weights beside those in use."""
    options = _options()
    spark = session()
    classes = [
        SimulatedClass(
            spark, options.folder / f"{name}-{seed}", name, int(seed), options.learners, options.weeks
        )
        for name in options.generators.split(",")
        for seed in options.seeds.split(",")
    ]
    means = []
    for simulated in classes:
        simulated.prepare()
        means.append(_phase_means(simulated))
    deviations = pd.concat([each.std() for each in means], axis=1).mean(axis=1)
    standardised = pd.concat([(each - each.mean()) / each.std() for each in means]).fillna(0.0)
    factor = FactorAnalysis(1, max_iter=5000).fit(standardised)
    loadings = pd.Series(factor.components_[0], standardised.columns)
    loadings = (loadings * (1 if loadings.sum() > 0 else -1)).clip(lower=0)
    prior = pd.Series(PRIOR)
    told = pd.DataFrame({"loading": loadings, "deviation": deviations, "prior": prior})
    mixed = (prior + loadings / loadings.sum()) / 2 / deviations
    told["fitted"] = mixed / mixed.sum()
    told["in use"] = {indicator.name: indicator.weight for indicator in of_dimension(Dimension.BEHAVIOURAL)}
    print(told.round(3).to_string())  # noqa: T201
    spark.stop()


def _phase_means(simulated: SimulatedClass) -> pd.DataFrame:
    """Return the phases' means of each indicator, in deviations of a response, up for more engagement."""
    settings = simulated.settings()
    responses, voices = simulated.table(RESPONSES), simulated.table(VOICE_SCORES)
    calibrated = calibrate_voice(voices, responses, settings.voice)
    evidence = respond_evidence(responses, voices, calibrated, simulated.table(MILESTONES), settings.score)
    indicators = of_dimension(Dimension.BEHAVIOURAL)
    names = [indicator.name for indicator in indicators]
    rows = evidence.select(*PHASE, *names).toPandas()
    by_language = rows.groupby("language")[names]
    scaled = (rows[names] - by_language.transform("mean")) / by_language.transform("std")
    scaled *= [indicator.signs[Phase.PRACTICE] for indicator in indicators]
    grouped = scaled.clip(-3, 3).groupby([rows[key] for key in PHASE])
    return grouped.mean()[grouped.size() >= FEWEST_RESPONSES]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where classes and tables are kept")
    parser.add_argument("--generators", default="everyday,persistence,care")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--weeks", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
