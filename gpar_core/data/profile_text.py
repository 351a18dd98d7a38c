"""Uploaded text tables: CSV, TSV and GCT, genes in rows or in columns.

Every physical line is one row: a quoted cell cannot run over several lines, so no line can make a
row grow without bounds.
"""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final, TextIO

import numpy as np

from gpar_core import fields
from gpar_core.data.file_kinds import UTF_16_MARKS
from gpar_core.data.profile_tables import (
    ID_KINDS,
    MAX_GENES,
    MAX_LABELS,
    Label,
    Table,
    check_shape,
    cleaned,
    landmark_positions,
    table_of,
)
from gpar_core.errors import FileFormatError

MAX_LINE: Final = 4_000_000
"""Characters: 60,000 genes with names or values of 60 characters."""

SEPARATORS: Final = {"\t": "TSV", ";": "CSV with semicolons", ",": "CSV"}
MISSING_WORDS: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
GCT_VERSIONS: Final = ("#1.2", "#1.3")
N_OPENING: Final = 20
"""Rows by which a column of text is told from one of values."""
N_ID_COLUMNS: Final = 8
"""Ids stand before the values."""


@dataclass(frozen=True)
class _Line:
    """number: of the line in the file, from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class _Row:
    number: int
    cells: list[str]


def read_text(path: Path) -> Table:
    """Read a CSV, TSV or GCT, told apart by content; UTF-8, UTF-16 with its mark, or Latin-1.

    Raises FileFormatError, OSError, UnicodeError or csv.Error.
    """
    with path.open(encoding=_encoding(path)) as file:
        lines = _lines(file)
        opening = list(islice(lines, N_OPENING))
        if len(opening) < 2:
            raise FileFormatError(
                "it is empty or has a single line. Needed are a header line and a line for each "
                "gene or profile."
            )
        every_line = chain(opening, lines)
        if opening[0].text.startswith(GCT_VERSIONS):
            return _read_gct(_rows(every_line, "\t", quoted=False))
        separator = _separator(opening)
        return _read_delimited(_rows(every_line, separator), SEPARATORS[separator])


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in UTF_16_MARKS:
            return "utf-16"
    try:
        with path.open(encoding="utf-8") as text:
            while text.read(2**20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def _lines(file: TextIO) -> Iterator[_Line]:
    """The lines that hold anything. Raises FileFormatError for text that no table has."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE or number > 2 * MAX_GENES:
            raise FileFormatError(
                f"it has a line of {MAX_LINE:,} characters or {2 * MAX_GENES:,} lines, or more. "
                f"Needed is a table of at most {MAX_GENES:,} genes."
            )
        n_cells = max(map(line.count, SEPARATORS)) + 1
        if n_cells > MAX_GENES + MAX_LABELS:
            raise FileFormatError(
                f"line {number} has {n_cells:,} cells; at most {MAX_GENES:,} genes are taken."
            )
        if "\0" in line:
            raise FileFormatError(f"line {number} is not text. Save the table as CSV in UTF-8.")
        if line.strip("\t;, \n\ufeff"):
            yield _Line(number, line.rstrip("\n"))


def _rows(lines: Iterator[_Line], separator: str, *, quoted: bool = True) -> Iterator[_Row]:
    return (_Row(line.number, _cells(line, separator, quoted)) for line in lines)


def _cells(line: _Line, separator: str, quoted: bool = True) -> list[str]:
    return (
        next(csv.reader([line.text], delimiter=separator)) if quoted else line.text.split(separator)
    )


def _separator(opening: Sequence[_Line]) -> str:
    """The separator that parts header and first rows into most columns, rather than by chance."""

    def n_columns(separator: str) -> int:
        header, *widths = (len(_cells(line, separator)) for line in opening)
        return min(header + 1, *widths)  # R gives row names no heading

    best = max(SEPARATORS, key=n_columns)
    if n_columns(best) < 2:
        raise FileFormatError(
            f"its lines are not parted into columns (first: '{cleaned(opening[0].text)[:60]}'). "
            "Needed is a table with commas, tabs or semicolons between the cells."
        )
    return best


# ------------------------------------------------------------------------------- CSV and TSV


def _read_delimited(rows: Iterator[_Row], kind: str) -> Table:
    header = next(rows).cells
    opening = list(islice(rows, N_OPENING))
    if len(opening[0].cells) == len(header) + 1:
        header = ["", *header]
    texts = _text_columns(header, opening)
    labels, values = _body(chain(opening, rows), header, texts)
    headings = [heading for column, heading in enumerate(header) if column not in texts]
    ids = _entrez_columns(values)
    labels += [
        Label(headings[column], tuple(f"{number:.0f}" for number in values[:, column]))
        for column in ids
    ]
    headings = [heading for column, heading in enumerate(headings) if column not in ids]
    return table_of(
        kind,
        labels or [Label("", ("",) * len(values))],
        [Label("", tuple(headings))],
        np.delete(values, ids, axis=1),
    )


def _text_columns(header: Sequence[str], opening: Sequence[_Row]) -> list[int]:
    """Columns of names, ids and descriptions: the first, and those with more words than numbers.

    A column headed by a landmark gene holds its values: a word in it is an error, not a label.
    """
    gene = np.max([landmark_positions(header, id_kind) for id_kind in ID_KINDS], axis=0) >= 0

    def is_text(column: int) -> bool:
        cells = [row.cells[column] for row in opening if column < len(row.cells)]
        n_numbers = sum(map(_is_number, cells))
        n_missing = sum(map(_is_missing, cells))
        mostly_words = len(cells) - n_missing > 2 * n_numbers
        if column == 0:
            return mostly_words or not gene[0]
        return mostly_words and not gene[column]

    found = [column for column in range(len(header)) if is_text(column)]
    if len(found) == len(header) or len(found) > MAX_LABELS:
        raise FileFormatError(
            f"{len(found)} of its {len(header)} columns hold text. Needed is a header line, then a "
            "number for each gene and profile, with a decimal point; at most "
            f"{MAX_LABELS} columns may be text."
        )
    return found


