"""Summarize scores of signatures by compound, in one cell line or in all."""

import numpy as np

HIGH, LOW = 0.67, 0.33
"""Quantiles of the rule of Subramanian et al. 2017."""


def by_quantile(score: np.ndarray, group: np.ndarray, n_groups: int) -> np.ndarray:
    """(n_groups, q): for each group, the quantile of its scores that is farther from 0.

    score: (n, q) of signatures. group: (n,) int below n_groups, each at least once. The 67th
    percentile if its absolute value is at least that of the 33rd, else the 33rd (the maximum
    quantile statistic of Subramanian et al. 2017, Cell 171:1437): a compound need not act in every
    cell line to stand out.
    """
    order = np.argsort(group, kind="stable")
    size = np.bincount(group, minlength=n_groups)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    # One sort by group and value for each query gives both quantiles of all groups by position.
    found = np.empty((n_groups, score.shape[1]))
    ours = group[order]
    for column in range(score.shape[1]):
        values = score[order, column]
        values = values[np.lexsort((values, ours))]
        high, low = (_quantile(values, start, size, share) for share in (HIGH, LOW))
        found[:, column] = np.where(np.abs(high) >= np.abs(low), high, low)
    return found


def _quantile(values: np.ndarray, start: np.ndarray, size: np.ndarray, share: float) -> np.ndarray:
    """The quantile of each group of rising values, interpolated between the two nearest."""
    place = share * (size - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, size - 1)
    weight = place - below
    return values[start + below] * (1 - weight) + values[start + above] * weight
