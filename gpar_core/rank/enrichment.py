"""Enrichment of a compound's signatures at the top of a list of scores (Lamb et al. 2006)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from gpar_core.rank.kolmogorov_smirnov import survival

EXACT_FROM = 10_000
"""From this many signatures on, the Kolmogorov-Smirnov distribution is exact enough."""

SMALL_LIST_DRAWS = 20_000
BLOCK_VALUES = 1 << 18
"""Few enough to be drawn, sorted and compared in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Enrichment:
    """Enrichment of m compounds over n ranked signatures.

    k: (m,) number of signatures. es: (m,) enrichment score in -1 to 1. nes: (m,) es divided by the
    mean |es| of the null scores of its sign. p: (m,) by permutation. p_exact: (m,) one-sided, from
    the Kolmogorov-Smirnov distribution for n >= `EXACT_FROM`, else by more permutations.

    p-values assume that a compound's signatures are independent, so they are optimistic.
    """

    k: np.ndarray
    es: np.ndarray
    nes: np.ndarray
    p: np.ndarray
    p_exact: np.ndarray


def falling_ranks(score: np.ndarray, *, seed: int, tie_key: np.ndarray) -> np.ndarray:
    """(n,) ranks from 1, highest score first.

    Ties are broken at random by `seed`, given the order of `tie_key` ((n,) unique names), so that
    the order of the file never matters.
    """
    n = len(score)
    by_luck = np.empty(n, dtype=np.int64)
    luck = np.random.default_rng([seed, 0x71E]).permutation(n)
    by_luck[luck] = np.argsort(tie_key, kind="stable")
    order = by_luck[np.argsort(-score[by_luck], kind="stable")]
    ranks = np.empty(n, dtype=np.int64)
    ranks[order] = np.arange(1, n + 1)
    return ranks


