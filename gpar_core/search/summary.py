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
    from gpar_core.search.grouped import far_quantiles  # noqa: PLC0415 -- numba

    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=n_groups))
    return far_quantiles(np.ascontiguousarray(score.T), order, ends, LOW, HIGH).T
