"""The metadata of signatures and genes in a GCT 1.3, GCTX or AnnData, as a table."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, Literal

import h5py
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import h5ad
from gpar_core.data.delimited import unquoted
from gpar_core.data.hdf5_nodes import own_dataset, own_node
from gpar_core.data.headings import place_of
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.tables import MISSING_WORDS, TEXT
from gpar_core.errors import FileFormatError, in_words

Axis = Literal["signatures", "genes"]
GCTX_GROUPS: Final[Mapping[Axis, str]] = {"signatures": "/0/META/COL", "genes": "/0/META/ROW"}
H5AD_GROUPS: Final[Mapping[Axis, str]] = {"signatures": "obs", "genes": "var"}
MAX_COLUMNS: Final = 1_000
_OTHERS: Final = {
    fields.TAS: ("distil_tas",), fields.PERT_INAME: ("pert_desc",),
    fields.GENE_ID: ("entrez", "entrez_id"),
}  # fmt: skip
"""Headings of older CMap files, and of AnnData."""


def metadata_columns(matrix: MatrixFile, axis: Axis) -> list[str]:
    """Names of the metadata of signatures or genes, without their ids.

    Raises FileFormatError.
    """
    names = _READERS[matrix.kind][0](matrix, axis)
    if len(names) > MAX_COLUMNS:
        raise FileFormatError(
            f"'{matrix.path.name}' has {len(names):,} columns of metadata; the limit is "
            f"{MAX_COLUMNS:,}. Remove some of them."
        )
    return names


def read_metadata(matrix: MatrixFile, axis: Axis, wanted: Sequence[str]) -> pd.DataFrame:
    """Some columns of the metadata, in the form of `tables.read_table` and the order of the file.

    wanted: names; those that the file lacks are absent from the result. Raises FileFormatError.
    """
    header = metadata_columns(matrix, axis)
    places = {name: place_of(name, header, _OTHERS.get(name, ())) for name in wanted}
    names = {name: header[place] for name, place in places.items() if place >= 0}
    n = len(matrix.sig_ids if axis == "signatures" else matrix.gene_ids)
    try:
        read = _READERS[matrix.kind][1]
        columns = dict(read(matrix, axis, sorted(set(names.values()))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise FileFormatError(
            f"The metadata of the {axis} in '{matrix.path.name}' cannot be read "
            f"({in_words(error)}). Provide it as a separate table."
        ) from error
    if short := next((name for name, values in columns.items() if len(values) != n), None):
        raise FileFormatError(
            f"'{matrix.path.name}' has {n} {axis} and {len(columns[short])} values of their "
            f"metadata '{short}'. The file is damaged. Provide the metadata as a separate table."
        )
    texts = {name: columns[original].fillna("").str.strip() for name, original in names.items()}
    tidy = {name: text.mask(text.isin(MISSING_WORDS), "") for name, text in texts.items()}
    return pd.DataFrame(tidy, index=range(n))


def _gctx_names(matrix: MatrixFile, axis: Axis) -> list[str]:
    with h5py.File(matrix.path, "r") as file:
        group = own_node(file, GCTX_GROUPS[axis])
        return [name for name in group if name != "id"] if isinstance(group, h5py.Group) else []


def _gctx_columns(
    matrix: MatrixFile, axis: Axis, names: Sequence[str]
) -> Iterator[tuple[str, pd.Series]]:
    with h5py.File(matrix.path, "r") as file:
        for name in names:
            values = own_dataset(file, f"{GCTX_GROUPS[axis]}/{name}")
            if values.dtype.kind in "OS":
                texts = list(values.asstr(errors="replace")[:])
            else:
                texts = [_number(value) for value in np.asarray(values[:]).tolist()]
            yield name, pd.Series(texts, dtype=TEXT)


def _number(value: object) -> str:
    """5720.0 as '5720': cmapR writes whole numbers with a decimal point."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _gct_names(matrix: MatrixFile, axis: Axis) -> list[str]:
    n_lines, n_columns = matrix.n_before_values
    if axis == "genes":
        return _gct_lines(matrix)[0][1:n_columns]
    return [line[0] for line in _gct_lines(matrix)[1 : n_lines - 2]]


def _gct_columns(
    matrix: MatrixFile, axis: Axis, names: Sequence[str]
) -> Iterator[tuple[str, pd.Series]]:
    n_lines, n_columns = matrix.n_before_values
    if axis == "signatures":
        for line in _gct_lines(matrix)[1:]:
            if line[0] in names:
                yield line[0], pd.Series(line[n_columns:], dtype=TEXT)
        return
    header = _gct_lines(matrix)[0]
    table = pd.read_csv(
        matrix.path, sep="\t", skiprows=n_lines, header=None, usecols=range(n_columns),
        dtype=TEXT, quoting=3, keep_default_na=False, encoding=matrix.encoding,
    )  # fmt: skip
    for name in names:
        yield name, table[header.index(name)].map(unquoted).astype(TEXT)


def _gct_lines(matrix: MatrixFile) -> list[list[str]]:
    """The cells of the lines from the ids down to the last line before the values."""
    with matrix.path.open(encoding=matrix.encoding) as file:
        lines = list(islice(file, matrix.n_before_values[0]))
    return [[unquoted(cell) for cell in line.rstrip("\r\n").split("\t")] for line in lines[2:]]


def _h5ad_names(matrix: MatrixFile, axis: Axis) -> list[str]:
    with h5py.File(matrix.path, "r") as file:
        return h5ad.column_names(file, H5AD_GROUPS[axis])


def _h5ad_columns(
    matrix: MatrixFile, axis: Axis, names: Sequence[str]
) -> Iterator[tuple[str, pd.Series]]:
    with h5py.File(matrix.path, "r") as file:
        for name in names:
            values = h5ad.column(file, H5AD_GROUPS[axis], name)
            texts = ["" if pd.isna(value) else _number(value) for value in values.tolist()]
            yield name, pd.Series(texts, dtype=TEXT)


_READERS: Final = {
    "gctx": (_gctx_names, _gctx_columns),
    "h5ad": (_h5ad_names, _h5ad_columns),
    "gct": (_gct_names, _gct_columns),
}
"""By kind of matrix, what reads the names of the metadata, and some of its columns."""
