"""Ranks of a few genes in many signatures, by binary search in sorted values."""

import numpy as np
from numba import njit

# Kept on disk: every search is a process of its own, and compiling takes it seconds.


def doubled_ranks(z: np.ndarray, genes: np.ndarray) -> np.ndarray:
    """(n, m) int32: twice the ranks of the genes, 1 the highest value; ties at their mean rank.

    z: (n, g) float32. genes: (m,) positions. Doubled, mean ranks are whole numbers.
    """
    z = np.ascontiguousarray(z, np.float32)
    return _doubled_ranks(np.sort(z, axis=1), z, np.asarray(genes, np.int64))


@njit(nogil=True, cache=True)
def _doubled_ranks(rising: np.ndarray, z: np.ndarray, genes: np.ndarray) -> np.ndarray:
    n, g = z.shape
    found = np.empty((n, len(genes)), np.int32)
    for i in range(n):
        for j in range(len(genes)):
            value = z[i, genes[j]]
            left = np.searchsorted(rising[i], value)
            right = left + 1
            while right < g and rising[i, right] == value:
                right += 1
            found[i, j] = 2 * (g - right) + (right - left) + 1
    return found
