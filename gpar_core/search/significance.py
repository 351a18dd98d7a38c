"""How often random gene lists of the same sizes score as high."""

from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.search.query import Query

N_RANDOM = 100
_MORE = {"wtcs": 200}
"""Random lists behind a p; over d compounds they resolve p to 1 / (100 d).

Between seeds, the log10 of the 50 smallest p varies by 0.2 and the number of compounds with an FDR
below 0.05 by one at most; 400 lists halve that and take four times as long. Weighted connectivity
is 0 for a third of all random lists, so that 100 lists estimate a spread badly: 8 compounds have an
FDR below 0.05, but 15 with 200 and 18 with 400 (24 cell lines; docs/benchmarks.md)."""


def n_random_of(score: str) -> int:
    """Number of random lists behind the p-values of a score."""
    return _MORE.get(score, N_RANDOM)


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


@dataclass(frozen=True, eq=False)
class Null:
    """What p needs of the scores of m compounds by random queries; one serves many queries.

    mean, spread: (m,) of each compound. pooled: the standardized null scores of all compounds that
    vary, in absolute value, rising.
    """

    mean: np.ndarray
    spread: np.ndarray
    pooled: np.ndarray


def null_of(scores: np.ndarray) -> Null:
    """Standardize scores by random queries. scores: (m, r) of m compounds by r, at least 3."""
    r = scores.shape[1]
    mean, spread = scores.mean(axis=1), scores.std(axis=1)
    varies = spread > 0
    off = scores[varies] - mean[varies, None]
    others = np.square(off).sum(axis=1)[:, None] - off**2 * r / (r - 1)
    # Where the others do not vary, the one that does counts as larger than any.
    with np.errstate(divide="ignore", invalid="ignore"):
        left_out = np.abs(off) * r / (r - 1) / np.sqrt(np.maximum(others, 0) / (r - 1))
    return Null(mean, spread, np.sort(np.nan_to_num(left_out, nan=0.0, posinf=np.inf).ravel()))


def p_values(score: np.ndarray, null: Null) -> np.ndarray:
    """(m,) two-sided p of the scores of m compounds, by simulation.

    null: `null_of` their scores by r random queries. Each compound's scores are standardized by the
    mean and standard deviation of its own null, so that one with strong or few signatures is judged
    by how it scores random lists. A null score is standardized by the other r - 1 of its compound,
    as the query's is by all r: included in its own spread, it would be too small, and p with it (at
    r = 100 by half, at a p of 0.001). Those of all compounds are pooled into one null of m r
    values: p = (1 + number of them at least as large in absolute value) / (1 + m r). A compound
    whose null does not vary has a p of 1. One null for all takes their laws as alike but for mean
    and spread: for normalized scores, p is a third too small for compounds of one or two signatures
    and too large for those of six or more; in GPAR's space it is right for both.

    The genes of a real query change together, those of a random list do not. So p says that a score
    is not that of random genes; it does not say that the compound answers this query above others,
    and it can be optimistic. For what is reported, trust `tau.reference_p`, whose null has real
    signatures as queries. p has the finer steps, and an FDR.
    """
    varies = null.spread > 0
    own = np.abs(score - null.mean) / np.where(varies, null.spread, 1)
    as_large = len(null.pooled) - np.searchsorted(null.pooled, own, side="left")
    return np.where(varies, (1 + as_large) / (1 + len(null.pooled)), 1.0)
