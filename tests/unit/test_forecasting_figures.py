"""Figures of the forecast against values worked out by hand."""

import math

import numpy as np
import pytest

from engagement.forecasting.figures import auc, brier, calibration_error, residual_band, with_interval


def _floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_auc__counts_pairs_in_order_and_ties_by_half() -> None:
    # Pairs of a one with a zero: .8 beats .1 and .4; .4 beats .1 and ties with .4: 3.5 of 4.
    assert auc(_floats(0, 0, 1, 1), _floats(0.1, 0.4, 0.4, 0.8)) == pytest.approx(3.5 / 4)
    assert auc(_floats(0, 1), _floats(0.3, 0.3)) == pytest.approx(0.5)
    assert math.isnan(auc(_floats(1, 1), _floats(0.3, 0.4)))


def test_brier_and_calibration_error__by_hand() -> None:
    outcomes = np.repeat(_floats(0, 1), 10)
    told = np.repeat(_floats(0.2, 0.7), 10)
    assert brier(outcomes, told) == pytest.approx((0.04 + 0.09) / 2)
    # Ten bins of two rows: five are off by .2, five by .3.
    assert calibration_error(outcomes, told) == pytest.approx(0.25)
    assert calibration_error(_floats(1), _floats(0.9)) == pytest.approx(0.1)


def test_with_interval__draws_whole_learners() -> None:
    values = _floats(1, 1, 1, 3)
    alone = with_interval(lambda rows: float(values[rows].mean()), np.array(["ann"] * 4))
    assert alone == (1.5, 1.5, 1.5)
    value, low, high = with_interval(
        lambda rows: float(values[rows].mean()), np.array(["ann", "ann", "ann", "bob"])
    )
    assert (value, low, high) == (1.5, 1.0, 3.0)
    assert with_interval(lambda rows: float("nan"), np.array(["ann"]))[1:] == (None, None)


def test_residual_band__takes_nineteen_residuals() -> None:
    residuals = np.arange(19, dtype=np.float64)
    assert residual_band(residuals) == (0, 18)
    assert residual_band(residuals[:18]) is None
    # Of 39, two in forty lie outside either end: the second smallest and the second largest.
    assert residual_band(np.arange(39, dtype=np.float64)) == (1, 37)
