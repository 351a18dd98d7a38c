"""The z-scores of one landmark gene in every signature, and how much each gene varies."""

from collections.abc import Iterator

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import GENES, derived_path, keep_arrays, unmapped
from gpar_core.errors import DataError
from gpar_core.progress import Progress, Report, silent
from gpar_core.search.index import BLOCK_SIGNATURES, INDEXED_FROM, gene_index, n_blocks
from gpar_core.storage.saved_arrays import read_arrays

FORMAT_VERSION = 1
"""Raise this with any change of `spread`."""


def prepare(compendium: Compendium, *, report: Report = silent) -> None:
    """Compute the search index of a large compendium, if it is not there yet.

    report: may raise to stop; the next call resumes.
    """
    if compendium.n_signatures >= INDEXED_FROM:
        gene_index(compendium, ("z",), report=report)


def z_scores(compendium: Compendium, place: int, *, report: Report = silent) -> np.ndarray:
    """(n,) float32 z-scores of one landmark gene in the n signatures.

    place: its column in the matrix. A large compendium is read by its search index, which is
    computed if no search has done so yet. report: may raise to stop.
    """
    blocks = _blocks(compendium, np.array([place]), "Reading the gene", report)
    return np.concatenate([block[0] for block in blocks])


def spread(compendium: Compendium, *, report: Report = silent) -> np.ndarray:
    """(978,) standard deviation of each landmark gene's z-scores over all signatures.

    Reads the whole compendium; of a large one, kept beside it for the next time. report: may raise
    to stop.
    """
    n = compendium.n_signatures
    path = derived_path(compendium, GENES, FORMAT_VERSION, "spread") if n >= INDEXED_FROM else None
    try:
        if path and path.is_file():
            return read_arrays(path)["spread"]
    except (DataError, KeyError):
        pass
    every = np.arange(fields.N_LANDMARKS)
    total, squares = np.zeros(len(every)), np.zeros(len(every))
    for block in _blocks(compendium, every, "Comparing all genes", report):
        z = block.astype(np.float64)
        total += z.sum(axis=1)
        squares += np.einsum("ij,ij->i", z, z)
    found = np.sqrt(np.maximum(squares / n - (total / n) ** 2, 0))
    keep_arrays(path, {"spread": found})
    return found


def _blocks(
    compendium: Compendium, genes: np.ndarray, stage: str, report: Report
) -> Iterator[np.ndarray]:
    """(m, width) float32 z-scores of m genes in consecutive signatures."""
    n = compendium.n_signatures
    index = gene_index(compendium, ("z",), report=report) if n >= INDEXED_FROM else None
    matrix = unmapped(compendium)
    for number in range(n_blocks(n, BLOCK_SIGNATURES)):
        start = number * BLOCK_SIGNATURES
        report(Progress(stage, start, n, f"{start:,} of {n:,} signatures"))
        if index is None:
            rows = matrix[start : start + BLOCK_SIGNATURES]
            yield np.array(rows[:, genes].T, np.float32)
        else:
            yield index.block(number).rows("z", genes)
