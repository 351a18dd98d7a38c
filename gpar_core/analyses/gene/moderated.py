"""Means of a few values, with intervals that do not trust the spread of so few.

The variance of each group is moderated by those of all groups, as in limma: Smyth 2004, Statistical
Applications in Genetics and Molecular Biology 3:3, doi:10.2202/1544-6115.1027. With d = n - 1,
    s~^2 = (d0 s0^2 + d s^2) / (d0 + d)
    interval = mean +- t(0.975, d0 + d) s~ / sqrt(n)
where s0^2 and d0 describe the distribution of the variances over the groups.
"""

from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
LEAST = 1e-5
"""A variance below this share of the median variance counts as this share of it."""


@dataclass(frozen=True, eq=False)
class Means:
    """Means of g groups of values, each (g,).

    n: number of values. mean. low, high: 95% interval, NaN for n = 1. p: two-sided, that the true
    mean is 0; NaN for n = 1.
    """

    n: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def moderated_means(values: np.ndarray, group: np.ndarray, n_groups: int) -> Means:
    """The means of groups of values, with moderated variances.

    values: (n,) float. group: (n,) int below n_groups, each of which occurs.
    """
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415 -- pages start without it

    n = np.bincount(group, minlength=n_groups)
    mean = np.bincount(group, values, n_groups) / n
    d = n - 1
    several = d > 0
    square = np.bincount(group, (values - mean[group]) ** 2, n_groups) / np.maximum(d, 1)
    s0, d0 = prior_of(square[several], d[several]) if several.any() else (0.0, 1.0)
    weight = 1.0 if np.isinf(d0) else d0 / (d0 + d)
    moderated = weight * s0 + (1 - weight) * square
    error = np.sqrt(moderated / n)
    freedom = np.minimum(d0 + d, d.sum())
    t = stdtrit(np.maximum(freedom, 1), (1 + CONFIDENCE) / 2)
    half = np.where(several, t * error, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(np.maximum(freedom, 1), -np.abs(mean) / error)
    p = np.where(several, np.where(error > 0, p, np.where(mean == 0, 1.0, 0.0)), np.nan)
    return Means(n, mean, mean - half, mean + half, p)


def nearest_to_zero(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The end of each interval that is nearest to 0; 0 if the interval contains 0 or is unknown."""
    return np.where(low > 0, low, np.where(high < 0, high, 0.0))


def prior_of(square: np.ndarray, d: np.ndarray) -> tuple[float, float]:
    """s0^2 and d0 of variances of g groups: Smyth 2004, section 6.2.

    square: (g,) variances. d: (g,) their degrees of freedom, 1 or more. d0 is infinite where the
    variances differ no more than by chance.
    """
    from scipy.special import digamma, polygamma  # noqa: PLC0415

    median = float(np.median(square))
    if median == 0:
        median = float(square.mean())
    if median == 0:
        return 0.0, np.inf
    logs = np.log(np.maximum(square, LEAST * median)) - digamma(d / 2) + np.log(d / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, d / 2).mean()) if len(logs) > 1 else 0.0
    if excess <= 0:
        return float(np.exp(logs.mean())), np.inf
    d0 = 2 * inverse_trigamma(excess)
    return float(np.exp(logs.mean() + digamma(d0 / 2) - np.log(d0 / 2))), d0


def inverse_trigamma(y: float) -> float:
    """x with trigamma(x) = y, by Newton's method as in the appendix of Smyth 2004. y: above 0.

    >>> round(inverse_trigamma(1.6449340668482264), 6)
    1.0
    """
    from scipy.special import polygamma  # noqa: PLC0415

    if y > 1e7:
        return float(1 / np.sqrt(y))
    if y < 1e-6:
        return 1 / y
    x = 0.5 + 1 / y
    for _ in range(50):
        value = float(polygamma(1, x))
        step = value * (1 - value / y) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x
