"""Write signatures as GCTX 1.0 and GCT 1.3, the formats of CMap."""

from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.formats.signature_table import BLOCK_ROWS, described

MAX_COLUMNS = 20_000
"""Signatures of a GCT, which is text: 200 MB."""


def write_gctx(path: Path, compendium: Compendium, rows: np.ndarray, obs: pd.DataFrame) -> None:
    """Write z-scores and metadata; memory does not grow with the number of signatures.

    rows: (n,) of the compendium. obs: further columns of the n signatures. Raises OSError.
    """
    signatures = _metadata(compendium, rows, obs)
    with h5py.File(path, "w") as file:
        file.attrs["version"] = "GCTX1.0"
        shape = (len(rows), fields.N_LANDMARKS)
        values = file.create_dataset("/0/DATA/0/matrix", shape, np.float32)
        for start in range(0, len(rows), BLOCK_ROWS):
            block = rows[start : start + BLOCK_ROWS]
            values[start : start + len(block)] = compendium.matrix[block]
        _put(file, "/0/META/ROW/id", map(str, fields.LANDMARK_IDS))
        _put(file, "/0/META/ROW/pr_gene_symbol", fields.LANDMARK_SYMBOLS)
        _put(file, "/0/META/COL/id", signatures.index)
        for name in signatures:
            _put(file, f"/0/META/COL/{name}", signatures[name])


def write_gct(path: Path, compendium: Compendium, rows: np.ndarray, obs: pd.DataFrame) -> None:
    """Write the same as text. Raises OSError, and RequestError for too many signatures."""
    if len(rows) > MAX_COLUMNS:
        raise RequestError(
            f"A GCT takes at most {MAX_COLUMNS:,} signatures; here are {len(rows):,}. Write a "
            ".gctx or .h5ad file."
        )
    signatures = _metadata(compendium, rows, obs)
    values = np.asarray(compendium.matrix[rows], np.float32).T
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"#1.3\n{fields.N_LANDMARKS}\t{len(rows)}\t1\t{signatures.shape[1]}\n")
        file.write("\t".join(("id", "pr_gene_symbol", *signatures.index)) + "\n")
        for name in signatures:
            file.write("\t".join((str(name), "na", *signatures[name])) + "\n")
        for entrez, symbol, row in zip(
            fields.LANDMARK_IDS, fields.LANDMARK_SYMBOLS, values, strict=True
        ):
            file.write("\t".join((str(entrez), symbol, *map(str, row))) + "\n")


def _metadata(compendium: Compendium, rows: np.ndarray, obs: pd.DataFrame) -> pd.DataFrame:
    """Text of one line each, -666 where unknown, by sig_id."""
    table = described(compendium, rows)
    table = pd.concat([table, obs.set_index(table.index)], axis=1)
    texts = table.astype(object).where(table.notna(), "").astype(str)
    tidy = texts.apply(lambda column: column.str.replace(r"[\t\r\n]", " ", regex=True))
    return tidy.replace("", fields.MISSING)


def _put(file: h5py.File, path: str, texts: Iterable[str]) -> None:
    """Text of a fixed length, as cmapPy writes it."""
    file.create_dataset(path, data=np.array([text.encode() for text in texts], dtype="S"))
