"""Cosine and correlations between a query and signatures.

If the query is a profile, its values are compared over all genes; if only lists are known, their
genes count as 1 and -1 and no others are compared.
"""

from collections.abc import Sequence

import numpy as np

from gpar_core import fields
from gpar_core.rank.neighbors import unit
from gpar_core.search.layers import Block, block_of
from gpar_core.search.query import Query

AT_ONCE = 2000
"""Signatures whose values are in memory as float64 together."""


def cosine(signatures: np.ndarray | Block, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) cosines of the angle, -1 to 1. signatures: (n, 978) z-scores, or a block."""
    return _by_query(signatures, queries, ranked=False, centered=False)


def pearson(signatures: np.ndarray | Block, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) Pearson correlations, 0 if either side does not vary.

    signatures: (n, 978) z-scores, or a block.
    """
    return _by_query(signatures, queries, ranked=False, centered=True)


def spearman(signatures: np.ndarray | Block, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) Spearman correlations, ties at their mean rank.

    signatures: (n, 978) z-scores, or a block.
    """
    return _by_query(signatures, queries, ranked=True, centered=True)


def _by_query(
    signatures: np.ndarray | Block, queries: Sequence[Query], *, ranked: bool, centered: bool
) -> np.ndarray:
    block = block_of(signatures)
    found = np.empty((block.n, len(queries)))
    profiles = [place for place, query in enumerate(queries) if query.profile is not None]
    lists = [place for place, query in enumerate(queries) if query.profile is None]
    everything = np.arange(fields.N_LANDMARKS)
    for places in ([profiles] if profiles else []) + [[place] for place in lists]:
        first = queries[places[0]]
        genes = first.genes if first.profile is None else everything
        own = np.stack([_values(queries[place])[genes] for place in places]).astype(float)
        theirs = block.rows("z", genes)
        if ranked:
            from scipy.stats import rankdata  # noqa: PLC0415 -- pages start without it

            from gpar_core.search.ranks import mean_ranks  # noqa: PLC0415 -- numba

            own, theirs = rankdata(own, axis=1), mean_ranks(theirs, block.rows("rank", genes))
        found[:, places] = _cosines(theirs, own, centered=centered)
    return found


def _values(query: Query) -> np.ndarray:
    return query.direction if query.profile is None else query.profile


def _cosines(theirs: np.ndarray, own: np.ndarray, *, centered: bool) -> np.ndarray:
    """(n, q) from (m, n) and (q, m)."""
    own = unit(own - own.mean(axis=1, keepdims=True) if centered else own)
    found = np.empty((theirs.shape[1], len(own)))
    for start in range(0, len(found), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        x = theirs[:, part].astype(float)
        if centered:
            x -= x.mean(axis=0)
        found[part] = (own @ x / np.sqrt(np.einsum("ij,ij->j", x, x)).clip(1e-12)).T
    return found
