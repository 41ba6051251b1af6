"""What is measured of a model: correlation, recall, calibration, and how sure the figure is."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 10


def pearson(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Return Pearson's correlation of two float64 (n,)."""
    return float(np.corrcoef(truth, predicted)[0, 1])


def spearman(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Return Spearman's rank correlation of two float64 (n,); ties share their mean rank."""
    return pearson(_ranks(truth), _ranks(predicted))


def recall(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """Return the unweighted average recall (UAR) of two int64 (n,) over the classes in `truth`."""
    return float(np.mean([(predicted[truth == label] == label).mean() for label in np.unique(truth)]))


def calibration_error(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the expected calibration error in ten bins of confidence (Guo et al., ICML 2017).

    Args:
        truth: int64 (n,), places of the true classes.
        probabilities: float64 (n, classes).
    """
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == truth
    place = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    gaps = 0.0
    for i in np.unique(place):
        inside = place == i
        gaps += inside.mean() * abs(hit[inside].mean() - confidence[inside].mean())
    return float(gaps)


def interval(
    figure: Callable[[NDArray[Any], NDArray[Any]], float],
    truth: NDArray[Any],
    predicted: NDArray[Any],
    speakers: NDArray[np.str_],
    *,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % interval of a figure, by a bootstrap over speakers.

    Args:
        figure: `pearson` or `recall`, say.
        truth: (clips,), the figure's first argument.
        predicted: (clips,), its second.
        speakers: str (clips,).
        draws: Number of resamples.
        seed: Of the resampling.
    """
    names = np.unique(speakers)
    clips = {name: np.flatnonzero(speakers == name) for name in names}
    random = np.random.default_rng(seed)
    figures = []
    for _ in range(draws):
        drawn = random.choice(names, len(names))
        places = np.concatenate([clips[name] for name in drawn])
        figures.append(figure(truth[places], predicted[places]))
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)


def speaker_means(values: NDArray[np.float64], speakers: NDArray[np.str_]) -> NDArray[np.float64]:
    """Return float64 (speakers,): the mean of values per speaker, speakers sorted."""
    return np.array([values[speakers == name].mean() for name in np.unique(speakers)])


def speaker_folds(speakers: NDArray[np.str_], folds: int) -> NDArray[np.int64]:
    """Return int64 (clips,): the fold of each clip; all clips of a speaker share one."""
    names = np.unique(speakers)
    return np.searchsorted(names, speakers) % folds


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place], dtype=np.float64)
