"""Read the text tables that come with a matrix: sig_info, sig_metrics, pert_info, gene_info, MOA.

They may have any layout that `delimited.layout_of` knows, plain or gzipped, with `-666` for
missing. All values are returned as text, missing ones as ''.
The text is Arrow's: a table of 700,000 rows takes about as much memory as its file.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gpar_core import fields
from gpar_core.data.delimited import (
    MAX_BEFORE,
    N_OPENING,
    Layout,
    in_utf_8,
    layout_of,
    unquoted,
)
from gpar_core.data.file_kinds import GZIP_MAGIC, HEAD, what_it_is
from gpar_core.data.headings import place_of
from gpar_core.errors import AnnotationError, in_words

MAX_HEADER = 1_000_000
MAX_COLUMNS = 1_000
MAX_BYTES = 4_000_000_000
"""Maximum bytes of an unpacked table; the largest, of LINCS 2020, has an eighth of that."""
BLOCK_BYTES = 1 << 24
"""Bytes read at once; a line may have twice as many."""
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
WITHHELD = "restricted"
"""Replaces the structure of a compound that the Broad Institute does not disclose."""

MISSING_WORDS = (
    fields.MISSING, "-666.0", "-666.00", "-666.000", "-666.000000", "NA", "nan", "NaN", "#N/A",
    "#NV", "#NAME?", "#NOM?", "#DIV/0!", "#VALUE!", "#WERT!", "#VALEUR!", "#REF!", "#BEZUG!",
    "#NUM!", "#ZAHL!", "#NOMBRE!", "#NULL!", WITHHELD,
)  # fmt: skip
"""-666 is CMap's; those with # are what Excel shows for an error."""


def read_table(
    path: Path,
    *,
    needed: tuple[str, ...],
    optional: tuple[str, ...] = (),
    others: Mapping[str, tuple[str, ...]] | None = None,
    converted: Mapping[str, Callable[[pd.Series], pd.Series | np.ndarray]] | None = None,
) -> pd.DataFrame:
    """Read some columns of a table, as text.

    converted: what becomes of the text of a column, block by block, so that a long text is never
    in memory whole.

    A column is found by `headings.place_of`, and is renamed to its name here. others: further
    headings. Optional columns that the file lacks are absent from the result; if it has none of
    them and none is needed, the result has no rows either.

    Raises AnnotationError if the file is unreadable or lacks a needed column.
    """
    try:
        layout = _layout(path)
    except (OSError, EOFError, UnicodeError, csv.Error, zlib.error) as error:
        raise AnnotationError(f"'{path.name}' cannot be read ({in_words(error)}).") from error
    header = list(layout.header)
    if len(header) > MAX_COLUMNS:
        raise AnnotationError(
            f"'{path.name}' has {len(header):,} columns; the limit is {MAX_COLUMNS:,}. Is it a "
            "matrix? GPAR needs a table of names, ids and annotation here."
        )
    place = {
        name: place_of(name, header, (others or {}).get(name, ())) for name in (*needed, *optional)
    }
    lacking = [_all_names(name) for name in needed if place[name] < 0]
    if lacking:
        shown = ", ".join(header[:12]) or "nothing"
        raise AnnotationError(
            f"'{path.name}' lacks the column {', '.join(lacking)}. Its first line has: "
            f"{shown[:300]}. Use a tab-separated table or CSV with the columns "
            f"{', '.join(needed)}."
        )
    wanted = {name: position for name, position in place.items() if position >= 0}
    if not wanted:
        return pd.DataFrame()
    try:
        return _columns(path, wanted, layout, converted or {})
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise AnnotationError(
            f"'{path.name}' cannot be read as a table ({in_words(error)}). Download it again, or "
            "save it with tabs between the cells."
        ) from error


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path) if _is_gzip(path) else path.open("rb"))


def _layout(path: Path) -> Layout:
    """The layout of the table. Raises AnnotationError if it is not text."""
    with _opened(path) as file:
        if other := what_it_is(file.read(HEAD)):
            raise AnnotationError(f"'{path.name}' is {other[0]}. {other[1]}")
        text = in_utf_8(file)
        lines: list[str] = []
        while len(lines) < MAX_BEFORE + N_OPENING and (line := text.readline(MAX_HEADER)):
            if lines and len(line) == MAX_HEADER:
                break
            if len(line) == MAX_HEADER or (not lines and b"\0" in line):
                raise AnnotationError(
                    f"'{path.name}' is not a text table: its first line has {MAX_HEADER:,} or "
                    "more characters, or contains binary data. Save it as a tab-separated table "
                    "or CSV (UTF-8)."
                )
            lines.append(line.decode("utf-8", errors="replace"))
    return layout_of(lines)