def enrichment_scores(
    ranks: np.ndarray, compound: np.ndarray, n_compounds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Enrichment score and number of signatures of each compound.

    ranks: (n,) a permutation of 1..n. compound: (n,) int, 0 to n_compounds - 1, each at least once.

    With the k ranks V(1) < ... < V(k) of a compound, a = max_j(j/k - V(j)/n) and
    b = max_j(V(j)/n - (j - 1)/k); ES = a if a > b else -b (Lamb et al. 2006).

    Returns es (n_compounds,) float64 and k (n_compounds,) int.
    """
    n = len(ranks)
    k = np.bincount(compound, minlength=n_compounds)
    starts = np.concatenate([[0], np.cumsum(k)[:-1]])
    first = np.arange(n_compounds) * (n + 1)
    # One sort of whole numbers groups the ranks by compound, rising within each.
    sorted_ranks = np.sort(first[compound] + ranks) - np.repeat(first, k)
    position = np.arange(1, n + 1) - np.repeat(starts, k)
    # a and b times n * k: whole numbers, so that rounding cannot decide ties between them.
    ahead = position * n - sorted_ranks * np.repeat(k, k)
    a = np.maximum.reduceat(ahead, starts)
    b = n - np.minimum.reduceat(ahead, starts)
    return np.where(a > b, a, -b) / (n * k), k


def enrich(
    ranks: np.ndarray,
    compound: np.ndarray,
    n_compounds: int,
    *,
    permutations: int,
    seed: int,
    threads: int = 1,
) -> Enrichment:
    """Enrichment scores with p-values.

    The null depends only on n and k, so it is drawn once for each k:
    p = (1 + #{null ES >= ES}) / (permutations + 1). The result does not depend on `threads`.
    """
    n = len(ranks)
    es, k = enrichment_scores(ranks, compound, n_compounds)
    sizes = np.unique(k)
    nes, p = np.empty(n_compounds), np.empty(n_compounds)
    nulls = null_scores(n, sizes, permutations, seed=seed, threads=threads)
    for size, null in zip(sizes, nulls, strict=True):
        of_size = k == size
        p[of_size] = _permutation_p(es[of_size], null)
        nes[of_size] = _normalised(es[of_size], null)
    if n >= EXACT_FROM:
        return Enrichment(k, es, nes, p, exact_p(es, k))
    p_exact = np.empty(n_compounds)
    nulls = null_scores(n, sizes, SMALL_LIST_DRAWS, seed=seed + 1, threads=threads)
    for size, null in zip(sizes, nulls, strict=True):
        p_exact[k == size] = _permutation_p(es[k == size], null)
    # The rank of a single signature is uniform, and rises as its ES falls.
    p_exact[k == 1] = ranks_of_single(ranks, compound, np.flatnonzero(k == 1)) / n
    return Enrichment(k, es, nes, p, p_exact)


def ranks_of_single(ranks: np.ndarray, compound: np.ndarray, singles: np.ndarray) -> np.ndarray:
    """Ranks of compounds that have one signature, in the order of `singles`."""
    rank_of = np.zeros(int(compound.max()) + 1, dtype=np.int64)
    rank_of[compound] = ranks
    return rank_of[singles]


def exact_p(es: np.ndarray, k: np.ndarray | int) -> np.ndarray:
    """One-sided p of ES for many ranked signatures, from the two-sided Kolmogorov-Smirnov law.

    es: (m,). k: (m,) or one number. |ES| = max(a, b) follows the law of k values, and by symmetry a
    is larger half of the time.
    """
    half = survival(*np.broadcast_arrays(np.abs(es), k)) / 2
    return np.where(es > 0, half, 1 - half)


def null_scores(
    n: int, sizes: np.ndarray, draws: int, *, seed: int, threads: int = 1
) -> np.ndarray:
    """Enrichment scores of ranks drawn without replacement from n.

    sizes: (m,) rising numbers of ranks. Returns (m, draws), each row sorted. The draws of one size
    are independent; those of different sizes are not, since each extends a smaller one.
    """
    per_block = max(BLOCK_VALUES // int(sizes[-1]), 1)
    blocks = [
        (min(per_block, draws - start), np.random.default_rng([seed, n, start]))
        for start in range(0, draws, per_block)
    ]

    def scores(block: tuple[int, np.random.Generator]) -> np.ndarray:
        return np.array(
            [scores_of_ranks(subsets, n) for subsets in growing_subsets(n, sizes, *block)]
        )

    with ThreadPoolExecutor(threads) as pool:
        return np.sort(np.concatenate(list(pool.map(scores, blocks)), axis=1), axis=1)


def scores_of_ranks(subsets: np.ndarray, n: int) -> np.ndarray:
    """(m,) enrichment scores of m lists of ranks from 1 to n. subsets: (m, k), each row rising."""
    k = subsets.shape[1]
    number = np.int32 if n * k < 2**31 else np.int64
    ahead = np.multiply(subsets, -k, dtype=number)
    ahead += np.arange(n, n * k + 1, n, dtype=number)
    a = ahead.max(axis=1)
    b = n - ahead.min(axis=1)
    return np.where(a > b, a, -b) / (n * k)


def growing_subsets(
    n: int, sizes: np.ndarray, draws: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """For each of the rising `sizes`, (draws, size) uniform subsets of 1..n, each sorted.

    If a rank was drawn twice, one of the two is drawn again until none repeats. No step depends on
    the value of a rank, so all subsets of a size are equally likely.
    """
    if 2 * sizes[-1] > n:  # too few would be left to hit
        order = rng.permuted(np.tile(np.arange(1, n + 1), (draws, 1)), axis=1)
        yield from (np.sort(order[:, :size], axis=1) for size in sizes)
        return
    subsets = np.empty((draws, 0), np.int32)
    for more in np.diff(sizes, prepend=0):
        drawn = np.sort(rng.integers(1, n + 1, (draws, more), dtype=np.int32), axis=1)
        subsets = np.concatenate([subsets, drawn], axis=1)
        subsets.sort(axis=1, kind="stable")  # merges what is sorted already
        while (repeats := subsets[:, 1:] == subsets[:, :-1]).any():
            subsets[:, 1:][repeats] = rng.integers(1, n + 1, repeats.sum(), dtype=np.int32)
            subsets.sort(axis=1, kind="stable")
        yield subsets


def _permutation_p(es: np.ndarray, sorted_null: np.ndarray) -> np.ndarray:
    at_least = len(sorted_null) - np.searchsorted(sorted_null, es, side="left")
    return (1 + at_least) / (len(sorted_null) + 1)


def _normalised(es: np.ndarray, null: np.ndarray) -> np.ndarray:
    rising, falling = null[null > 0], null[null <= 0]
    up = rising.mean() if len(rising) else 1.0
    down = -falling.mean() if len(falling) and falling.mean() < 0 else 1.0
    return np.where(es > 0, es / up, es / down)
