"""The signatures of a compendium most similar to a profile."""

import numpy as np

from gpar_core.data.compact_matrix import Matrix

BLOCK_ROWS = 8192


def nearest(
    matrix: Matrix, rows: np.ndarray, profiles: np.ndarray, *, top: int
) -> tuple[np.ndarray, np.ndarray]:
    """The rows with the highest cosine to each profile.

    matrix: (n, n_genes). rows: (m,) the rows to search. profiles: (p, n_genes).
    Returns the rows (p, k) and their cosines (p, k), falling, with k = min(top, m); on ties, the
    first row comes first. A vector of zeros has cosine 0 to all.
    """
    directions = unit(profiles)
    found_rows = np.empty((len(profiles), 0), dtype=np.int64)
    found = np.empty((len(profiles), 0), dtype=np.float32)
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        rows_of_block = np.asarray(matrix[block], np.float32)
        # Not `unit`: it is cheaper to divide the few cosines than all values of a block.
        cosine = directions @ rows_of_block.T / _lengths(rows_of_block)
        found_rows = np.hstack([found_rows, np.broadcast_to(block, cosine.shape)])
        found = np.hstack([found, cosine])
        best = _highest(found, top)
        found_rows = np.take_along_axis(found_rows, best, axis=1)
        found = np.take_along_axis(found, best, axis=1)
    return found_rows, found


def _highest(values: np.ndarray, top: int) -> np.ndarray:
    """(p, k) positions of the highest values of each row of (p, n), falling; ties in order.

    Most values are dropped before the rest is sorted, which takes a tenth of the time.
    """
    k = min(top, values.shape[1])
    least = -np.partition(-values, k - 1, axis=1)[:, k - 1]
    places = np.empty((len(values), k), dtype=np.int64)
    for row, (of_row, lowest) in enumerate(zip(values, least, strict=True)):
        high = np.flatnonzero(of_row >= lowest)
        places[row] = high[np.argsort(-of_row[high], kind="stable")[:k]]
    return places


def unit(x: np.ndarray) -> np.ndarray:
    """(n, d) to (n, d) of length 1, float64 if x is; rows of zeros are unchanged."""
    x = np.asarray(x, np.result_type(x, np.float32))
    return x / _lengths(x)[:, None]


def _lengths(x: np.ndarray) -> np.ndarray:
    """(n,) lengths of the rows, never 0."""
    return np.maximum(np.sqrt(np.einsum("ij,ij->i", x, x)), np.float32(1e-12))
