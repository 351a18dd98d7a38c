"""Some rows of a matrix, read when indexed; what is read of a file does not stay mapped."""

import mmap
from dataclasses import dataclass

import numpy as np

from gpar_core.data.compact_matrix import CompactMatrix, Matrix

READ_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """Rows of a matrix, then those of an array in memory; indexed like an array.

    matrix: (n_signatures, n_genes), in memory or memory-mapped. rows: (m,) of the matrix. further:
    (k, n_genes), or None.
    """

    matrix: Matrix
    rows: np.ndarray
    further: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), self.matrix.shape[1]

    def __len__(self) -> int:
        return len(self.rows) + (0 if self.further is None else len(self.further))

    def __getitem__(self, chosen: slice | np.ndarray) -> np.ndarray:
        """(n, n_genes) float32 copy. chosen: a slice, (n,) places or (m + k,) bool."""
        places = np.arange(len(self))[chosen]
        found = np.empty((len(places), self.matrix.shape[1]), np.float32)
        for start in range(0, len(places), READ_AT_ONCE):
            block = slice(start, start + READ_AT_ONCE)
            stored = places[block] < len(self.rows)
            found[block][stored] = self.matrix[self.rows[places[block][stored]]]
            let_go(self.matrix)
        if self.further is not None:
            beyond = places >= len(self.rows)
            found[beyond] = self.further[places[beyond] - len(self.rows)]
        return found


def let_go(matrix: Matrix) -> None:
    """Unmap what was read of a file; otherwise a whole compendium would count as memory in use."""
    array = matrix.codes if isinstance(matrix, CompactMatrix) else matrix
    # Only for read-only maps: on others, this could drop what was written.
    read_only = isinstance(array, np.memmap) and array.mode == "r"
    if read_only and isinstance(array.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.base.madvise(mmap.MADV_DONTNEED)
