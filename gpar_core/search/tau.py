"""How specific a score is: among the answers of the same compound to reference queries.

Subramanian et al. 2017, Cell 171:1437, in the notation of Samart et al. 2021, Briefings in
Bioinformatics 22:bbab161.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Standing:
    """Where m compounds stand among the answers to reference queries.

    n: (m,) int, reference queries that count for a compound. weaker: (m,) int, those that it
    answers less strongly than the query.
    """

    n: np.ndarray
    weaker: np.ndarray


def standing(score: np.ndarray, reference: Iterable[np.ndarray]) -> Standing:
    """Compare the answers to a query with those to reference queries.

    score: (m,) ncs of m compounds by the query. reference: blocks of (k, m) float16, |ncs_i| of the
    same compounds by k reference queries, NaN where a query is left out for a compound.
    """
    # Numbers in half precision that are not negative rise as their bits do, NaN above all.
    limit = _rounded_up(np.abs(score)).view(np.uint16)
    infinite = np.float16(np.inf).view(np.uint16)
    n, weaker = (np.zeros(len(limit), np.int32) for _ in range(2))
    for block in reference:
        for row in block.view(np.uint16):
            n += row <= infinite
            weaker += row < limit
    return Standing(n, weaker)


def tau(score: np.ndarray, among: Standing) -> np.ndarray:
    """(m,) tau in -100 to 100: the signed percentage of reference queries answered less strongly.

    tau = sign(ncs) 100/N #{i: |ncs_i| < |ncs|}

    score: (m,) ncs of m compounds by the query. among: of the same compounds. One for which all
    queries are left out has a tau of NaN. If |tau| is low, the compound answers most queries as
    strongly as this one. By construction, a tenth of the compounds have |tau| above 90 for a query
    that is like the reference queries.
    """
    share = among.weaker / np.maximum(among.n, 1)
    return np.where(among.n > 0, np.sign(score) * 100 * share, np.nan)


def reference_p(among: Standing) -> np.ndarray:
    """(m,) p of scores by the null of reference queries: (1 + #{i: |ncs_i| >= |ncs|}) / (1 + N).

    A reference query is a real signature, whose genes change together as those of a user's query
    do; random lists (`significance.p_values`) have no such structure. It is never below
    1 / (1 + N), too coarse for an FDR over thousands of compounds, and it is conservative, as some
    reference queries share the mechanism of the compound.
    """
    return (1 + among.n - among.weaker) / (1 + among.n)


def _rounded_up(size: np.ndarray) -> np.ndarray:
    """The smallest float16 that is not below each size."""
    with np.errstate(over="ignore"):
        near = size.astype(np.float16)
    return np.where(near < size, np.nextafter(near, np.float16(np.inf)), near)
