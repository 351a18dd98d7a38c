"""Reading Level 5 matrices: GCTX (HDF5) and GCT (text).

cmapPy reads ids, metadata and headers; it is used nowhere else. The values are read here in blocks,
because cmapPy reads either everything or, for a subset, all metadata again on each call.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
import pandas as pd

from gpar_core.errors import FileFormatError

BLOCK_VALUES = 8_000_000
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
GZIP_MAGIC = b"\x1f\x8b"
GCTX_MATRIX = "/0/DATA/0/matrix"


@dataclass(frozen=True)
class MatrixFile:
    """A matrix on disk, its values unread.

    kind: 'gctx' or 'gct'. gene_ids, sig_ids: as written in the file, in file order.
    n_before_values: leading lines and columns of a GCT that are not values.
    """

    path: Path
    kind: str
    gene_ids: tuple[str, ...]
    sig_ids: tuple[str, ...]
    n_before_values: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Block:
    """A part of the matrix: values[i, j] is gene `genes[j]` of signature `signatures[i]`.

    signatures, genes: positions in the file. values: float32, NaN where the file has no number.
    """

    signatures: np.ndarray
    genes: np.ndarray
    values: np.ndarray


def open_matrix(path: Path) -> MatrixFile:
    """Read the ids of a GCTX or GCT. Raises FileFormatError if it is neither or damaged."""
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise FileFormatError(f"'{path.name}' cannot be opened ({error.strerror}).") from error
    if magic == HDF5_MAGIC:
        return _open_gctx(path)
    if magic.startswith(GZIP_MAGIC):
        raise FileFormatError(
            f"'{path.name}' is compressed. Unpack it first (gunzip) and import the .gctx or .gct."
        )
    if not magic.startswith((b"#1.2", b"#1.3")):
        raise FileFormatError(
            f"'{path.name}' is neither GCTX (HDF5) nor GCT (text starting with #1.2 or #1.3); it "
            f"starts with {magic!r}. Needed is a Level 5 matrix in one of these two formats."
        )
    if path.suffix.lower() == ".gctx":
        raise FileFormatError(
            f"'{path.name}' ends in .gctx but holds a text GCT. If it is what you meant to import, "
            "rename it to .gct."
        )
    return _open_gct(path)


def read_blocks(matrix: MatrixFile, genes: np.ndarray) -> Iterator[Block]:
    """Yield the values of the genes at the positions `genes`, a block at a time.

    Memory does not grow with the number of signatures (GCTX) or genes (GCT).
    Raises FileFormatError where values are missing or are not numbers.
    """
    yield from (_gctx_blocks if matrix.kind == "gctx" else _gct_blocks)(matrix, genes)


def _open_gctx(path: Path) -> MatrixFile:
    try:
        with h5py.File(path, "r") as file:
            shape = file[GCTX_MATRIX].shape
            kind = file[GCTX_MATRIX].dtype.kind
        gene_ids = _gctx_ids(path, "row")
        sig_ids = _gctx_ids(path, "col")
    except (OSError, KeyError, AttributeError, ValueError) as error:
        raise FileFormatError(
            f"'{path.name}' is an HDF5 file but not a readable GCTX 1.0 ({error}). Needed are "
            "/0/DATA/0/matrix, /0/META/ROW/id and /0/META/COL/id."
        ) from error
    if shape != (len(sig_ids), len(gene_ids)) or kind != "f":
        raise FileFormatError(
            f"'{path.name}' holds a matrix of {shape} for {len(sig_ids)} signatures and "
            f"{len(gene_ids)} genes, or its values are not floating-point numbers. The file is "
            "damaged or was not written as GCTX; download it again."
        )
    return MatrixFile(path, "gctx", gene_ids, sig_ids)


def _gctx_ids(path: Path, axis: str) -> tuple[str, ...]:
    with _cmappy() as (gctx, _):
        table = gctx.parse(str(path), row_meta_only=axis == "row", col_meta_only=axis == "col")
    return tuple(table.index)


def _gctx_blocks(matrix: MatrixFile, genes: np.ndarray) -> Iterator[Block]:
    first, last = int(genes.min()), int(genes.max()) + 1
    with h5py.File(matrix.path, "r") as file:
        values = file[GCTX_MATRIX]
        chunk = values.chunks[0] if values.chunks else 1
        rows = max(BLOCK_VALUES // (last - first), 1)
        # A chunk is decompressed whole, so a block holds whole chunks; but a chunk that spans all
        # signatures must not make the block as tall as the file.
        rows = max(rows // chunk * chunk, min(chunk, rows))
        for start in range(0, len(matrix.sig_ids), rows):
            stop = min(start + rows, len(matrix.sig_ids))
            try:
                block = values[start:stop, first:last]
            except OSError as error:
                raise FileFormatError(
                    f"'{matrix.path.name}' cannot be read beyond signature {start} ({error}). The "
                    "file is cut short or damaged; download it again."
                ) from error
            yield Block(
                np.arange(start, stop), genes, np.asarray(block[:, genes - first], np.float32)
            )


def _open_gct(path: Path) -> MatrixFile:
    try:
        with _cmappy() as (_, gct):
            dimensions = gct.read_version_and_dims(str(path))
        n_genes, n_signatures, n_row_meta, n_col_meta = (int(number) for number in dimensions[1:])
        skip_lines, skip_columns = 3 + n_col_meta, 1 + n_row_meta
        with path.open(encoding="utf-8") as file:
            header = [next(file) for _ in range(3)][-1]
        gene_ids = pd.read_csv(
            path, sep="\t", skiprows=skip_lines, header=None, usecols=[0], dtype=str, quoting=3
        )[0]
    except Exception as error:
        raise FileFormatError(
            f"'{path.name}' starts like a GCT but its header cannot be read ({error})."
        ) from error
    sig_ids = tuple(header.rstrip("\r\n").split("\t")[skip_columns:])
    if len(sig_ids) != n_signatures or len(gene_ids) != n_genes:
        raise FileFormatError(
            f"'{path.name}' announces {n_genes} genes x {n_signatures} signatures and holds "
            f"{len(gene_ids)} x {len(sig_ids)}. The file is cut short or damaged."
        )
    return MatrixFile(path, "gct", tuple(gene_ids.fillna("")), sig_ids, (skip_lines, skip_columns))


def _gct_blocks(matrix: MatrixFile, genes: np.ndarray) -> Iterator[Block]:
    skip_lines, skip_columns = matrix.n_before_values
    columns = range(skip_columns, skip_columns + len(matrix.sig_ids))
    wanted = np.sort(genes)
    try:
        reader = pd.read_csv(
            matrix.path,
            sep="\t",
            skiprows=skip_lines,
            header=None,
            usecols=list(columns),
            dtype=np.float32,
            na_values=["-666", "NA", "na", "NaN", "nan", ""],
            quoting=3,
            chunksize=max(BLOCK_VALUES // max(len(columns), 1), 1),
        )
        for chunk in reader:
            start, stop = chunk.index[0], chunk.index[-1] + 1
            inside = wanted[(wanted >= start) & (wanted < stop)]
            if len(inside):
                values = chunk.to_numpy()[inside - start].T
                yield Block(np.arange(len(columns)), inside, values)
    except ValueError as error:
        raise FileFormatError(
            f"'{matrix.path.name}' holds a value that is not a number ({error})."
        ) from error


@contextmanager
def _cmappy() -> Iterator[tuple[ModuleType, ModuleType]]:
    """cmapPy's GCTX and GCT modules, imported on use and kept quiet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cmapPy.pandasGEXpress import parse_gct, parse_gctx  # noqa: PLC0415

        logging.getLogger("cmap_logger").setLevel(logging.CRITICAL)
        yield parse_gctx, parse_gct
