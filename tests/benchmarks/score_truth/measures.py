"""The figures that say how far a score is the truth, in numpy and scikit-learn; learners are never split."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engagement.demo.schools import BAD_MICROPHONE_SCHOOL, SCHOOLS
from tests.benchmarks.score_truth.units import PLAIN

Floats = NDArray[np.float64]
FOLDS = 5


def spearman(left: Floats, right: Floats) -> float:
    """Return the correlation of ranks."""
    return float(np.corrcoef(rankdata(left), rankdata(right))[0, 1])


def spearman_without(left: Floats, right: Floats, third: Floats) -> float:
    """Return the correlation of ranks with the third's taken out of both."""
    ranks = [rankdata(values) for values in (left, right, third)]
    xy, xz, yz = (np.corrcoef(ranks[a], ranks[b])[0, 1] for a, b in ((0, 1), (0, 2), (1, 2)))
    return float((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


def linear_fit(units: pd.DataFrame) -> Floats:
    """Return what a ridge regression on the plain indicators tells of learners that it was not fitted on."""
    filled = units[PLAIN].fillna(units[PLAIN].mean())
    inputs, truth = filled.to_numpy(dtype=float), units["truth"].to_numpy()
    told = np.zeros(len(units))
    for fitting, held_out in _folds(units):
        model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 3, 10)))
        told[held_out] = model.fit(inputs[fitting], truth[fitting]).predict(inputs[held_out])
    return told


def in_points(units: pd.DataFrame, *columns: str) -> list[Floats]:
    """Return columns of the score's scale mapped monotonically to the truth in points of 100.

    The map is an isotonic regression of truth on score, fitted on other learners. Beyond the scores that it
    has seen it goes on along its ends.
    """
    score, truth = units["engagement"].to_numpy(), 100 * units["truth"].to_numpy()
    mapped = [np.zeros(len(units)) for _ in columns]
    for fitting, held_out in _folds(units):
        model = IsotonicRegression(out_of_bounds="clip").fit(score[fitting], truth[fitting])
        for column, values in zip(columns, mapped, strict=True):
            values[held_out] = model.predict(units[column].to_numpy()[held_out])
    return mapped


def _folds(units: pd.DataFrame) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    yield from GroupKFold(FOLDS).split(units, groups=units["owner"])


def reliability(halves: pd.DataFrame) -> float:
    """Return the reliability of the whole from its halves' correlation (Spearman 1910, Brown 1910)."""
    correlation = float(np.corrcoef(halves["odd"], halves["even"])[0, 1])
    return 2 * correlation / (1 + correlation)


def score_figures(units: pd.DataFrame) -> dict[str, float]:
    """Return the figures of phases as scored, by name."""
    score, truth = units["engagement"].to_numpy(), units["truth"].to_numpy()
    skill, accuracy = units["skill"].to_numpy(), units["accuracy"].fillna(units["accuracy"].mean()).to_numpy()
    middle, low, high = in_points(units, "engagement", "engagement_low", "engagement_high")
    residual = 100 * truth - middle
    bad = (units["school"] == SCHOOLS[BAD_MICROPHONE_SCHOOL].name).to_numpy()
    return {
        "phases of 10 responses or more": float(len(units)),
        "Spearman of the score with the truth": spearman(score, truth),
        "  of a linear fit of plain indicators to the truth, on other learners": spearman(
            linear_fit(units), truth
        ),
        "  of the score, skill partialled out": spearman_without(score, truth, skill),
        "  of skill with the score": spearman(skill, score),
        "  of skill with the truth": spearman(skill, truth),
        "  of mean accuracy alone with the truth": spearman(accuracy, truth),
        "coverage of the 90 % interval": float(np.mean((low <= 100 * truth) & (100 * truth <= high))),
        "mean residual of the school with bad microphones, points of 100": float(residual[bad].mean()),
        "mean absolute residual, points of 100": float(np.abs(residual).mean()),
    }


def identity_figures(answers: pd.DataFrame) -> dict[str, float]:
    """Return how often learner, level and phase are right, by where they come from."""
    named = answers["identity"] == "export"
    is_right = answers["learner_id"] == answers["true_learner_id"]
    placed = (answers["level"] == answers["true_level"]) & (answers["phase"] == answers["true_phase"])
    by_export = answers["phase_source"] == "export"
    shared = answers["shares_tablet"]
    covered = shared & answers["is_covered"]
    return {
        "responses on shared tablets where only the ContentSession tells who sits there": float(shared.sum()),
        "  share of them in a ContentSession that an export names": float(covered.sum() / shared.sum()),
        "  learner right, of those": float(is_right[covered].mean()),
        "learner right where exports name the sign-in": float(is_right[named].mean()),
        "level and phase right where an export tells": float(placed[is_right & by_export].mean()),
        "level and phase right elsewhere, of learners who are told apart": float(
            placed[is_right & ~by_export].mean()
        ),
    }
