"""Read uploaded GCTX files (HDF5) safely, and only as far as needed.

An HDF5 file can point to other files and can unpack to far more than it declares; both are refused
before its values are read.
"""

import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import h5py
import numpy as np

from gpar_core.data.hdf5_nodes import NEEDED, own_dataset, own_node
from gpar_core.data.matrix_files import GCTX_MATRIX
from gpar_core.data.profile_tables import (
    DRUG_LABELS,
    MAX_BYTES,
    MAX_VALUES,
    Label,
    Table,
    check_shape,
    table_of,
)
from gpar_core.errors import FileFormatError, in_words

ROW_LABELS: Final = ("id", "pr_gene_id", "pr_gene_symbol", "gene_id", "gene_symbol")
COLUMN_LABELS: Final = ("id", *DRUG_LABELS)

MAX_UNPACKED: Final = 10 * MAX_VALUES
"""Maximum bytes of the matrix: float64, with some padding of its chunks."""
MAX_CHUNKS: Final = 10_000
DEFLATE: Final = 1
SHUFFLE: Final = 2


def read_gctx(path: Path) -> Table:
    """Read ids, drug names and all values. Raises FileFormatError."""
    try:
        with h5py.File(path, "r") as file:
            matrix = own_dataset(file, GCTX_MATRIX)
            if matrix.ndim != 2 or matrix.dtype.kind not in "fiu":
                raise FileFormatError(
                    f"its matrix has the shape {matrix.shape} and the type {matrix.dtype}, but a "
                    "matrix needs two dimensions of numbers."
                )
            n_columns, n_rows = matrix.shape
            check_shape(n_rows, n_columns)
            rows = _labels(file, "/0/META/ROW", ROW_LABELS, n_rows)
            columns = _labels(file, "/0/META/COL", COLUMN_LABELS, n_columns)
            _check_storage(matrix, MAX_UNPACKED)
            values = matrix.astype(np.float32)[()].T
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, zlib.error) as error:
        raise FileFormatError(
            f"it is an HDF5 file but not a readable GCTX 1.0 ({in_words(error)}). {NEEDED}"
        ) from error
    return table_of("GCTX", rows, columns, values)


def _labels(file: h5py.File, group: str, wanted: Sequence[str], n: int) -> list[Label]:
    """The id, and those other wanted labels that are present."""
    ids, *others = wanted
    there = [name for name in others if own_node(file, group).get(name, getlink=True) is not None]
    return [Label(name, _texts(own_dataset(file, f"{group}/{name}"), n)) for name in (ids, *there)]


def _texts(dataset: h5py.Dataset, n: int) -> tuple[str, ...]:
    if dataset.shape != (n,):
        raise FileFormatError(
            f"{dataset.name} has the shape {dataset.shape} where the matrix needs {n} labels. The "
            "file is damaged or is not a GCTX file."
        )
    if dataset.dtype.kind not in "Sifu":
        # Variable-length text is read at the length that the file claims, possibly gigabytes.
        raise FileFormatError(
            f"{dataset.name} has the type {dataset.dtype}, but fixed-length text is needed, as "
            "cmapPy and cmapR write it. Write the file with one of them, or as a text GCT."
        )
    _check_storage(dataset, MAX_BYTES)
    return tuple(_text(value) for value in dataset[()])


def _text(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _check_storage(dataset: h5py.Dataset, max_bytes: int) -> None:
    """Refuse a dataset that unpacks to more than `max_bytes`."""
    chunk = dataset.chunks or (1,) * dataset.ndim
    padded = math.prod(
        -(-size // side) * side for size, side in zip(dataset.shape, chunk, strict=True)
    )
    if padded * dataset.dtype.itemsize > max_bytes:
        raise FileFormatError(
            f"{dataset.name} unpacks to more than {max_bytes / 1e6:,.0f} MB. Keep only the 978 "
            "landmark genes, or write it in smaller chunks."
        )
    if dataset.chunks:
        _check_chunks(dataset)


def _check_chunks(dataset: h5py.Dataset) -> None:
    """Refuse a chunk that inflates beyond its size, for which HDF5 would take all the memory."""
    settings = dataset.id.get_create_plist()
    filters = [settings.get_filter(i)[0] for i in range(settings.get_nfilters())]
    if filters not in ([], [SHUFFLE], [DEFLATE], [SHUFFLE, DEFLATE]):
        raise FileFormatError(
            f"{dataset.name} is not compressed with gzip. Write it with gzip or without "
            "compression."
        )
    if DEFLATE not in filters:
        return
    n_bytes = math.prod(dataset.chunks) * dataset.dtype.itemsize
    stored: list[h5py.h5d.StoreInfo] = []
    if dataset.id.get_num_chunks() > MAX_CHUNKS:
        raise FileFormatError(f"{dataset.name} has more than {MAX_CHUNKS:,} chunks.")
    dataset.id.chunk_iter(stored.append)
    for info in stored:
        skipped, packed = dataset.id.read_direct_chunk(info.chunk_offset)
        if skipped >> filters.index(DEFLATE) & 1:
            continue
        if len(zlib.decompressobj().decompress(packed, n_bytes + 1)) > n_bytes:
            raise FileFormatError(
                f"{dataset.name} unpacks to more than it declares. The file is damaged."
            )
