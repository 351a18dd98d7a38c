"""Draws have their distributions, and nothing in them hangs on the last bit of a function."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from gpar_core.data import exact_draws
from gpar_core.data.demo_catalogue import MECHANISMS
from gpar_core.data.exact_draws import GRID, SUM_LIMIT, mean_square, on_grid

N = 20_000
LIBRARY_ERROR = 1e-14
"""Far above the relative error of any exp, log or normal quantile in use: some 1e-16 to 1e-15."""
SIGMAS = sorted({0.15, 0.45, 0.8} | {mechanism.spread for mechanism in MECHANISMS})
"""Every one the demo draws with."""

P = (np.arange(1 << 16) + 0.5) / (1 << 16)


@pytest.mark.parametrize(
    ("levels", "exact"),
    [
        (exact_draws.normal_levels(), ndtri(P)),
        (exact_draws.exponential_levels(), -np.log(P)),
        *(
            (exact_draws.lognormal_levels(s), np.exp(s * exact_draws.normal_levels()))
            for s in SIGMAS
        ),
    ],
    ids=["normal", "exponential", *(f"lognormal {sigma}" for sigma in SIGMAS)],
)
def test_no_other_mathematical_library_would_round_an_entry_otherwise(
    levels: np.ndarray, exact: np.ndarray
) -> None:
    assert np.abs(levels - exact).max() <= GRID / 2
    in_steps = np.abs(exact) / GRID
    to_boundary = np.abs(in_steps - np.floor(in_steps) - 0.5)
    assert (to_boundary > 10 * LIBRARY_ERROR * in_steps).all()


def test_the_deviates_are_those_of_their_distributions() -> None:
    rng = np.random.default_rng(0)
    assert stats.kstest(exact_draws.normal(rng, N), "norm").pvalue > 0.01
    assert stats.kstest(exact_draws.exponential(rng, N), "expon").pvalue > 0.01
    lognormal = exact_draws.lognormal(rng, 0.5, N)
    assert stats.kstest(np.log(lognormal), stats.norm(0, 0.5).cdf).pvalue > 0.01
    assert exact_draws.normal(rng, (2, 3)).shape == (2, 3)


def test_they_are_the_same_for_the_same_seed_on_every_computer() -> None:
    drawn = exact_draws.normal(np.random.default_rng(0), 4) / GRID
    assert drawn.tolist() == [1523.0, 68099.0, 92586.0, 22959.0]


def test_sums_on_the_grid_are_exact_in_any_order() -> None:
    rng = np.random.default_rng(0)
    left, right = on_grid(rng.normal(0, 5, (3, 978))), on_grid(rng.normal(0, 5, (978, 2)))
    product = left @ right
    for i, j in np.ndindex(product.shape):
        terms = [Fraction(a) * Fraction(b) for a, b in zip(left[i], right[:, j], strict=True)]
        assert Fraction(product[i, j]) == sum(terms)
    order = rng.permutation(978)
    np.testing.assert_array_equal(left[:, order] @ right[order], product)
    exact = [math.fsum(row**2) / 978 for row in left]
    np.testing.assert_array_equal(mean_square(left), exact)


def test_the_limit_of_sums_is_where_doubles_end() -> None:
    step = GRID**2
    assert (SUM_LIMIT - step) + step == SUM_LIMIT
    assert (SUM_LIMIT - step) != SUM_LIMIT
    assert SUM_LIMIT + step == SUM_LIMIT


def test_values_are_rounded_to_the_grid() -> None:
    values = np.array([0.0, GRID, 1.4 * GRID, 1.6 * GRID, 0.5 * GRID, 1.5 * GRID, -1.6 * GRID])
    np.testing.assert_array_equal(on_grid(values) / GRID, [0, 1, 1, 2, 0, 2, -2])
