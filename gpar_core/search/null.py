"""The scores of compounds by random queries, behind the p-values.

They depend on the compendium, the score and the sizes of the lists, not on the genes. In a large
compendium they take a hundred times as long as the query itself, so that queries of similar sizes
share them there.
"""

from collections.abc import Callable, Sequence

import numpy as np

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import NULL, derived_path, keep_arrays
from gpar_core.errors import DataError
from gpar_core.search.index import INDEXED_FROM
from gpar_core.search.query import Query
from gpar_core.search.scores import SCORES
from gpar_core.search.significance import random_queries
from gpar_core.storage.saved_arrays import read_arrays

FORMAT_VERSION = 1
"""Raise this with any change of the random queries or of a score."""

SIZES = np.array([0, 1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 450])
"""Sizes of lists that stand for all others: as many genes, within a quarter."""
BALANCED_FROM, BALANCED = 10, 56
"""Two lists of one size, from so many genes on, and the size that stands for them."""


def null_scores(
    compendium: Compendium,
    query: Query,
    score: str,
    compare: Callable[[Sequence[Query]], np.ndarray],
    *,
    n_random: int,
    seed: int,
) -> np.ndarray:
    """(d, n_random) float32 scores of compounds by random queries of the sizes of a query.

    score: a key of `SCORES`. compare: from q queries to the (d, q) scores of compounds by it.

    Of a compendium of `INDEXED_FROM` signatures or more, a list has the size in `SIZES` that is
    nearest by ratio, and the scores are saved for the next time; the same query has the same ones
    with and without them. As scores are normalized, their spread depends on the balance of the two
    lists, hardly on their sizes: in LINCS2020 it differs by 5% at most between 10 and 400 genes on
    both sides (docs/benchmarks.md), so that all pairs of one size from `BALANCED_FROM` on share
    one. Scores that compare the values of a profile, and those in GPAR's space, are exact and not
    saved.
    """
    of = SCORES[score]
    exact = of.of is None or (of.compares_profiles and query.profile is not None)
    if exact or compendium.n_signatures < INDEXED_FROM:
        return _drawn(query, compare, n_random, seed)
    sizes = shared_sizes(len(query.up), len(query.down))
    path = derived_path(compendium, NULL, FORMAT_VERSION, f"{score} {sizes} {n_random} {seed}")
    try:
        if path and path.is_file():
            return read_arrays(path)["drug"]
    except (DataError, KeyError):
        pass
    every = np.arange(sum(sizes))
    standing = Query("", every[: sizes[0]], every[sizes[0] :])
    found = _drawn(standing, compare, n_random, seed)
    keep_arrays(path, {"drug": found})
    return found


def _drawn(
    query: Query, compare: Callable[[Sequence[Query]], np.ndarray], n_random: int, seed: int
) -> np.ndarray:
    return compare(random_queries(query, n_random, seed=seed)).astype(np.float32)


def shared_sizes(n_up: int, n_down: int) -> tuple[int, int]:
    """The sizes of the lists whose null a query shares.

    >>> shared_sizes(75, 90), shared_sizes(75, 0), shared_sizes(3, 6)
    ((56, 56), (80, 0), (3, 7))
    """
    up, down = (_nearest(size) for size in (n_up, n_down))
    return (BALANCED, BALANCED) if up == down >= BALANCED_FROM else (up, down)


def _nearest(size: int) -> int:
    """The nearest of `SIZES` by ratio; 0 for 0."""
    return int(SIZES[1 + np.abs(np.log(SIZES[1:] / size)).argmin()]) if size else 0
