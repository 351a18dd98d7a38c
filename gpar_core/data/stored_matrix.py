"""A matrix on disk that is larger than memory: read and written a few rows at a time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpar_core.data.compact_matrix import compacted, expanded
from gpar_core.storage.disk import reserve

BLOCK_ROWS = 8192


@dataclass(frozen=True)
class StoredMatrix:
    """The `.npy` at `path`. No part of it stays mapped, or in memory, between calls.

    A file of int8 is compact (`compact_matrix`): its rows are read, and written, as float32.
    first, n_rows: the rows of the file to show, all that follow by default.
    """

    path: Path
    first: int = 0
    n_rows: int | None = None

    @classmethod
    def create(cls, path: Path, shape: tuple[int, int], *, compact: bool = False) -> "StoredMatrix":
        """A new file of zeros, float32 or int8. Raises OSError if the disk has no room for it."""
        dtype = np.int8 if compact else np.float32
        np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
        reserve(path)
        return cls(path)

    @property
    def shape(self) -> tuple[int, int]:
        n_rows, n_columns = self._mapped().shape
        return n_rows, n_columns

    @property
    def dtype(self) -> np.dtype:
        """Of the file."""
        return self._mapped().dtype

    @property
    def compact(self) -> bool:
        return self.dtype == np.int8

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        """A copy of some rows."""
        found = self._read(rows)
        return expanded(found) if found.dtype == np.int8 else found

    def _read(self, rows: slice | np.ndarray) -> np.ndarray:
        mapped = self._mapped()
        if isinstance(rows, slice):
            return np.array(mapped[rows])
        found = np.empty((len(rows), mapped.shape[1]), mapped.dtype)
        # For each row that is touched, systems may map a megabyte around it.
        with self.path.open("rb", buffering=0) as file:
            for place, row in enumerate(rows.tolist()):
                file.seek(mapped.offset + (self.first + row) * mapped.strides[0])
                file.readinto(found[place].data)
        return found

    def _mapped(self) -> np.memmap:
        whole = np.load(self.path, mmap_mode="r", allow_pickle=False)
        end = len(whole) if self.n_rows is None else self.first + self.n_rows
        return whole[self.first : end]

    def put(self, rows: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
        """Write values[i, j] to row rows[i], column columns[j]; it is on the disk on return."""
        matrix = np.load(self.path, mmap_mode="r+", allow_pickle=False)
        stored = (
            compacted(values) if matrix.dtype == np.int8 else values.astype(np.float32, copy=False)
        )
        if len(columns) < matrix.shape[1]:
            matrix[np.ix_(rows, columns)] = stored
            matrix.flush()
            return
        whole = np.ascontiguousarray(stored[:, np.argsort(columns)])
        # For each row that is touched, systems may map a megabyte around it.
        with self.path.open("r+b", buffering=0) as file:
            for row, content in zip(rows.tolist(), whole, strict=True):
                file.seek(matrix.offset + row * matrix.strides[0])
                file.write(content.data)
            os.fsync(file.fileno())

    def blocks(self) -> Iterator[slice]:
        """Consecutive rows, `BLOCK_ROWS` at a time."""
        n_rows = len(self)
        for start in range(0, n_rows, BLOCK_ROWS):
            yield slice(start, min(start + BLOCK_ROWS, n_rows))

    def keep(self, kept: np.ndarray) -> None:
        """Drop the rows for which kept, (n_rows,) bool, is False."""
        rewritten = self.path.with_suffix(".kept.npy")
        shape = (int(kept.sum()), self.shape[1])
        header = np.lib.format.header_data_from_array_1_0(np.empty((0, shape[1]), self.dtype))
        with rewritten.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {**header, "shape": shape})
            for rows in self.blocks():
                file.write(self._read(rows)[kept[rows]].tobytes())
        rewritten.replace(self.path)
