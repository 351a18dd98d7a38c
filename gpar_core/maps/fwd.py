"""The strongest similarities as a graph, after L1000FWD (Wang et al. 2018, Bioinformatics 34:2150).

As in the paper: cosine over the 978 genes, with negative ones set to 0; the pairs above the 99.9th
percentile are edges; components of 10 signatures or fewer are dropped; a force-directed layout
places the rest. Of more than `nearest.EXACT` signatures, only the nearest neighbors are compared,
and the gradient descent of UMAP takes the place of the layout.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gpar_core.data.compact_matrix import Matrix
from gpar_core.maps import umap
from gpar_core.maps.nearest import EXACT, nearest_neighbors
from gpar_core.maps.principal_components import principal_components
from gpar_core.processors import usable
from gpar_core.progress import Progress, Report, part, silent
from gpar_core.rank.neighbors import unit

STAGE = "Graph"
PERCENT, FOUND = 100, 65
"""Percent of the time at which the graph of 473,647 signatures is found."""
PERCENTILE = 99.9
SMALL_COMPONENT = 10
MAX_PAIRS = 2_000_000
"""Pairs that determine the percentile; with more, a seeded sample."""

N_NEIGHBORS = 50
"""Above `nearest.EXACT` signatures an edge must also lead to one of the nearest neighbors of either
end: otherwise a map of 100,000 would show hardly anything but its n (n - 1) / 2000 edges."""

BLOCK_ROWS = 1024
DRAWS = 65_536
PAIRS_AT_ONCE = 512
"""Rows of so many pairs stay in the processor's cache, which halves the time."""


@dataclass(frozen=True, eq=False)
class Graph:
    """The strongest similarities of n signatures.

    pairs: (m, 2) int64, the smaller row first. cosine: (m,) float32. start: (n, 2) float32, the
    first two principal components; None up to `nearest.EXACT` signatures.
    """

    pairs: np.ndarray
    cosine: np.ndarray
    start: np.ndarray | None = None


def embed(x: Matrix, *, seed: int, report: Report = silent) -> tuple[np.ndarray, np.ndarray]:
    """Place the signatures that belong to large components of the graph.

    x: (n, d), in memory or memory-mapped. report: may raise to stop, except during the layout of up
    to `nearest.EXACT` signatures, which takes a minute for 190,000 edges, and the search for
    neighbors of more.

    Returns the rows shown (m,), rising, possibly none, and their coordinates (m, 2) float32.
    """
    graph = strongest(x, seed=seed, report=part(report, STAGE, 0, FOUND))
    shown = large_components(len(x), graph.pairs)
    told = part(report, STAGE, FOUND, PERCENT)
    told(Progress(STAGE, message=f"Laying {len(shown):,} signatures out by forces"))
    if not len(shown):
        return shown, np.empty((0, 2), np.float32)
    place = np.full(len(x), -1)
    place[shown] = np.arange(len(shown))
    kept = place[graph.pairs[:, 0]] >= 0
    pairs, cosine = place[graph.pairs[kept]], graph.cosine[kept]
    if graph.start is None:
        return shown, force_directed(len(shown), pairs, cosine, seed=seed)
    return shown, umap.lay_out(pairs, cosine, graph.start[shown], seed=seed, report=told)


def strongest(x: Matrix, *, seed: int, report: Report = silent) -> Graph:
    """The pairs whose cosine is above `similarity_limit`, each once.

    x: (n, d), in memory or memory-mapped. Up to `nearest.EXACT` signatures, all pairs are compared,
    block by block; above that, only those of each signature and its `N_NEIGHBORS` nearest in the
    space of principal components.
    """
    if len(x) <= EXACT:
        directions = unit(x[:])
        return Graph(*_all_edges(directions, similarity_limit(directions, seed=seed), report))
    components = principal_components(x, report=part(report, STAGE, 0, 15))
    part(report, STAGE, 15, 80)(Progress(STAGE, message="Nearest neighbors"))
    others, _ = nearest_neighbors(components, N_NEIGHBORS, seed=seed)
    start = components[:, :2].copy()
    del components
    told = part(report, STAGE, 80, PERCENT)
    told(Progress(STAGE, message="Similarities of the nearest neighbors"))
    limit = similarity_limit(x, seed=seed)
    return Graph(*_edges_among(x, others, limit, told), start)


