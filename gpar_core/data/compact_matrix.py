"""z-scores as whole numbers of 8 bits: a quarter of the disk and of the memory of float32.

A z-score is stored as a number of steps of 10/127, so that it is off by 0.04 at most; beyond ±10,
where LINCS clips its own, it is stored as ±10. The exact values are not kept.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

LIMIT: Final = 10.0
N_STEPS: Final = 127
STEP: Final = np.float32(LIMIT / N_STEPS)
MISSING: Final = -128
"""Stands for a value that is missing or infinite, until an import leaves the signature out."""
STORED_AS: Final = "stored compactly: z-scores rounded to steps of 0.08, at most ±10"


@dataclass(frozen=True, eq=False)
class CompactMatrix:
    """z-scores, (n, m), that become float32 where they are read.

    codes: (n, m) int8, in memory or memory-mapped, none `MISSING`.
    """

    codes: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return self.codes.shape

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(np.float32)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, place: Any) -> np.ndarray:
        """A float32 copy of what the same index of an array shows."""
        return np.multiply(self.codes[place], STEP, dtype=np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:].astype(dtype or np.float32, copy=False)


Matrix = np.ndarray | CompactMatrix
"""The z-scores of a compendium: blocks of rows are read from either in the same way."""


def compacted(z_scores: np.ndarray) -> np.ndarray:
    """z-scores to int8 of the same shape, `MISSING` where they are not finite."""
    steps = np.rint(np.clip(z_scores, -LIMIT, LIMIT) * np.float32(N_STEPS / LIMIT))
    return np.where(np.isfinite(z_scores), steps, MISSING).astype(np.int8)


def expanded(codes: np.ndarray) -> np.ndarray:
    """int8 to float32 z-scores of the same shape, NaN where they are `MISSING`."""
    z_scores = CompactMatrix(codes)[...]
    if codes.size and codes.min() == MISSING:
        z_scores[codes == MISSING] = np.nan
    return z_scores


def rows_of(matrix: Matrix, rows: slice | np.ndarray) -> Matrix:
    """Some rows of a matrix, as exact or compact as it is; a view for a slice."""
    if isinstance(matrix, CompactMatrix):
        return CompactMatrix(matrix.codes[rows])
    return matrix[rows]


def in_memory(matrix: Matrix) -> Matrix:
    """The matrix as one that knows no file, though its values may still be read from one."""
    if isinstance(matrix, CompactMatrix):
        return CompactMatrix(np.asarray(matrix.codes))
    return np.asarray(matrix)


def as_stored(matrix: Matrix, z_scores: np.ndarray) -> np.ndarray:
    """z-scores as they would be in a matrix, to compare them with it."""
    return expanded(compacted(z_scores)) if isinstance(matrix, CompactMatrix) else z_scores
