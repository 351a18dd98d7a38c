"""Random numbers and sums that are bit-identical on every processor.

Processors differ in the order in which a sum or a matrix product is added up (width of the vector
registers, number of threads, BLAS), in fused multiply-add, in the order an unstable sort leaves
equal values in, and in the last bits of exp, log and pow, on which numpy's normal, exponential and
lognormal deviates depend too. They agree on random integers, on comparisons and on every single
+, -, *, / and square root of doubles (IEEE 754).

Two rules follow; code that obeys them gets the same bits everywhere:

- Deviates are quantiles, looked up by a random integer in a table whose values are rounded to
  multiples of `GRID`. The tables are constants; no entry is so close to a rounding boundary that
  the last bits of a logarithm could move it, as a test shows.
- Values are rounded to multiples of `GRID` before they are added (`on_grid`). Products are then
  multiples
  of GRID^2, and sums of them below `SUM_LIMIT` are exact in any order.
"""

from functools import cache
from typing import Final

import numpy as np

GRID: Final = 2.0**-16
SUM_LIMIT: Final = 2.0**53 * GRID**2
"""2,097,152: below it every multiple of GRID^2 is a double."""

N_LEVELS: Final = 1 << 16
"""Quantiles in a table: one for each value of a 16-bit random integer."""


def on_grid(values: np.ndarray) -> np.ndarray:
    """Round to multiples of `GRID`, with halves to even."""
    return np.rint(values * (1 / GRID)) * GRID


def mean_square(values: np.ndarray) -> np.ndarray:
    """(n,) mean squares of the rows. values: (n, m), multiples of `GRID`, sums below SUM_LIMIT."""
    return np.einsum("ij,ij->i", values, values) / values.shape[1]


def normal(rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    """Standard normal deviates, at most 4.3 from 0."""
    return _drawn(rng, shape, normal_levels())


def lognormal(rng: np.random.Generator, sigma: float, shape: int | tuple[int, ...]) -> np.ndarray:
    """Deviates of median 1 whose logarithm has the standard deviation `sigma`."""
    return _drawn(rng, shape, lognormal_levels(sigma))


def exponential(rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    """Deviates of mean 1."""
    return _drawn(rng, shape, exponential_levels())


def _drawn(
    rng: np.random.Generator, shape: int | tuple[int, ...], levels: np.ndarray
) -> np.ndarray:
    return levels[rng.integers(0, N_LEVELS, shape, dtype=np.uint16)]


@cache
def normal_levels() -> np.ndarray:
    """(N_LEVELS,) quantiles of the standard normal distribution, on the grid."""
    from scipy.special import ndtri  # noqa: PLC0415 -- pages start without it

    return on_grid(ndtri(_probabilities()))


@cache
def lognormal_levels(sigma: float) -> np.ndarray:
    """(N_LEVELS,) quantiles of the lognormal distribution of median 1, on the grid."""
    return on_grid(np.exp(sigma * normal_levels()))


@cache
def exponential_levels() -> np.ndarray:
    """(N_LEVELS,) quantiles of the exponential distribution of mean 1, falling, on the grid."""
    return on_grid(-np.log(_probabilities()))


def _probabilities() -> np.ndarray:
    return (np.arange(N_LEVELS) + 0.5) / N_LEVELS
