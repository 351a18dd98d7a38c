"""Cosine and correlations between a query and signatures.

If the query is a profile, its values are compared over all genes; if only lists are known, their
genes count as 1 and -1 and no others are compared.
"""

from collections.abc import Callable, Sequence

import numpy as np

from gpar_core.rank.neighbors import unit
from gpar_core.search.query import Query


def cosine(z: np.ndarray, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) cosines of the angle, -1 to 1. z: (n, 978) float32."""
    return _by_query(z, queries, lambda x: x)


def pearson(z: np.ndarray, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) Pearson correlations. z: (n, 978) float32. 0 if either side does not vary."""
    return _by_query(z, queries, lambda x: x - x.mean(axis=1, keepdims=True))


def spearman(z: np.ndarray, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) Spearman correlations, ties at their mean rank. z: (n, 978) float32."""
    from scipy.stats import rankdata  # noqa: PLC0415 -- pages start without it

    def ranks(x: np.ndarray) -> np.ndarray:
        ranked = rankdata(x, axis=1)
        return ranked - ranked.mean(axis=1, keepdims=True)

    return _by_query(z, queries, ranks)


def _by_query(
    z: np.ndarray, queries: Sequence[Query], prepared: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    found = np.empty((len(z), len(queries)))
    for number, query in enumerate(queries):
        genes = query.genes if query.profile is None else np.arange(z.shape[1])
        own = (query.direction if query.profile is None else query.profile)[genes].astype(float)
        theirs = unit(prepared(z[:, genes].astype(float)))
        found[:, number] = theirs @ unit(prepared(own[None]))[0]
    return found
