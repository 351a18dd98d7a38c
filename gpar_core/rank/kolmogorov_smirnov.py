"""The two-sided law of Kolmogorov and Smirnov for many values at once.

`scipy.stats.kstwo` computes one value at a time, about 100 times slower, and above k = 140 only to
five digits.
"""

import numpy as np

FAR = 3.0
"""From this k * d^2 on, a deviation by d on both sides is less than 1e-8 as likely as on one."""


def survival(d: np.ndarray, k: np.ndarray) -> np.ndarray:
    """P(D >= d), D being how far the empirical distribution of k uniform values deviates.

    d: (m,) above 0, up to 1. k: (m,) whole. Returns (m,), with a relative error of 1e-8 or an
    absolute error of 1e-12.
    """
    from scipy.special import smirnov  # noqa: PLC0415 -- pages start without it

    far = k * d**2 >= FAR
    found = np.empty(len(d))
    found[far] = 2 * smirnov(k[far], d[far])
    found[~far] = 1 - _below(d[~far], k[~far])
    return found


def _below(d: np.ndarray, k: np.ndarray) -> np.ndarray:
    """(m,) P(D < d), after Durbin (1973) and Marsaglia, Tsang and Wang (2003).

    With d = (q - h) / k, q whole and 0 <= h < 1, it is the middle entry of the k-th power of a
    matrix defined by q and h. Matrices of one size are raised together.
    """
    from scipy.special import gammaln  # noqa: PLC0415

    q = np.ceil(k * d).astype(np.int64)
    h = q - k * d
    middle = np.empty(len(d))
    for one in np.unique(q):
        same = q == one
        middle[same] = _powers(_matrices(h[same], int(one)), k[same])[:, one - 1, one - 1]
    return middle * np.exp(gammaln(k + 1) + k - k * np.log(k))


def _matrices(h: np.ndarray, q: int) -> np.ndarray:
    """(m, 2q - 1, 2q - 1) matrices divided by e, so that their powers stay near 1."""
    from scipy.special import gammaln  # noqa: PLC0415

    width = 2 * q - 1
    reciprocal = np.exp(-gammaln(np.arange(width + 1) + 1.0))
    below = np.subtract.outer(np.arange(width), np.arange(width)) + 1
    band = np.where(below >= 0, reciprocal[np.maximum(below, 0)], 0)
    matrices = np.tile(band, (len(h), 1, 1))
    edge = h[:, None] ** np.arange(1, width + 1) * reciprocal[1:]
    matrices[:, :, 0] -= edge
    matrices[:, -1, :] -= edge[:, ::-1]
    matrices[:, -1, 0] += np.maximum(2 * h - 1, 0) ** width * reciprocal[width]
    return matrices / np.e


def _powers(matrices: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Each of (m, width, width) matrices to its own power, by squaring. exponents: (m,)."""
    powers = np.tile(np.eye(matrices.shape[1]), (len(matrices), 1, 1))
    while exponents.any():
        odd = exponents % 2 == 1
        powers[odd] = powers[odd] @ matrices[odd]
        matrices = matrices @ matrices
        exponents = exponents // 2
    return powers
