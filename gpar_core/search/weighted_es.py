"""Weighted enrichment scores of gene lists in many signatures at once.

Subramanian et al. 2005, PNAS 102:15545: going down the genes of a signature from the highest value
to the lowest, the running sum rises at each gene of the list by |z| divided by the sum of |z| over
the list, and falls at every other gene by 1 divided by their number; ES is its largest deviation
from 0.

The deviation is largest just before or just after a gene of the list, so only these genes are
visited. With their places r_0 < r_1 < ... from 0, W the sum of |z| over the list and w_k that over
its first k genes, the running sum before gene k is w_k / W - (r_k - k) / (g - m), and after it the
same with w_(k + 1); g is the number of genes, m that of the list.
"""

import numpy as np
from numba import njit

from gpar_core.search.ranks import sorted_places


@njit(nogil=True, cache=True)
def weighted_es(
    z: np.ndarray, rank: np.ndarray, lists: np.ndarray, ends: np.ndarray, g: int
) -> np.ndarray:
    """(q, n) float64: the ES of each list in each signature, in -1 to 1.

    z: (m, n) float32, of genes that include those of all lists. rank: (m, n), their places among
    all g genes, as `ranks.ranks` gives them. lists: the lists one after another, as positions among
    the m genes. ends: (q,) where each ends. A list that is empty, has all genes, or whose genes are
    all 0 in a signature has an ES of 0. Of two deviations of the same size, the positive one
    counts.
    """
    m, n = z.shape
    found = np.zeros((len(ends), n))
    place, size = np.empty(m, np.uint16), np.empty(m, np.float32)
    at_place, places = np.empty(g, np.float32), np.empty(m, np.int64)
    marked = np.zeros(g // 64 + 1, np.uint64)
    for i in range(n):
        for gene in range(m):
            place[gene], size[gene] = rank[gene, i], abs(z[gene, i])
        start = 0
        for q in range(len(ends)):
            genes = lists[start : ends[q]]
            start = ends[q]
            if len(genes) in (0, g):
                continue
            total = 0.0
            for gene in genes:
                at_place[place[gene]] = size[gene]
                total += size[gene]
            if total == 0.0:
                continue
            sorted_places(place, genes, marked, places)
            fall = total / (g - len(genes))
            risen, highest, lowest = 0.0, 0.0, 0.0
            for k in range(len(genes)):
                fallen = (places[k] - k) * fall
                lowest = min(lowest, risen - fallen)
                risen += at_place[places[k]]
                highest = max(highest, risen - fallen)
            found[q, i] = (highest if highest >= -lowest else lowest) / total
    return found