def _is_missing(cell: str) -> bool:
    return cell.strip().casefold() in MISSING_WORDS


def _is_number(cell: str) -> bool:
    try:
        return not math.isnan(float(cell))
    except ValueError:
        return False


def _entrez_columns(values: np.ndarray) -> list[int]:
    """Columns of Entrez ids, which no word tells from values: most landmarks, without repeats."""

    def is_ids(column: np.ndarray) -> bool:
        distinct = np.unique(column)
        n_landmarks = len(np.intersect1d(distinct, fields.LANDMARK_IDS))
        return n_landmarks > fields.N_LANDMARKS / 2 and len(distinct) > 0.9 * len(column)

    candidates = range(min(values.shape[1], N_ID_COLUMNS))
    return [column for column in candidates if is_ids(values[:, column])]


def _body(
    rows: Iterator[_Row], header: Sequence[str], texts: Sequence[int]
) -> tuple[list[Label], np.ndarray]:
    """The text columns, and (n_rows, n_other_columns) float32 of the others."""
    others = sorted(set(range(len(header))) - set(texts))
    words: list[list[str]] = []
    numbers: list[np.ndarray] = []
    for row in rows:
        _check_width(row, header)
        check_shape(len(numbers) + 1, len(others))
        words.append([row.cells[column] for column in texts])
        numbers.append(_numbers(row, others, header))
    if not numbers or not others:
        raise FileFormatError("it holds no values. Needed is a number for each gene and profile.")
    labels = [
        Label(header[column].strip(), tuple(row[i] for row in words))
        for i, column in enumerate(texts)
    ]
    return labels, np.stack(numbers)


def _check_width(row: _Row, header: Sequence[str]) -> None:
    if len(row.cells) != len(header):
        raise FileFormatError(
            f"line {row.number} has {len(row.cells)} cells where the header has {len(header)}. "
            "Every line needs as many cells as the header; a cell that contains the separator "
            "needs quotes."
        )


def _numbers(row: _Row, columns: Sequence[int], header: Sequence[str]) -> np.ndarray:
    cells = [row.cells[column] for column in columns]
    with np.errstate(over="ignore"):  # becomes infinite, which is refused by name
        # Few rows have gaps, and `float` alone takes half the time.
        for number in (float, _number):
            with suppress(ValueError):
                return np.fromiter(map(number, cells), np.float32, len(cells))
    bad = next(c for c in columns if not (_is_number(row.cells[c]) or _is_missing(row.cells[c])))
    raise _no_number(row, bad, header[bad])


def _number(cell: str) -> float:
    """NaN for a missing value. Raises ValueError for text."""
    try:
        return float(cell)
    except ValueError:
        if _is_missing(cell):
            return math.nan
        raise


def _no_number(row: _Row, column: int, heading: str) -> FileFormatError:
    cell = cleaned(row.cells[column])[:40]
    advice = "Use a decimal point" if re.fullmatch(r"[+-]?\d+,\d+", cell) else "Correct it"
    return FileFormatError(
        f"line {row.number}, column {column + 1} ('{cleaned(heading)[:60]}') holds '{cell}', which "
        f"is not a number. {advice}, or leave the cell empty to have it count as missing."
    )


# --------------------------------------------------------------------------------------- GCT


def _read_gct(rows: Iterator[_Row]) -> Table:
    version = next(rows).cells[0].strip()
    n_genes, n_profiles, n_row_labels, n_column_labels = _dimensions(version, next(rows))
    above = list(islice(rows, 1 + n_column_labels))
    if not above:
        raise FileFormatError("it ends after its dimensions. It is cut short or damaged.")
    header = above[0].cells
    for row in above:
        _check_width(row, header)
    n_texts = 1 + n_row_labels
    if len(header) != n_texts + n_profiles:
        raise FileFormatError(
            f"it announces {n_profiles} profiles beside {n_texts} columns of ids and metadata, and "
            f"its header has {len(header)} cells. It is cut short or damaged."
        )
    labels, values = _body(rows, header, range(n_texts))
    if len(values) != n_genes:
        raise FileFormatError(
            f"it announces {n_genes} genes and holds {len(values)}. It is cut short or damaged."
        )
    columns = [Label(row.cells[0].strip(), tuple(row.cells[n_texts:])) for row in above]
    return table_of("GCT", labels, columns, values)


def _dimensions(version: str, row: _Row) -> tuple[int, int, int, int]:
    """Genes, profiles, columns of metadata and lines of metadata, as announced."""
    announced = [cell.strip() for cell in row.cells if cell.strip()]
    n_needed = 2 if version == "#1.2" else 4
    if len(announced) != n_needed or not all(re.fullmatch("[0-9]{1,9}", n) for n in announced):
        raise FileFormatError(
            f"its second line is '{cleaned(' '.join(announced))[:60]}'; a GCT of version {version} "
            f"announces its dimensions there, {n_needed} whole numbers."
        )
    n_genes, n_profiles, *n_labels = (int(number) for number in announced)
    n_row_labels, n_column_labels = n_labels or (1, 0)
    if max(n_row_labels, n_column_labels) > MAX_LABELS:
        raise FileFormatError(
            f"it announces {n_row_labels} columns and {n_column_labels} lines of metadata; at most "
            f"{MAX_LABELS} of each are taken."
        )
    check_shape(n_genes, n_profiles)
    return n_genes, n_profiles, n_row_labels, n_column_labels
