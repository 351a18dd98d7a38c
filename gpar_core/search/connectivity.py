"""The connectivity scores of CMap (Subramanian et al. 2017, Cell 171:1437, Methods).

Samart et al. 2021 (Briefings in Bioinformatics 22:bbab161) present them in one notation.
"""

from collections.abc import Sequence

import numpy as np

from gpar_core import fields
from gpar_core.search.layers import Block, block_of, directions
from gpar_core.search.query import Query


def weighted_connectivity(signatures: np.ndarray | Block, queries: Sequence[Query]) -> np.ndarray:
    """(n, q) weighted connectivity scores (WTCS) in -1 to 1; 1 mimics, -1 reverses.

    signatures: (n, 978) float32 z-scores, or a block. WTCS = (ES_up - ES_down) / 2 where the two
    have different signs, else 0. If one list is empty, WTCS is ES_up or -ES_down.
    """
    from gpar_core.search.weighted_es import weighted_es  # noqa: PLC0415 -- numba

    block = block_of(signatures)
    genes, _ = directions(queries)
    lists = [query.up for query in queries] + [query.down for query in queries]
    ends = np.cumsum([len(each) for each in lists])
    places = np.searchsorted(genes, np.concatenate(lists))
    z, rank = block.rows("z", genes), block.rows("rank", genes)
    es = weighted_es(z, rank, places, ends, fields.N_LANDMARKS).T
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
    from gpar_core.search.grouped import divided_by_means  # noqa: PLC0415 -- numba

    rows = np.ascontiguousarray(score.T)
    return (
        divided_by_means(rows.reshape(-1, len(score)), group, group.max() + 1).reshape(rows.shape).T
    )