def _all_names(name: str) -> str:
    others = fields.ALIASES.get(name, ())
    return f"{name} (or {', '.join(others)})" if others else name


def _columns(
    path: Path,
    wanted: Mapping[str, int],
    layout: Layout,
    converted: Mapping[str, Callable[[pd.Series], pd.Series | np.ndarray]],
) -> pd.DataFrame:
    """wanted: position in the file by column name."""

    def made(part: pd.DataFrame) -> pd.DataFrame:
        for name, convert in converted.items():
            if name in part:
                part[name] = convert(part[name])
        return part

    def read(encoding: str) -> pd.DataFrame:
        parts = [made(_tidy(_parsed(block, wanted, layout, encoding), wanted, layout.separator))
                 for block in _blocks(path, layout.n_before + 1)]  # fmt: skip
        nothing = pd.DataFrame({name: pd.Series(dtype=TEXT) for name in wanted})
        return pd.concat(parts, ignore_index=True) if parts else made(nothing)

    try:
        return read("utf-8-sig")
    except UnicodeDecodeError:
        return read("latin-1")


def _blocks(path: Path, n_before: int) -> Iterator[bytes]:
    """Whole lines after the first `n_before`, about `BLOCK_BYTES` at a time.

    Memory stays bounded for any size that a packed file unpacks to. Raises AnnotationError.
    """
    rest, n_bytes = b"", 0
    with _opened(path) as opened:
        file = in_utf_8(opened)
        for _ in range(n_before):
            file.readline(MAX_HEADER)
        while block := file.read(BLOCK_BYTES):
            n_bytes += len(block)
            end = block.rfind(b"\n") + 1
            if n_bytes > MAX_BYTES or len(rest) + (end or len(block)) > 2 * BLOCK_BYTES:
                raise AnnotationError(
                    f"'{path.name}' has more than {MAX_BYTES / 1e9:.0f} GB, or a line of more "
                    f"than {2 * BLOCK_BYTES // 2**20} MB, unpacked. Use the table as published on "
                    "GEO."
                )
            if end:
                yield rest + block[:end]
                rest = b""
            rest += block[end:]
    if rest:
        yield rest


def _parsed(block: bytes, wanted: Mapping[str, int], layout: Layout, encoding: str) -> pd.DataFrame:
    # GEO's tables are not quoted, and some of their names contain a single quotation mark.
    tabs = layout.separator == "\t"
    return pd.read_csv(
        io.BytesIO(block),
        sep=layout.separator,
        header=None,
        names=range(len(layout.header)),
        index_col=False,
        usecols=list(wanted.values()),
        dtype=TEXT,
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        keep_default_na=False,
        encoding=encoding,
    )


def _tidy(part: pd.DataFrame, wanted: Mapping[str, int], separator: str) -> pd.DataFrame:
    columns = {name: part[place].fillna("").str.strip() for name, place in wanted.items()}
    if separator == "\t":
        columns = {name: _unquoted(text) for name, text in columns.items()}
    return pd.DataFrame(
        {name: text.mask(text.isin(MISSING_WORDS), "") for name, text in columns.items()}
    )


def is_sorted(table: pd.DataFrame, by: Sequence[str]) -> bool:
    """Whether rows are sorted by some columns; an index of tuples would need much memory."""
    tied = np.ones(max(len(table) - 1, 0), dtype=bool)
    for column in by:
        values = table[column].array
        before, after = values[:-1], values[1:]
        if (tied & np.asarray(after < before)).any():
            return False
        tied &= np.asarray(after == before)
    return True


def places_in(among: Sequence[str] | pd.Series, wanted: pd.Series) -> np.ndarray:
    """(n,) int64 places of some texts among others, -1 where absent; without Python's texts."""
    values, texts = (pa.array(each, pa.large_string()) for each in (among, wanted))
    found = pc.index_in(texts, value_set=values)
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def rows_where(table: pd.DataFrame, kept: pd.Series | np.ndarray) -> pd.DataFrame:
    """The rows for which kept is True, numbered from 0; the table itself if it is for all."""
    if kept.all():
        return table
    rows = table[kept]
    rows.index = pd.RangeIndex(len(rows))  # reset_index would copy again
    return rows


def _unquoted(text: pd.Series) -> pd.Series:
    quoted = text.str.startswith('"') & text.str.endswith('"')
    return text.mask(quoted, text[quoted].map(unquoted).astype(TEXT)) if quoted.any() else text
