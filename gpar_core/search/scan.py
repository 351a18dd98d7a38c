"""Compare queries with every signature of a compendium, with or without its index."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import unmapped
from gpar_core.progress import Progress, Report, silent
from gpar_core.search.index import BLOCK_SIGNATURES, INDEXED_FROM, gene_index, n_blocks
from gpar_core.search.query import Query
from gpar_core.search.scores import SearchScore

STAGE = "Signature search"
SMALL_BLOCK = 1000
"""Signatures of a block where there are too few for an index, so that all threads have work."""


def scan(
    compendium: Compendium,
    queries: Sequence[Query],
    score: SearchScore,
    *,
    threads: int = 1,
    report: Report = silent,
) -> np.ndarray:
    """(n, q) float32 scores of all signatures; the same with an index as without, to the bit.

    score: one that compares signatures. threads: blocks compared at once; the result does not
    depend on it. report: may raise to stop.
    """
    compare, n = score.of, compendium.n_signatures
    if compare is None:
        raise ValueError(f"'{score.label}' compares compounds, not signatures")
    large = n >= INDEXED_FROM
    index = gene_index(compendium, score.layers, threads=threads, report=report) if large else None
    size, matrix = BLOCK_SIGNATURES if large else SMALL_BLOCK, unmapped(compendium)
    found = np.empty((len(queries), n), np.float32)

    def fill(number: int) -> None:
        part = slice(number * size, (number + 1) * size)
        signatures = index.block(number) if index else np.array(matrix[part], np.float32)
        found[:, part] = compare(signatures, queries).T

    # Multithreaded products would compete for cores, and differ in the last bits.
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        for first in range(0, n_blocks(n, size), threads):
            start = first * size
            report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures"))
            list(pool.map(fill, range(first, min(first + threads, n_blocks(n, size)))))
    return found.T
