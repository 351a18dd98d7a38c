"""How well neighbors in the space of all genes are preserved on the map."""

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from gpar_core.data.compact_matrix import Matrix
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.neighbors import unit

K = 15
MAX_SAMPLED = 2000
BLOCK_ROWS = 4096
EQUAL = 1e-6
"""Cosines closer than this differ only by rounding errors."""


@dataclass(frozen=True)
class Faithfulness:
    """The faithfulness of a map of n signatures.

    k: neighbors examined for each of `n_sampled` signatures. se: standard error of a mean over
    them, 0 if all were sampled. chance: knn_recall of a random map, k / (n - 1).

    trustworthiness: 1 - 2 / (n k (2n - 3k - 1)) sum_i sum_j max(0, r(i, j) - k), with r(i, j) the
    rank of j among the neighbors of i in the full space, over its k neighbors j on the map (Venna
    and Kaski 2001). 0.5 is about chance; 1 means that all neighbors on the map are neighbors in the
    full space.
    knn_recall: share of the k nearest in the full space that are among the k nearest on the map.
    """

    trustworthiness: float
    trustworthiness_se: float
    knn_recall: float
    knn_recall_se: float
    chance: float
    k: int
    n_sampled: int


def faithfulness(
    x: Matrix, place: np.ndarray, *, seed: int, report: Report = silent
) -> Faithfulness:
    """Compare the neighbors of up to `MAX_SAMPLED` signatures with those on the map.

    x: (n, d), compared by cosine, in memory or memory-mapped, n >= 4. place: (n, 2). All n are
    candidates; only the signatures whose neighbors are searched are sampled. k is `K`, or the
    largest value below n / 2.
    """
    n = len(x)
    k = min(K, (n - 1) // 2)
    rng = np.random.default_rng([seed, 0xFA17])
    sampled = np.sort(rng.permutation(n)[:MAX_SAMPLED])
    on_map = _neighbors_on_map(place, sampled, k)
    ranks = _ranks(x, sampled, on_map, report)
    penalty = np.maximum(ranks - k, 0).sum(axis=1) * 2 / (k * (2 * n - 3 * k - 1))
    recall = (ranks <= k).mean(axis=1)
    # For a finite population of n, of which n - m were not sampled.
    share_unseen = np.sqrt((n - len(sampled)) / max(n - 1, 1))
    scale = share_unseen / np.sqrt(len(sampled))
    return Faithfulness(
        trustworthiness=float(1 - penalty.mean()),
        trustworthiness_se=float(penalty.std(ddof=1) * scale),
        knn_recall=float(recall.mean()),
        knn_recall_se=float(recall.std(ddof=1) * scale),
        chance=k / (n - 1),
        k=k,
        n_sampled=len(sampled),
    )


def _neighbors_on_map(place: np.ndarray, sampled: np.ndarray, k: int) -> np.ndarray:
    """(m, k) rows of the nearest others of each sampled signature."""
    index = NearestNeighbors(n_neighbors=k + 1, algorithm="kd_tree").fit(place)
    found = index.kneighbors(place[sampled], return_distance=False)
    others = found != sampled[:, None]
    others[others.all(axis=1), -1] = False
    return found[others].reshape(len(sampled), k)


def _ranks(x: Matrix, sampled: np.ndarray, on_map: np.ndarray, report: Report) -> np.ndarray:
    """(m, k) ranks by falling cosine, from 1, of the neighbors on the map among all others."""
    directions = unit(x[sampled])
    own = np.stack([np.einsum("ij,ij->i", directions, unit(x[of])) for of in on_map.T], axis=1)
    nearer = np.zeros(on_map.shape, dtype=np.int64)
    for start in range(0, len(x), BLOCK_ROWS):
        block = x[start : start + BLOCK_ROWS]
        cosine = directions @ unit(block).T
        here = np.flatnonzero((sampled >= start) & (sampled < start + len(block)))
        cosine[here, sampled[here] - start] = -np.inf
        for column, limit in enumerate(own.T):
            nearer[:, column] += np.count_nonzero(cosine > limit[:, None] + EQUAL, axis=1)
        report(Progress("Faithfulness", start, len(x)))
    return nearer + 1