def similarity_limit(x: Matrix, *, seed: int) -> float:
    """The 99.9th percentile of the cosines of all pairs, at least 0.

    x: (n, d). With more than `MAX_PAIRS` pairs, a sample is used.
    """
    n = len(x)
    if n * (n - 1) // 2 <= MAX_PAIRS:
        first, second = np.triu_indices(n, k=1)
    else:
        rng = np.random.default_rng([seed, 0xF3D])
        first = rng.integers(0, n, MAX_PAIRS)
        second = (first + rng.integers(1, n, MAX_PAIRS)) % n
    cosine = _cosine(x, first, second)
    return max(float(np.percentile(cosine, PERCENTILE)), 0.0)


def _cosine(x: Matrix, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(m,) float32 of m pairs of rows."""
    cosine = np.empty(len(first), np.float32)

    def fill(start: int) -> None:
        block = slice(start, start + PAIRS_AT_ONCE)
        cosine[block] = np.einsum("ij,ij->i", unit(x[first[block]]), unit(x[second[block]]))

    with ThreadPoolExecutor(usable()) as threads:
        list(threads.map(fill, range(0, len(first), PAIRS_AT_ONCE)))
    return cosine


def _all_edges(
    directions: np.ndarray, limit: float, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs and cosines above the limit. directions: (n, d) of length 1."""
    n = len(directions)
    found, cosines = [], []
    for start in range(0, n, BLOCK_ROWS):
        report(Progress(STAGE, start, n, f"Similarities of {start:,} of {n:,} signatures"))
        cosine = directions[start : start + BLOCK_ROWS] @ directions[start:].T
        i, j = np.nonzero(cosine > limit)
        i, j = i[i < j], j[i < j]
        found.append(np.column_stack([i, j]) + start)
        cosines.append(cosine[i, j])
    return np.concatenate(found), np.concatenate(cosines)


def _edges_among(
    x: Matrix, others: np.ndarray, limit: float, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs and cosines above the limit, of rows and their nearest `others` (n, k)."""
    n, k = others.shape
    rows = np.repeat(np.arange(n), k)
    low, high = np.minimum(rows, others.ravel()), np.maximum(rows, others.ravel())
    keys = np.unique(low * n + high)
    del rows, low, high
    found, cosines = [], []
    for start in range(0, len(keys), DRAWS):
        report(Progress(STAGE, start, len(keys), "Similarities of the nearest neighbors"))
        first, second = np.divmod(keys[start : start + DRAWS], n)
        cosine = _cosine(x, first, second)
        strong = cosine > limit
        found.append(np.column_stack([first[strong], second[strong]]))
        cosines.append(cosine[strong])
    return np.concatenate(found), np.concatenate(cosines)


def large_components(n: int, pairs: np.ndarray) -> np.ndarray:
    """The rows, rising, of n that are in components of more than `SMALL_COMPONENT`."""
    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, component = connected_components(graph, directed=False)
    return np.flatnonzero(np.bincount(component)[component] > SMALL_COMPONENT)


def force_directed(n: int, pairs: np.ndarray, weights: np.ndarray, *, seed: int) -> np.ndarray:
    """Place the nodes of a graph by DrL (Martin et al. 2011, igraph).

    pairs: (m, 2). weights: (m,) > 0. Of the layouts for this many nodes, it preserves neighbors
    best: on the demo (11,903 signatures) 18% of the 15 nearest by cosine, against 4% by
    Fruchterman-Reingold on a grid, and 28% against 17% of a signature's nearest share its MOA.
    Takes 0.6 GB for any number of nodes, and cannot be stopped midway. Returns (n, 2) float32.
    """
    import igraph  # noqa: PLC0415

    # Otherwise igraph draws from Python's global state, which other code may have used before.
    igraph.set_random_number_generator(_generator(seed))
    layout = igraph.Graph(n, pairs).layout_drl(weights=weights)
    return np.array(layout.coords, np.float32)


def _generator(seed: int) -> SimpleNamespace:
    """A generator for igraph that draws in blocks: igraph needs a thousand draws per node."""
    rng = np.random.default_rng([seed, 0xD41])

    def draws() -> Iterator[float]:
        while True:
            yield from rng.random(DRAWS).tolist()

    return SimpleNamespace(
        random=draws().__next__,
        randint=lambda low, high: int(rng.integers(low, high, endpoint=True)),
        gauss=lambda mean, sd: float(rng.normal(mean, sd)),
    )
