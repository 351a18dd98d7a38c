"""Read arrays from `.npy` and `.npz`: never pickled objects, and damaged files raise an error.

For a damaged header, numpy can raise any error of its Python parser.
"""

import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gpar_core.errors import DataError, in_words


def read_array(path: Path, *, mapped: bool = False) -> np.ndarray:
    """The array of a `.npy`. mapped: leave it on disk, read-only. Raises DataError."""
    with _damage_told(path):
        array = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
        if isinstance(array, np.ndarray):
            return array
    raise DataError(f"its file {path.name} is not an array")


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a `.npz`, by name. Raises DataError."""
    with _damage_told(path), np.load(path, allow_pickle=False) as arrays:
        if isinstance(arrays, np.lib.npyio.NpzFile):
            return dict(arrays)
    raise DataError(f"its file {path.name} contains no arrays")


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        OSError, EOFError, ValueError, TypeError, AttributeError, KeyError, SyntaxError,
        tokenize.TokenError, OverflowError, MemoryError, RecursionError, RuntimeError, zlib.error,
        zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise DataError(f"its file {path.name}: {in_words(error)}") from error
