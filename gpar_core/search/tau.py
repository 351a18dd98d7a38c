"""How specific a score is: among the answers of the same compound to reference queries.

Subramanian et al. 2017, Cell 171:1437, in the notation of Samart et al. 2021, Briefings in
Bioinformatics 22:bbab161.
"""

import numpy as np


def tau(score: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(m,) tau in -100 to 100: the signed percentage of reference queries answered less strongly.

    tau = sign(ncs) 100/N #{i: |ncs_i| < |ncs|}

    score: (m,) ncs of m compounds by the query. reference: (m, N) |ncs_i| of the same compounds by
    the N reference queries, NaN where a query is left out for a compound. A compound without any
    has a tau of NaN. If |tau| is low, the compound answers most queries as strongly as this one. By
    construction, a tenth of the compounds have |tau| above 90 for a query that is like the
    reference queries.
    """
    n = np.sum(~np.isnan(reference), axis=1)
    weaker = np.sum(reference < np.abs(score)[:, None], axis=1)
    return np.where(n > 0, np.sign(score) * 100 * weaker / np.maximum(n, 1), np.nan)


def reference_p(score: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(m,) p of scores by the null of reference queries: (1 + #{i: |ncs_i| >= |ncs|}) / (1 + N).

    Arguments as for `tau`. A reference query is a real signature, whose genes change together as
    those of a user's query do; random lists (`significance.p_values`) have no such structure. It is
    never below 1 / (1 + N), too coarse for an FDR over thousands of compounds, and it is
    conservative, as some reference queries share the mechanism of the compound.
    """
    n = np.sum(~np.isnan(reference), axis=1)
    as_strong = np.sum(reference >= np.abs(score)[:, None], axis=1)
    return (1 + as_strong) / (1 + n)
