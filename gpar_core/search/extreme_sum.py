"""eXtreme Sum (Cheng et al. 2014, Genome Medicine 6:95)."""

from collections.abc import Sequence

import numpy as np

from gpar_core.search.query import Query

N_EXTREME = 100
"""Number of genes that count at each end of a signature: a tenth of the landmark genes. Cheng et
al. took 500 of about 12,000."""


def extreme_sum(
    z: np.ndarray, queries: Sequence[Query], *, n_extreme: int = N_EXTREME
) -> np.ndarray:
    """(n, q) sums of z over the query's up genes minus those over its down genes.

    z: (n, 978) float32. Only the n_extreme highest and the n_extreme lowest values of a signature
    count, including all values tied with the last of them; the others count as 0.
    """
    direction = np.stack([query.direction for query in queries], axis=1)
    return extremes(z, n_extreme) @ direction


def extremes(z: np.ndarray, n_extreme: int) -> np.ndarray:
    """(n, g) float32: z where it is among the highest or lowest of its signature, else 0."""
    z = np.asarray(z, np.float32)
    ends = np.partition(z, (n_extreme - 1, z.shape[1] - n_extreme), axis=1)
    low, high = ends[:, [n_extreme - 1]], ends[:, [z.shape[1] - n_extreme]]
    return np.where((z <= low) | (z >= high), z, np.float32(0))
