"""Profiles as a user may write them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gpar_core import fields
from gpar_core.data.profiles import (
    Draft,
    read_profiles,
)

SYMBOLS = fields.LANDMARK_SYMBOLS
NAMES = ("aspirin", "Vorinostat", "DMSO")
Z = np.random.default_rng(0).normal(size=(3, 978)).astype(np.float32)
SEPARATORS = {"CSV": ",", "TSV": "\t", "CSV with semicolons": ";"}


def text_of(
    values: np.ndarray,
    names: Sequence[str] = NAMES,
    genes: Sequence[str] = SYMBOLS,
    *,
    separator: str = ",",
    genes_in: str = "rows",
    missing: str = "NA",
) -> str:
    """A table of (n, n_genes) values as text."""
    cells = [[missing if np.isnan(one) else repr(float(one)) for one in row] for row in values]
    across, down = (names, genes) if genes_in == "rows" else (genes, names)
    body = zip(*cells, strict=True) if genes_in == "rows" else cells
    lines = [["id", *across], *([name, *row] for name, row in zip(down, body, strict=True))]
    return "".join(separator.join(line) + "\n" for line in lines)


def read_upload(folder: Path, content: str | bytes, name: str = "mine.csv") -> Draft:
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_profiles(path, name)
