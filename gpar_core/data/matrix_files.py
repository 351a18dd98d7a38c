"""Read Level 5 matrices: GCTX and AnnData (both HDF5), and GCT (text).

The values are read in blocks. cmapPy can read ids only together with all metadata, in several
copies; it reads values either all at once or, for a subset, with all metadata on each call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from gpar_core.data import h5ad
from gpar_core.data.delimited import encoding_of, unquoted
from gpar_core.data.file_kinds import HDF5_MAGIC, HEAD, beginning
from gpar_core.data.gct_text import begins_gct, gct_shape, gct_version
from gpar_core.data.hdf5_nodes import NEEDED, own_dataset
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.data.tables import MISSING_WORDS
from gpar_core.errors import FileFormatError, in_words

BLOCK_VALUES = 4_000_000
GCTX_MATRIX = "/0/DATA/0/matrix"
GCTX_GENES, GCTX_SIGNATURES = "/0/META/ROW/id", "/0/META/COL/id"


@dataclass(frozen=True)
class MatrixFile:
    """A matrix on disk, with its values not yet read.

    kind: 'gctx', 'h5ad', 'gct', or 'npy' for the matrix of a compendium. gene_ids, sig_ids:
    as written in the file, in file order.
    n_before_values: leading lines and columns of a GCT that are not values. encoding: of a GCT.
    """

    path: Path
    kind: str
    gene_ids: tuple[str, ...]
    sig_ids: tuple[str, ...]
    n_before_values: tuple[int, int] = (0, 0)
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Block:
    """A part of the matrix: values[i, j] is gene `genes[j]` of signature `signatures[i]`.

    number: of the block, from 0; blocks without requested values are left out. n_read: requested
    values of the file up to the end of this block. signatures, genes: positions in the file.
    values: float32, NaN if the file has no number.
    """

    number: int
    n_read: int
    signatures: np.ndarray
    genes: np.ndarray
    values: np.ndarray


def open_matrix(path: Path) -> MatrixFile:
    """Read the ids of a GCTX, AnnData or GCT. Raises FileFormatError if it is none or damaged."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise FileFormatError(f"'{path.name}' cannot be opened ({error.strerror}).") from error
    if head.startswith(HDF5_MAGIC):
        return _open_h5ad(path) if h5ad.is_h5ad(path) else _open_gctx(path)
    if not begins_gct(head):
        raise FileFormatError(
            f"'{path.name}' is neither GCTX or AnnData (HDF5) nor GCT (text starting with #1.2 or "
            f"#1.3): it {beginning(head)}. Use a Level 5 matrix in one of these formats."
        )
    if path.suffix.lower() == ".gctx":
        raise FileFormatError(
            f"'{path.name}' ends in .gctx but is a text GCT file. If this is the file you want to "
            "import, rename it to .gct."
        )
    return _open_gct(path)


def read_blocks(
    matrix: MatrixFile, genes: np.ndarray, signatures: np.ndarray, *, skip: int = 0
) -> Iterator[Block]:
    """Yield the values of some genes and signatures, a block at a time.

    genes, signatures: positions in the file, the latter rising. skip: number of the first block to
    read. Memory does not grow with the number of signatures (GCTX, AnnData) or genes
    (GCT).
    Raises FileFormatError where values are missing or are not numbers.
    """
    blocks = {"gct": _gct_blocks, "npy": _npy_blocks}.get(matrix.kind, _hdf5_blocks)
    yield from blocks(matrix, genes, signatures, skip)


def _open_gctx(path: Path) -> MatrixFile:
    try:
        with h5py.File(path, "r") as file:
            values = own_dataset(file, GCTX_MATRIX)
            shape, kind = values.shape, values.dtype.kind
            gene_ids = gctx_ids(file, GCTX_GENES)
            sig_ids = gctx_ids(file, GCTX_SIGNATURES)
    except FileFormatError as error:
        raise FileFormatError(f"'{path.name}' cannot be used: {error}") from error
    except (OSError, KeyError, AttributeError, ValueError, TypeError, RuntimeError) as error:
        raise FileFormatError(
            f"'{path.name}' is an HDF5 file but not a readable GCTX 1.0 ({in_words(error)}). "
            f"{NEEDED}"
        ) from error
    if shape != (len(sig_ids), len(gene_ids)) or kind != "f":
        raise FileFormatError(
            f"'{path.name}' holds a matrix of {shape} for {len(sig_ids)} signatures and "
            f"{len(gene_ids)} genes, or its values are not floating-point numbers. The file is "
            "damaged or is not a GCTX file. Download it again."
        )
    return MatrixFile(path, "gctx", gene_ids, sig_ids)


def _open_h5ad(path: Path) -> MatrixFile:
    try:
        with h5py.File(path, "r") as file:
            genes, signatures = (h5ad.index_of(file, axis) for axis in ("var", "obs"))
            shape = h5ad.values_of(file).shape
    except FileFormatError as error:
        raise FileFormatError(f"'{path.name}' cannot be used: {error}") from error
    except (OSError, KeyError, AttributeError, ValueError, TypeError, RuntimeError) as error:
        raise FileFormatError(
            f"'{path.name}' is not a readable AnnData file ({in_words(error)}). {h5ad.NEEDED}"
        ) from error
    if shape != (len(signatures), len(genes)):
        raise FileFormatError(
            f"'{path.name}' holds a matrix of {shape} for {len(signatures)} signatures and "
            f"{len(genes)} genes. The file is damaged."
        )
    return MatrixFile(path, "h5ad", genes, signatures)


