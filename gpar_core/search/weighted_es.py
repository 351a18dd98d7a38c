"""Weighted enrichment scores of gene lists in many signatures at once.

Subramanian et al. 2005, PNAS 102:15545: going down the genes of a signature from the highest value
to the lowest, the running sum rises at each gene of the list by |z| divided by the sum of |z| over
the list, and falls at every other gene by 1 divided by their number; ES is its largest deviation
from 0.
"""

import numpy as np
from numba import njit

# Kept on disk: every search is a process of its own, and compiling takes it seconds.


@njit(nogil=True, cache=True)
def orders(z: np.ndarray) -> np.ndarray:
    """(n, g) uint16: the genes of each signature from the highest value to the lowest.

    z: (n, g) float32, g below 65,536. Genes of equal value come in the order of their positions.
    """
    n, g = z.shape
    found = np.empty((n, g), np.uint16)
    for i in range(n):
        found[i] = np.argsort(-z[i], kind="mergesort").astype(np.uint16)
    return found


@njit(nogil=True, cache=True)
def weighted_es(z: np.ndarray, order: np.ndarray, member: np.ndarray) -> np.ndarray:
    """(n, q) float64: the ES of each list in each signature, in -1 to 1.

    z: (n, g) float32. order: as `orders` gives it. member: (q, g) bool, the genes of each list. A
    list that is empty, has all genes, or whose genes are all 0 in a signature has an ES of 0. Of
    two deviations of the same size, the positive one counts.
    """
    n, g = z.shape
    found = np.zeros((n, len(member)))
    for q in range(len(member)):
        of_list = member[q]
        size = 0
        for gene in range(g):
            size += of_list[gene]
        if size in (0, g):
            continue
        fall = 1.0 / (g - size)
        for i in range(n):
            total = 0.0
            for gene in range(g):
                if of_list[gene]:
                    total += abs(z[i, gene])
            if total == 0.0:
                continue
            running, highest, lowest = 0.0, 0.0, 0.0
            for place in range(g):
                gene = order[i, place]
                if of_list[gene]:
                    running += abs(z[i, gene]) / total
                    highest = max(highest, running)
                else:
                    running -= fall
                    lowest = min(lowest, running)
            found[i, q] = highest if highest >= -lowest else lowest
    return found
