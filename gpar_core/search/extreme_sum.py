"""eXtreme Sum (Cheng et al. 2014, Genome Medicine 6:95)."""

from collections.abc import Sequence

import numpy as np

from gpar_core.search.layers import N_EXTREME, Block, block_of, directions, limits
from gpar_core.search.query import Query


def extreme_sum(
    signatures: np.ndarray | Block, queries: Sequence[Query], *, n_extreme: int = N_EXTREME
) -> np.ndarray:
    """(n, q) sums of z over the query's up genes minus those over its down genes.

    signatures: (n, 978) float32 z-scores, or a block. Only the n_extreme highest and the n_extreme
    lowest values of a signature count, including all values tied with the last of them; the others
    count as 0. Of a block, n_extreme is `N_EXTREME`.
    """
    block = block_of(signatures)
    genes, direction = directions(queries)
    z = block.rows("z", genes)
    if n_extreme == N_EXTREME or isinstance(signatures, Block):
        low, high = block.rows("limits", np.arange(2))
    else:
        low, high = limits(np.asarray(signatures, np.float32), n_extreme)
    return (direction @ np.where((z <= low) | (z >= high), z, np.float32(0))).T
