"""The representative signature of each drug in each cell line.

Gao et al. 2021, "Preparation of training set": of the signatures of one drug in one cell line, the
one with the highest mean Pearson correlation to the others.
"""

import numpy as np

from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.progress import Progress, Report, silent

BLOCK_ROWS = 2048
DIGITS = 9
"""Digits of a mean correlation; values that differ only beyond them are tied."""


def representatives(
    matrix: np.ndarray | StoredMatrix,
    *,
    drug: np.ndarray,
    cell: np.ndarray,
    tas: np.ndarray,
    report: Report = silent,
) -> np.ndarray:
    """Mark one signature per drug and cell line.

    matrix: (n_signatures, n_genes) z-scores, an array or rows on disk; reading is fast if the
        signatures of a drug in a cell line are close together. drug, cell: (n_signatures,) int.
        tas: (n_signatures,). report: gets the signatures that are done, and may raise to stop.

    With unit vectors u (each signature centered and scaled to length 1) and S their sum over the m
    signatures of a group, the mean correlation of i to the others is (u_i . S - 1) / (m - 1).
    In groups of one or two, and on ties, the higher TAS wins (NaN last), then the first row.
    Correlations are compared in double precision, rounded to nine digits, so that the choice does
    not depend on the processor: rounding keeps their order, and the last bits, in which processors
    differ, matter only if two correlations agree to nine digits and are separated by a rounding
    boundary closer than 1e-14.

    Returns (n_signatures,) bool.
    """
    n = len(matrix)
    chosen = np.zeros(n, dtype=bool)
    if n == 0:
        return chosen
    in_groups = np.lexsort((drug, cell))
    new = (np.diff(drug[in_groups]) != 0) | (np.diff(cell[in_groups]) != 0)
    starts = np.concatenate([[0], np.flatnonzero(new) + 1])
    sizes = np.diff(np.append(starts, n))
    mean_correlation = np.zeros(n)
    for first, last in _blocks(starts, sizes):
        end = int(starts[last - 1] + sizes[last - 1])
        rows = in_groups[starts[first] : end]
        mean_correlation[rows] = _mean_correlation(
            np.asarray(matrix[rows], dtype=np.float64),
            starts[first:last] - starts[first],
            sizes[first:last],
        )
        report(Progress("Choosing representative signatures", end, n))
    group = np.empty(n, dtype=np.int64)
    group[in_groups] = np.repeat(np.arange(len(starts)), sizes)
    correlation = np.where(sizes[group] > 2, np.round(mean_correlation, DIGITS), 0.0)
    # Stable, so that among equal rows the first is taken, which has the first sig_id.
    order = np.lexsort((-np.nan_to_num(tas, nan=-1.0), -correlation, group))
    chosen[order[starts]] = True
    return chosen


def _blocks(starts: np.ndarray, sizes: np.ndarray) -> list[tuple[int, int]]:
    """Ranges of whole groups of about `BLOCK_ROWS` rows, so that memory stays flat."""
    block = starts // BLOCK_ROWS
    firsts = np.concatenate([[0], np.flatnonzero(np.diff(block)) + 1])
    return list(zip(firsts, np.append(firsts[1:], len(sizes)), strict=True))


def _mean_correlation(rows: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    group_sum = np.repeat(np.add.reduceat(unit, starts, axis=0), sizes, axis=0)
    own = np.einsum("ij,ij->i", unit, unit)
    others = np.maximum(np.repeat(sizes, sizes) - 1, 1)
    return (np.einsum("ij,ij->i", unit, group_sum) - own) / others
