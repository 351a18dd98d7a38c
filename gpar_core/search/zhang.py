"""Connection strength of ranked genes (Zhang and Gant 2008, BMC Bioinformatics 9:258)."""

from collections.abc import Sequence

import numpy as np

from gpar_core.search.query import Query


def connection_strength(z: np.ndarray, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) connection strengths in -1 to 1.

    z: (n, 978) float32. The gene with the largest |z| of a signature has the signed rank 978 or
    -978, that with the smallest 1 or -1; ties share their mean rank, and 0 has no rank. The
    strength is the sum of the signed ranks times the query's signs, divided by the largest sum that
    as many genes can have: that of an unordered query, 978 + 977 + ...
    """
    from scipy.stats import rankdata  # noqa: PLC0415 -- pages start without it

    n_genes = z.shape[1]
    signed = np.sign(z) * rankdata(np.abs(z), axis=1)
    direction = np.stack([query.direction for query in queries], axis=1)
    size = np.abs(direction).sum(axis=0)
    largest = size * n_genes - size * (size - 1) / 2
    return signed @ direction / largest
