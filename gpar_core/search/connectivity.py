"""The connectivity scores of CMap (Subramanian et al. 2017, Cell 171:1437, Methods).

Samart et al. 2021 (Briefings in Bioinformatics 22:bbab161) present them in one notation.
"""

from collections.abc import Sequence

import numpy as np

from gpar_core.search.query import Query


def weighted_connectivity(z: np.ndarray, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) weighted connectivity scores (WTCS) in -1 to 1; 1 mimics, -1 reverses.

    z: (n, 978) float32. WTCS = (ES_up - ES_down) / 2 where the two have different signs, else 0.
    If one list is empty, WTCS is ES_up or -ES_down.
    """
    from gpar_core.search.weighted_es import orders, weighted_es  # noqa: PLC0415 -- numba

    z = np.ascontiguousarray(z, np.float32)
    member = np.stack([query.direction == side for side in (1, -1) for query in queries])
    es = weighted_es(z, orders(z), member)
    up, down = es[:, : len(queries)], es[:, len(queries) :]
    found = np.where(up * down < 0, (up - down) / 2, 0.0)
    one_sided = np.array([not len(query.up) or not len(query.down) for query in queries])
    return np.where(one_sided, up - down, found)


def normalized(score: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Scores divided by the mean of those of the same sign in their group (NCS).

    score: (n,) or (n, q). group: (n,) int from 0: a cell line and type of perturbagen. A positive
    score is divided by the mean of the positive scores of its group, a negative one by the mean
    absolute value of the negative ones.
    """
    found = np.zeros_like(score, dtype=np.float64)
    for number in np.unique(group):
        rows = group == number
        ours = score[rows]
        for sign in (1, -1):
            of_sign = ours * sign > 0
            count = of_sign.sum(axis=0)
            mean = (np.abs(ours) * of_sign).sum(axis=0) / np.maximum(count, 1)
            found[rows] += np.where(of_sign, ours / np.where(mean > 0, mean, 1), 0)
    return found
