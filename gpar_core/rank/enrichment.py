"""Enrichment of a compound's signatures at the top of a list of scores (Lamb et al. 2006)."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import kstwo

EXACT_FROM = 10_000
"""From this many signatures on the Kolmogorov-Smirnov distribution is exact enough."""

SMALL_LIST_DRAWS = 20_000
BLOCK_VALUES = 4_000_000


@dataclass(frozen=True, eq=False)
class Enrichment:
    """Enrichment of m compounds over n ranked signatures.

    k: (m,) signatures of each compound. es: (m,) enrichment score in -1 to 1. nes: (m,) es over the
    mean |es| of the null scores of its sign. p: (m,) by permutation. p_exact: (m,) one-sided, from
    the Kolmogorov-Smirnov distribution for n >= `EXACT_FROM`, else by more permutations.

    Every p takes the signatures of a compound as independent, which they are not: p is optimistic.
    """

    k: np.ndarray
    es: np.ndarray
    nes: np.ndarray
    p: np.ndarray
    p_exact: np.ndarray


def falling_ranks(score: np.ndarray, *, seed: int, tie_key: np.ndarray) -> np.ndarray:
    """(n,) ranks from 1, highest score first.

    Ties are broken at random by `seed`, in the order of `tie_key` ((n,) unique names), so that the
    order of the file never matters.
    """
    n = len(score)
    luck = np.empty(n)
    luck[np.argsort(tie_key, kind="stable")] = np.random.default_rng([seed, 0x71E]).permutation(n)
    order = np.lexsort((luck, -score))
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
    order = np.lexsort((ranks, compound))
    k = np.bincount(compound, minlength=n_compounds)
    starts = np.concatenate([[0], np.cumsum(k)[:-1]])
    position = np.arange(n) - np.repeat(starts, k)
    # a and b times n * k: whole numbers, so that rounding decides no tie between them.
    done, place = position * n, ranks[order] * np.repeat(k, k)
    a = np.maximum.reduceat(done + n - place, starts)
    b = np.maximum.reduceat(place - done, starts)
    return np.where(a > b, a, -b) / (n * k), k


def enrich(
    ranks: np.ndarray, compound: np.ndarray, n_compounds: int, *, permutations: int, seed: int
) -> Enrichment:
    """Enrichment scores with p-values.

    The null depends on n and k alone, so it is drawn once for each k:
    p = (1 + #{null ES >= ES}) / (permutations + 1).
    """
    n = len(ranks)
    es, k = enrichment_scores(ranks, compound, n_compounds)
    nes, p, p_exact = np.empty(n_compounds), np.empty(n_compounds), np.empty(n_compounds)
    for size in np.unique(k):
        of_size = k == size
        null = null_scores(n, int(size), permutations, seed=seed)
        p[of_size] = _permutation_p(es[of_size], null)
        nes[of_size] = _normalised(es[of_size], null)
        if n >= EXACT_FROM:
            p_exact[of_size] = exact_p(es[of_size], int(size))
        elif size == 1:
            # The rank of a single signature is uniform, and rises as its ES falls.
            p_exact[of_size] = ranks_of_single(ranks, compound, np.flatnonzero(of_size)) / n
        else:
            large = null_scores(n, int(size), SMALL_LIST_DRAWS, seed=seed + 1)
            p_exact[of_size] = _permutation_p(es[of_size], large)
    return Enrichment(k, es, nes, p, p_exact)


def ranks_of_single(ranks: np.ndarray, compound: np.ndarray, singles: np.ndarray) -> np.ndarray:
    """Ranks of compounds that have one signature, in the order of `singles`."""
    rank_of = np.zeros(int(compound.max()) + 1, dtype=np.int64)
    rank_of[compound] = ranks
    return rank_of[singles]


def exact_p(es: np.ndarray, k: int) -> np.ndarray:
    """One-sided p of ES for many ranked signatures, from the two-sided Kolmogorov-Smirnov law.

    P(max(a, b) >= e) = kstwo.sf(e, k), and by symmetry a is the larger half of the time.
    """
    half = kstwo.sf(np.abs(es), k) / 2
    return np.where(es > 0, half, 1 - half)


def null_scores(n: int, k: int, draws: int, *, seed: int) -> np.ndarray:
    """(draws,) enrichment scores of k ranks drawn without replacement from n, sorted."""
    rng = np.random.default_rng([seed, n, k])
    scores = np.empty(draws)
    per_block = max(BLOCK_VALUES // k, 1)
    done = np.arange(k) * n
    for start in range(0, draws, per_block):
        stop = min(start + per_block, draws)
        place = np.sort(_subsets(n, k, stop - start, rng), axis=1) * k
        a = (done + n - place).max(axis=1)
        b = (place - done).max(axis=1)
        scores[start:stop] = np.where(a > b, a, -b) / (n * k)
    return np.sort(scores)


def _subsets(n: int, k: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, k) uniform subsets of 1..n: whole rows are drawn again while they hold a repeat."""
    if k * k > n:
        return np.array([rng.choice(n, k, replace=False, shuffle=False) + 1 for _ in range(draws)])
    drawn = rng.integers(1, n + 1, (draws, k))
    again = np.arange(draws)
    while len(again):
        inspected = np.sort(drawn[again], axis=1)
        again = again[(np.diff(inspected, axis=1) == 0).any(axis=1)]
        drawn[again] = rng.integers(1, n + 1, (len(again), k))
    return drawn


def _permutation_p(es: np.ndarray, sorted_null: np.ndarray) -> np.ndarray:
    at_least = len(sorted_null) - np.searchsorted(sorted_null, es, side="left")
    return (1 + at_least) / (len(sorted_null) + 1)


def _normalised(es: np.ndarray, null: np.ndarray) -> np.ndarray:
    rising, falling = null[null > 0], null[null <= 0]
    up = rising.mean() if len(rising) else 1.0
    down = -falling.mean() if len(falling) and falling.mean() < 0 else 1.0
    return np.where(es > 0, es / up, es / down)
