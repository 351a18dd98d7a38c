"""Connection strength of ranked genes (Zhang and Gant 2008, BMC Bioinformatics 9:258)."""

from collections.abc import Sequence

import numpy as np

from gpar_core import fields
from gpar_core.search.layers import Block, block_of, directions
from gpar_core.search.query import Query


def connection_strength(signatures: np.ndarray | Block, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) connection strengths in -1 to 1.

    signatures: (n, 978) float32 z-scores, or a block. The gene with the largest |z| of a signature
    has the signed rank 978 or -978, that with the smallest 1 or -1; ties share their mean rank, and
    0 has no rank. The strength is the sum of the signed ranks times the query's signs, divided by
    the largest sum that as many genes can have: that of an unordered query, 978 + 977 + ...
    """
    genes, direction = directions(queries)
    twice = block_of(signatures).rows("signed_rank", genes).astype(np.float32)
    size = np.abs(direction).sum(axis=1)
    largest = size * fields.N_LANDMARKS - size * (size - 1) / 2
    return ((direction @ twice).T / 2) / largest
