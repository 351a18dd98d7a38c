"""Read AnnData files (.h5ad): ids, columns of `obs` and `var`, and rows of `X`.

Only plain arrays are read, with h5py alone: nothing in a file is executed, links to other files are
not followed, and sizes are compared before values are read. Format: anndata.readthedocs.io,
"on-disk format", since version 0.8.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import h5py
import numpy as np
import pandas as pd

from gpar_core.data import hdf5_nodes
from gpar_core.errors import FileFormatError

NEEDED: Final = (
    "An AnnData file needs X (signatures x genes), obs and var, as anndata 0.8 or later writes "
    "them."
)
_own_node = partial(hdf5_nodes.own_node, kind="an AnnData file", needed=NEEDED)
_own_dataset = partial(hdf5_nodes.own_dataset, kind="an AnnData file", needed=NEEDED)


@dataclass(frozen=True, eq=False)
class SparseRows:
    """Rows of a CSR matrix on disk, dense when they are taken."""

    data: h5py.Dataset
    indices: h5py.Dataset
    starts: np.ndarray
    shape: tuple[int, int]
    chunks: None = None

    def __getitem__(self, part: tuple[slice, slice]) -> np.ndarray:
        rows, columns = part
        starts = self.starts[rows.start : rows.stop + 1]
        first, last = int(starts[0]), int(starts[-1])
        place = self.indices[first:last]
        if len(place) and not 0 <= place.min() <= place.max() < self.shape[1]:
            raise OSError("a sparse value is outside the matrix")
        values = np.zeros((len(starts) - 1, self.shape[1]), np.float32)
        values[np.repeat(np.arange(len(values)), np.diff(starts)), place] = self.data[first:last]
        return values[:, columns]


def is_h5ad(path: Path) -> bool:
    """Whether an HDF5 file has the parts of an AnnData file. Raises nothing for a damaged one."""
    try:
        with h5py.File(path, "r") as file:
            return {"obs", "var"} <= set(file)
    except (OSError, KeyError, AttributeError, ValueError, TypeError, RuntimeError):
        return False


def values_of(file: h5py.File) -> h5py.Dataset | SparseRows:
    """The matrix X, to be taken by [rows, columns]. Raises FileFormatError."""
    node = _own_node(file, "X")
    if isinstance(node, h5py.Dataset):
        values = _own_dataset(file, "X")
        if values.ndim != 2 or values.dtype.kind not in "fiu":
            raise FileFormatError(
                f"X has the shape {values.shape} and the type {values.dtype}, but a matrix needs "
                "two dimensions of numbers."
            )
        return values
    kind = node.attrs.get("encoding-type")
    if kind != "csr_matrix":
        raise FileFormatError(
            f"X is stored as '{kind}'. Store it as a dense or CSR matrix (adata.X = "
            "adata.X.tocsr())."
        )
    data, indices, starts = (_own_dataset(file, f"X/{p}") for p in ("data", "indices", "indptr"))
    n_rows, n_columns = (int(n) for n in node.attrs["shape"])
    whole = data.shape == indices.shape and starts.shape == (n_rows + 1,)
    if not whole or data.dtype.kind not in "fiu" or indices.dtype.kind not in "iu":
        raise FileFormatError("the parts of its sparse X do not fit together. It is damaged.")
    ends = starts[:]
    if ends[0] != 0 or ends[-1] != len(data) or (np.diff(ends) < 0).any():
        raise FileFormatError("the rows of its sparse X do not fit its values. It is damaged.")
    return SparseRows(data, indices, ends, (n_rows, n_columns))


def index_of(file: h5py.File, axis: str) -> tuple[str, ...]:
    """The names of the rows of 'obs' or 'var'. Raises FileFormatError."""
    return tuple(str(name).strip() for name in column(file, axis, _index_name(file, axis)))


def column_names(file: h5py.File, axis: str) -> list[str]:
    """Columns of 'obs', 'var' or another table, without the index. Raises FileFormatError."""
    index = _index_name(file, axis)
    return [name for name in _own_node(file, axis) if name not in (index, "__categories")]


def column(file: h5py.File, axis: str, name: str) -> pd.Series:
    """One column: text, numbers, or truth values, nullable where the file has a mask.

    Raises FileFormatError for any other kind of column.
    """
    path = f"{axis}/{name}"
    node = _own_node(file, path)
    if isinstance(node, h5py.Dataset):
        return _values(file, path)
    kind = str(node.attrs.get("encoding-type"))
    if kind == "categorical":
        codes, words = _values(file, f"{path}/codes"), _values(file, f"{path}/categories")
        if codes.dtype.kind not in "iu" or codes.max() >= len(words):
            raise FileFormatError(f"{path} refers to categories that it lacks. It is damaged.")
        return words.reindex(codes.where(codes >= 0, -1)).reset_index(drop=True)
    if kind in ("nullable-boolean", "nullable-integer", "nullable-string-array"):
        values, missing = _values(file, f"{path}/values"), _values(file, f"{path}/mask")
        if values.dtype == bool:
            values = values.astype("boolean")
        elif values.dtype.kind in "iu":
            values = values.astype(float)
        return values.mask(missing.astype(bool))
    raise FileFormatError(f"{path} is stored as '{kind}', which holds no text or numbers.")


def table(file: h5py.File, axis: str) -> pd.DataFrame:
    """All columns of 'obs' or another table, without the index. Raises FileFormatError."""
    return pd.DataFrame({name: column(file, axis, name) for name in column_names(file, axis)})


def _values(file: h5py.File, path: str) -> pd.Series:
    node = _own_dataset(file, path)
    if node.ndim != 1 or node.dtype.kind not in "OSbiuf":
        raise FileFormatError(f"{path} has the type {node.dtype}; it must be text or numbers.")
    if node.dtype.kind not in "OS":
        return pd.Series(node[:])
    if h5py.check_string_dtype(node.dtype) is None:
        raise FileFormatError(f"{path} holds objects; it must be text or numbers.")
    return pd.Series(node.asstr(errors="replace")[:], dtype=object)


def _index_name(file: h5py.File, axis: str) -> str:
    node = _own_node(file, axis)
    name = node.attrs.get("_index") if isinstance(node, h5py.Group) else None
    if not isinstance(name, str):
        raise FileFormatError(f"{axis} is not a table. {NEEDED}")
    return name
