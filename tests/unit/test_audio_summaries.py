"""Sums of series: quantiles as numpy's, and what an empty series gives."""

import numpy as np
import pytest

from engagement.audio.summaries import quantiles, spread

SHARES = (0.0, 0.05, 0.35, 0.5, 0.9, 1.0)


@pytest.mark.parametrize("shape", [(1,), (2,), (11,), (378,), (1, 3), (101, 16)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_quantiles__are_numpys_to_the_last_bit(shape: tuple[int, ...], dtype: type) -> None:
    values = np.random.default_rng(5).normal(size=shape).astype(dtype)
    expected = np.percentile(values, [100 * share for share in SHARES], axis=0)
    assert np.array_equal(quantiles(values, SHARES), expected)


def test_quantiles__leave_their_input_as_it_is() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert quantiles(values, (0.5,)).tolist() == [2.0]
    assert values.tolist() == [3.0, 1.0, 2.0]


def test_spread__of_nothing_is_zero() -> None:
    assert set(spread("pitch", np.zeros(0)).values()) == {0.0}
