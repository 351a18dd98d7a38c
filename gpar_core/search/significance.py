"""How often random gene lists of the same sizes score as high."""

import numpy as np

from gpar_core import fields
from gpar_core.search.query import Query

N_RANDOM = 100


def random_queries(query: Query, n: int, *, seed: int) -> list[Query]:
    """The query with its genes replaced at random: as many up, as many down.

    A profile keeps its values, assigned to random genes. Queries of two lists with the same sizes
    have the same random queries.
    """
    n_up, n_down = len(query.up), len(query.down)
    rng = np.random.default_rng([seed, 0x5EA4C])
    drawn = []
    for number in range(n):
        other = rng.permutation(fields.N_LANDMARKS)
        if query.profile is None:
            up, down, profile = other[:n_up], other[n_up : n_up + n_down], None
        else:
            up, down, profile = other[query.up], other[query.down], query.profile[np.argsort(other)]
        drawn.append(Query(f"random {number + 1}", np.sort(up), np.sort(down), profile))
    return drawn


def p_values(score: np.ndarray, null: np.ndarray) -> np.ndarray:
    """(m,) two-sided p of the scores of m compounds.

    null: (m, r) their scores by r random queries. Each compound's scores are standardized by the
    mean and standard deviation of its own null, so that one with strong or few signatures is judged
    by how it scores random lists; then those of all compounds are pooled into one null of m r
    values:
    p = (1 + number of them at least as large in absolute value) / (1 + m r). A compound whose null
    does not vary has a p of 1.
    """
    mean, spread = null.mean(axis=1), null.std(axis=1)
    varies = spread > 0
    scale = np.where(varies, spread, 1)
    pooled = np.sort(np.abs((null - mean[:, None]) / scale[:, None])[varies].ravel())
    own = np.abs((score - mean) / scale)
    as_large = len(pooled) - np.searchsorted(pooled, own, side="left")
    return np.where(varies, (1 + as_large) / (1 + len(pooled)), 1.0)
