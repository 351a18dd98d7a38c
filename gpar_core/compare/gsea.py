"""Similarity of drugs by gene set enrichment (Iorio et al. 2010), the paper's baseline.

All signatures of a drug are merged into one ranked list, its prototype; two drugs are close if the
genes most regulated by one lie at the ends of the other's prototype, in the same direction.
"""

import numpy as np

N_MARKERS = 20
"""Most up- and most down-regulated genes of a prototype; Gao et al. 2021 take 20 of 978."""

RANK = np.int32


def ranked_lists(x: np.ndarray) -> np.ndarray:
    """(n, n_genes) z-scores to (n, n_genes) ranks, 1 = most up-regulated; ties in gene order."""
    return _ranks(-np.asarray(x))


def prototypes(ranks: np.ndarray, drug: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge the ranked lists of each drug.

    ranks: (n, n_genes), from `ranked_lists`. drug: (n,) names.

    Returns the drugs (n_drugs,), sorted, and their prototypes (n_drugs, n_genes).
    """
    names, index = np.unique(drug.astype(str), return_inverse=True)
    merged = [merge(ranks[index == number]) for number in range(len(names))]
    return names, np.array(merged)


def merge(ranks: np.ndarray) -> np.ndarray:
    """(n, n_genes) ranked lists to one, (n_genes,).

    The two closest lists by Spearman's footrule, sum_g |r(g) - s(g)|, are merged by Borda's method,
    the ranks of r(g) + s(g), until one list is left. On ties, the first pair or gene comes first.
    """
    lists = np.array(ranks, RANK)
    footrule = np.full((len(lists), len(lists)), np.inf)
    for second in range(1, len(lists)):
        footrule[:second, second] = np.abs(lists[:second] - lists[second]).sum(axis=1)
    for _ in range(len(lists) - 1):
        first, second = divmod(int(footrule.argmin()), len(lists))
        merged = _ranks((lists[first] + lists[second])[None])[0]
        pair = [first, second]
        lists = np.vstack([np.delete(lists, pair, axis=0), merged])
        kept = np.delete(np.delete(footrule, pair, axis=0), pair, axis=1)
        footrule = np.pad(kept, (0, 1), constant_values=np.inf)
        footrule[:-1, -1] = np.abs(lists[:-1] - merged).sum(axis=1)
    return lists[0]


def enrichment_matrix(
    queries: np.ndarray, lists: np.ndarray, n_markers: int = N_MARKERS
) -> np.ndarray:
    """Enrichment of each query's markers in each ranked list.

    queries: (n, n_genes) and lists: (m, n_genes) ranks. ES_up runs down a list and is the largest
    deviation from 0 of (share of the `n_markers` most up-regulated genes met) - (share of all other
    genes met), ES_down the same for the most down-regulated; ES = (ES_up - ES_down) / 2.

    Returns (n, m) in -1 to 1.
    """
    rank_of_gene = np.ascontiguousarray(np.asarray(lists, RANK).T)
    order = np.argsort(queries, axis=1)
    es = np.empty((len(queries), len(lists)))
    for number, genes in enumerate(order):
        up = _largest_deviation(rank_of_gene[genes[:n_markers]], len(rank_of_gene))
        down = _largest_deviation(rank_of_gene[genes[-n_markers:]], len(rank_of_gene))
        es[number] = (up - down) / 2
    return es


def similarity(
    prototypes: np.ndarray, others: np.ndarray, n_markers: int = N_MARKERS
) -> np.ndarray:
    """(n, n_genes) and (m, n_genes) prototypes to (n, m): (ES_xy + ES_yx) / 2, in -1 to 1.

    The distance of Iorio et al. is 1 minus this.
    """
    there = enrichment_matrix(prototypes, others, n_markers)
    if prototypes is others:
        return (there + there.T) / 2
    return (there + enrichment_matrix(others, prototypes, n_markers).T) / 2


def _ranks(key: np.ndarray) -> np.ndarray:
    """(n, n_genes) to ranks from 1 within each row, smallest first; ties by position."""
    order = np.argsort(key, axis=1, kind="stable")
    ranks = np.empty(key.shape, RANK)
    np.put_along_axis(ranks, order, np.arange(1, key.shape[1] + 1, dtype=RANK)[None], axis=1)
    return ranks


def _largest_deviation(marker_ranks: np.ndarray, n_genes: int) -> np.ndarray:
    """Largest deviation of the running sum down each list; on a tie between signs, the negative
    one.

    marker_ranks: (m, n) ranks of m markers in n lists of n_genes. With them sorted, V(1..m), the
    sum is highest just after a marker and lowest just before one:
    a = max_j(j/m - (V(j) - j)/(n_genes - m)), b = max_j((V(j) - j)/(n_genes - m) - (j - 1)/m).

    Returns (n,), a if a > b else -b, as in `rank.enrichment`.
    """
    m = len(marker_ranks)
    j = np.arange(1, m + 1, dtype=RANK)[:, None]
    # Times m (n_genes - m): whole numbers, so that rounding cannot decide ties.
    missed = (np.sort(marker_ranks, axis=0) - j) * m
    a = (j * (n_genes - m) - missed).max(axis=0)
    b = (missed - (j - 1) * (n_genes - m)).max(axis=0)
    return np.where(a > b, a, -b) / (m * (n_genes - m))