def gctx_ids(file: h5py.File, where: str) -> tuple[str, ...]:
    """The ids at `GCTX_GENES` or `GCTX_SIGNATURES`, in file order; numbers as text, without
    padding.

    Raises FileFormatError, TypeError, AttributeError or OSError if there are none.
    """
    ids = own_dataset(file, where)
    if ids.dtype.kind in "iu":
        return tuple(str(number) for number in ids[:])
    return tuple(text.strip() for text in ids.asstr(errors="replace")[:])


def _hdf5_blocks(
    matrix: MatrixFile, genes: np.ndarray, signatures: np.ndarray, skip: int
) -> Iterator[Block]:
    first, last = int(genes.min()), int(genes.max()) + 1
    with h5py.File(matrix.path, "r") as file:
        is_h5ad = matrix.kind == "h5ad"
        values = h5ad.values_of(file) if is_h5ad else own_dataset(file, GCTX_MATRIX)
        chunk = values.chunks[0] if values.chunks else 1
        rows = max(BLOCK_VALUES // (last - first), 1)
        # A chunk is decompressed whole, so a block has whole chunks; but a chunk that spans all
        # signatures must not make the block as tall as the file.
        rows = max(rows // chunk * chunk, min(chunk, rows))
        for number in np.unique(signatures // rows):
            if number < skip:
                continue
            begin, end = np.searchsorted(signatures, [number * rows, (number + 1) * rows])
            wanted = signatures[begin:end]
            try:
                block = values[wanted[0] : wanted[-1] + 1, first:last]
            except OSError as error:
                raise FileFormatError(
                    f"'{matrix.path.name}' cannot be read beyond signature {wanted[0]} "
                    f"({in_words(error)}). Download it again."
                ) from error
            picked = block[np.ix_(wanted - wanted[0], genes - first)]
            del block
            values_read = picked.astype(np.float32, copy=False)
            yield Block(int(number), int(end) * len(genes), wanted, genes, values_read)


def _npy_blocks(
    matrix: MatrixFile, genes: np.ndarray, signatures: np.ndarray, skip: int
) -> Iterator[Block]:
    stored = StoredMatrix(matrix.path)
    rows = max(BLOCK_VALUES // len(matrix.gene_ids), 1)
    for number in np.unique(signatures // rows):
        if number < skip:
            continue
        begin, end = np.searchsorted(signatures, [number * rows, (number + 1) * rows])
        wanted = signatures[begin:end]
        block = stored[wanted[0] : wanted[-1] + 1]
        picked = block[np.ix_(wanted - wanted[0], genes)]
        yield Block(int(number), int(end) * len(genes), wanted, genes, picked)


def _open_gct(path: Path) -> MatrixFile:
    try:
        encoding = _encoding(path)
        with path.open(encoding=encoding) as file:
            shape = gct_shape(gct_version(file.readline()), file.readline())
            header = [unquoted(cell) for cell in file.readline().rstrip("\r\n").split("\t")]
        skip_lines, skip_columns = 3 + shape.n_column_labels, 1 + shape.n_row_labels
        gene_ids = pd.read_csv(
            path, sep="\t", skiprows=skip_lines, header=None, usecols=[0], dtype=str, quoting=3,
            encoding=encoding,
        )[0]  # fmt: skip
    except (OSError, ValueError, FileFormatError) as error:
        raise FileFormatError(
            f"'{path.name}' starts like a GCT but its header cannot be read ({in_words(error)}). "
            "Download it again."
        ) from error
    sig_ids = tuple(header[skip_columns:])
    if len(sig_ids) != shape.n_profiles or len(gene_ids) != shape.n_genes:
        raise FileFormatError(
            f"'{path.name}' declares {shape.n_genes} genes x {shape.n_profiles} signatures but "
            f"contains {len(gene_ids)} x {len(sig_ids)}. The file is cut short or damaged. "
            "Download it again."
        )
    genes = tuple(unquoted(gene) for gene in gene_ids.fillna(""))
    return MatrixFile(path, "gct", genes, sig_ids, (skip_lines, skip_columns), encoding)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return encoding_of(iter(lambda: file.read(2**20), b""))


def _gct_blocks(
    matrix: MatrixFile, genes: np.ndarray, signatures: np.ndarray, skip: int
) -> Iterator[Block]:
    skip_lines, skip_columns = matrix.n_before_values
    wanted = np.sort(genes)
    rows = max(BLOCK_VALUES // max(len(signatures), 1), 1)
    if skip * rows >= len(matrix.gene_ids):
        return
    try:
        reader = pd.read_csv(
            matrix.path,
            sep="\t",
            skiprows=skip_lines + skip * rows,
            header=None,
            usecols=(signatures + skip_columns).tolist(),
            dtype=np.float32,
            na_values=[*MISSING_WORDS, "na", ""],
            encoding=matrix.encoding,
            chunksize=rows,
        )
        for number, chunk in enumerate(reader, start=skip):
            start = number * rows
            begin, end = np.searchsorted(wanted, [start, start + len(chunk)])
            inside = wanted[begin:end]
            if len(inside):
                values = chunk.to_numpy()[inside - start].T
                yield Block(number, int(end) * len(signatures), signatures, inside, values)
    except ValueError as error:
        raise FileFormatError(
            f"'{matrix.path.name}' contains a value that is not a number, or a line that is too "
            "short or too long. Correct it, or download it again."
        ) from error
