"""Series of numbers → a few numbers; an empty series gives zeros, so that functionals stay finite."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]


def mean(values: Reals) -> float:
    """Return the mean of float (n,)."""
    return float(values.mean()) if len(values) else 0.0


def std(values: Reals) -> float:
    """Return the standard deviation of float (n,)."""
    return float(values.std()) if len(values) else 0.0


def trend(values: Reals) -> float:
    """Return the least-squares rise of float (n,) from its middle to its end, in the values' unit."""
    if len(values) < 2:
        return 0.0
    place = np.linspace(-1, 1, len(values))
    return float((place * (values - values.mean())).sum() / (place**2).sum())


def quantiles(values: NDArray[Any], shares: tuple[float, ...]) -> NDArray[Any]:
    """Return float (len(shares), …): what `np.quantile(values, shares, axis=0)` gives, in less time.

    Args:
        values: float (n, …), at least one along the first axis.
        shares: Quantiles wanted, 0–1.
    """
    ordered = np.sort(values, axis=0)
    place = (len(ordered) - 1) * np.array(shares)
    lower = place.astype(np.intp)
    share = (place - lower).reshape(-1, *[1] * (ordered.ndim - 1))
    below, above = ordered[lower], ordered[np.minimum(lower + 1, len(ordered) - 1)]
    step = above - below
    return np.asarray(np.where(share < 0.5, below + step * share, above - step * (1 - share)))


def spread(name: str, values: Reals) -> dict[str, float]:
    """Return mean, standard deviation and the 10th, 50th and 90th percentile of float (n,)."""
    return spreads([name], values[:, None])


def spreads(names: list[str], values: Reals) -> dict[str, float]:
    """Return `spread` of every column of float (n, len(names))."""
    if len(values) == 0:
        values = np.zeros((1, len(names)))
    low, middle, high = quantiles(values, (0.1, 0.5, 0.9))
    columns = {"mean": values.mean(axis=0), "std": values.std(axis=0), "p10": low, "p50": middle, "p90": high}
    return {
        f"{name}_{kind}": float(column[i]) for i, name in enumerate(names) for kind, column in columns.items()
    }


def slope(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares slope over five frames of float64 (frames, n), per frame (Furui 1986)."""
    padded = np.concatenate((series[:1], series[:1], series, series[-1:], series[-1:]))
    return np.asarray((2 * (padded[4:] - padded[:-4]) + padded[3:-1] - padded[1:-3]) / 10)
