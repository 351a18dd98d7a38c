"""Mann and Whitney's test of many classes in one ranking, which is ranked once."""

from collections.abc import Sequence

import numpy as np


def mann_whitney(value: np.ndarray, classes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(k,) AUROC and (k,) two-sided p of each class against all outside it.

    value: (n,). classes: the places of their members, each of at least one and of fewer than n.
    AUROC is the chance that a member has a higher value than one outside, ties counting half. p is
    that of the normal approximation with corrections for ties and continuity, as
    `scipy.stats.mannwhitneyu` has it with method='asymptotic'; 1 if all values are equal.
    """
    from scipy.special import ndtr  # noqa: PLC0415 -- pages start without it
    from scipy.stats import rankdata  # noqa: PLC0415

    if not classes:
        return np.empty(0), np.empty(0)
    n, rank = len(value), rankdata(value)
    size = np.array([len(places) for places in classes])
    # From SciPy 1.18 on, ranks of float32 are float32: exact one by one, not in sum.
    u = np.array([rank[places].sum(dtype=float) for places in classes]) - size * (size + 1) / 2
    pairs = size * (n - size)
    ties = np.unique(rank, return_counts=True)[1].astype(float)
    correction = 1 - (ties**3 - ties).sum() / (float(n) ** 3 - n)
    spread = np.sqrt(pairs * (n + 1) / 12 * correction)
    far = np.maximum(u, pairs - u) - pairs / 2 - 0.5
    p = np.where(spread > 0, 2 * ndtr(-far / np.where(spread > 0, spread, 1)), 1.0)
    return u / pairs, np.minimum(p, 1)
