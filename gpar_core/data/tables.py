"""Reading the text tables beside a matrix: sig_info, sig_metrics, pert_info, gene_info, MOA.

Tab-separated, plain or gzipped, `-666` for missing. All values come back as text, missing as ''.
The text is Arrow's: a table of 700,000 rows takes about what its file does.
"""

import csv
import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.file_kinds import GZIP_MAGIC
from gpar_core.errors import AnnotationError

MAX_HEADER = 1_000_000
ROWS_AT_ONCE = 50_000
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
WITHHELD = "restricted"
"""In place of the structure of a compound that the Broad Institute does not disclose."""

MISSING_WORDS = (fields.MISSING, "-666.0", "-666.000000", "NA", "nan", "NaN", WITHHELD)


def read_table(
    path: Path, *, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Read some columns of a table, as text.

    A column is found by its name, or else by one of its `fields.ALIASES`, and bears its name here.
    Lines before the header that start with '!' are comments (Drug Repurposing Hub).
    Optional columns that the file lacks are absent from the result.

    Raises AnnotationError where the file is unreadable or lacks a needed column.
    """
    try:
        header, n_before = _header(path)
    except (OSError, EOFError, zlib.error) as error:
        raise AnnotationError(f"'{path.name}' cannot be read ({error}).") from error
    place = {name: _place(name, header) for name in (*needed, *optional)}
    lacking = [_all_names(name) for name in needed if place[name] < 0]
    if lacking:
        shown = ", ".join(header[:12]) or "nothing"
        raise AnnotationError(
            f"'{path.name}' lacks the column {', '.join(lacking)}. Its first line has: "
            f"{shown[:300]}. Needed is a tab-separated table with the columns "
            f"{', '.join(needed)}."
        )
    wanted = {name: position for name, position in place.items() if position >= 0}
    try:
        return _columns(path, wanted, len(header), n_before)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise AnnotationError(
            f"'{path.name}' cannot be read as a tab-separated table ({error}). The file is cut "
            "short or damaged; download it again."
        ) from error


def numbers(column: pd.Series) -> pd.Series:
    """Text to float64, NaN where the text is no number."""
    return pd.to_numeric(column, errors="coerce").astype("float64")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def _header(path: Path) -> tuple[list[str], int]:
    """Column names, and the number of lines down to them."""
    opener = gzip.open if _is_gzip(path) else open
    n_before = 1
    with opener(path, "rb") as file:
        line = file.readline(MAX_HEADER)
        while line.startswith(b"!"):
            n_before += 1
            line = file.readline(MAX_HEADER)
        first = file.readline(MAX_HEADER).rstrip(b"\r\n")
    if len(line) == MAX_HEADER or b"\0" in line:
        return [], n_before
    names = line.decode("utf-8-sig", errors="replace").rstrip("\r\n").split("\t")
    if first.count(b"\t") == len(names) and not first.endswith(b"\t"):
        names = ["", *names]  # R gives its line numbers no name.
    return [name.strip() for name in names], n_before


def _place(name: str, header: list[str]) -> int:
    names = (name, *fields.ALIASES.get(name, ()))
    return next((header.index(each) for each in names if each in header), -1)


def _all_names(name: str) -> str:
    others = fields.ALIASES.get(name, ())
    return f"{name} (or {', '.join(others)})" if others else name


def _columns(path: Path, wanted: Mapping[str, int], width: int, n_before: int) -> pd.DataFrame:
    """wanted: position in the file by column name. width: columns of the file."""

    def read(encoding: str) -> pd.DataFrame:
        with pd.read_csv(
            path,
            sep="\t",
            skiprows=n_before,
            header=None,
            names=range(width),
            index_col=False,
            usecols=list(wanted.values()),
            dtype=TEXT,
            quoting=csv.QUOTE_NONE,
            keep_default_na=False,
            compression="gzip" if _is_gzip(path) else None,
            encoding=encoding,
            chunksize=ROWS_AT_ONCE,
        ) as parts:
            return pd.concat([_tidy(part, wanted) for part in parts], ignore_index=True)

    try:
        return read("utf-8-sig")
    except UnicodeDecodeError:
        return read("latin-1")


def _tidy(part: pd.DataFrame, wanted: Mapping[str, int]) -> pd.DataFrame:
    columns = {name: part[place].fillna("").str.strip() for name, place in wanted.items()}
    return pd.DataFrame(
        {name: text.mask(text.isin(MISSING_WORDS), "") for name, text in columns.items()}
    )
