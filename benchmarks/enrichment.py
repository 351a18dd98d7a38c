"""Enrichment of every compound with both p-values, against a loop over compounds."""

import time

import numpy as np
from joblib import cpu_count
from scipy.stats import kstwo

from benchmarks import memory
from benchmarks.figures import Figure
from gpar_core.rank.enrichment import enrich

N_SIGNATURES, N_COMPOUNDS = 473_647, 20_000
PERMUTATIONS = 1000
N_LOOPED = 12
SPREAD = 1.4
"""Of the logarithm of k: half the compounds have 9 signatures or fewer, one in a hundred 200."""

GOAL_SECONDS, GOAL_RATIO = 1.0, 1000.0


def run(
    rounds: int, *, n: int = N_SIGNATURES, n_compounds: int = N_COMPOUNDS, n_looped: int = N_LOOPED
) -> list[Figure]:
    """Seconds, their ratio to the loop, and memory."""
    ranks, compound = random_ranks(n, n_compounds)
    k = np.bincount(compound)
    evenly = ((np.arange(n_looped) + 0.5) * n_compounds / n_looped).astype(int)
    looped = np.argsort(k, kind="stable")[evenly]
    own_ranks = [ranks[compound == one] for one in looped]
    threads = cpu_count()
    seconds, loop_seconds, watches = [], [], []
    for seed in range(rounds):
        with memory.watched() as watch:
            started = time.perf_counter()
            enrich(
                ranks, compound, n_compounds,
                permutations=PERMUTATIONS, seed=seed, threads=threads,
            )  # fmt: skip
            seconds.append(time.perf_counter() - started)
        watches.append(watch)
        rng = np.random.default_rng(seed)
        started = time.perf_counter()
        for own in own_ranks:
            by_loop(own, n, PERMUTATIONS, rng)
        loop_seconds.append((time.perf_counter() - started) * n_compounds / n_looped)
    size = f"{n_compounds:,} compounds, {n:,} signatures"
    ratios = tuple(loop / whole for loop, whole in zip(loop_seconds, seconds, strict=True))
    return [
        Figure(
            "enrichment: all",
            tuple(seconds),
            "s",
            f"ES, NES, p of {PERMUTATIONS:,} permutations and exact p; {size}, "
            f"k from {k.min()} to {k.max():,}, median {np.median(k):.0f}; {threads} threads",
            at_most=GOAL_SECONDS,
        ),
        Figure(
            "enrichment: loop",
            tuple(loop_seconds),
            "s",
            f"EXTRAPOLATED from {n_looped} compounds evenly spaced by k: numpy, one compound and "
            "one permutation after the other",
        ),
        Figure(
            "enrichment: times as fast as the loop",
            ratios,
            "",
            "extrapolated loop over all, in turn",
            at_least=GOAL_RATIO,
        ),
        *memory.figures("enrichment", watches),
    ]


def random_ranks(n: int, n_compounds: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(n,) ranks and (n,) compounds: many compounds with few signatures, some with very many."""
    rng = np.random.default_rng(seed)
    weight = rng.lognormal(sigma=SPREAD, size=n_compounds)
    k = 1 + rng.multinomial(n - n_compounds, weight / weight.sum())
    compound = rng.permutation(np.repeat(np.arange(n_compounds), k))
    return rng.permutation(n) + 1, compound


def by_loop(
    own_ranks: np.ndarray, n: int, permutations: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """ES, p by permutation and exact p of one compound, in a straightforward implementation."""
    k = len(own_ranks)
    es = _es(own_ranks, n)
    at_least = sum(_es(rng.choice(n, k, replace=False) + 1, n) >= es for _ in range(permutations))
    half = float(kstwo.sf(abs(es), k)) / 2
    return es, (1 + at_least) / (permutations + 1), half if es > 0 else 1 - half


def _es(own_ranks: np.ndarray, n: int) -> float:
    v, j = np.sort(own_ranks) / n, np.arange(1, len(own_ranks) + 1)
    a, b = (j / len(j) - v).max(), (v - (j - 1) / len(j)).max()
    return float(a if a > b else -b)
