"""Read uploaded text tables: CSV, TSV and GCT, with genes in rows or in columns.

Every physical line is one row: a quoted cell cannot span several lines, so no row can grow without
bounds.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final, TextIO

import numpy as np

from gpar_core import fields
from gpar_core.data.delimited import (
    MAX_BEFORE,
    N_OPENING,
    Layout,
    cells_of,
    encoding_of,
    layout_of,
    unquoted,
)
from gpar_core.data.gct_text import gct_shape, gct_version
from gpar_core.data.gene_lists import refuse_gene_list
from gpar_core.data.gene_names import ID_KINDS, matched_by
from gpar_core.data.number_text import NumberRows, is_grouped, is_missing, is_number
from gpar_core.data.profile_tables import (
    DRUG_LABELS,
    MAX_GENES,
    MAX_LABELS,
    Label,
    Table,
    check_shape,
    cleaned,
    table_of,
)
from gpar_core.data.result_tables import is_p_value, profile_columns
from gpar_core.errors import FileFormatError

MAX_LINE: Final = 4_000_000
"""Maximum characters of a line: 60,000 genes with names or values of 60 characters."""

KINDS: Final = {"\t": "TSV", ";": "CSV with semicolons", ",": "CSV"}
N_ID_COLUMNS: Final = 8
"""Ids come before the values."""
_BOUND: Final = re.compile(r"^\s*(<=?|≤)\s*(?=[\d.,])")
_ID_HEADING: Final = re.compile(r"gene|symbol|entrez|ensembl|(^|[^a-z])id$", re.IGNORECASE)
MAX_ABOVE: Final = 10
"""Lines of names between the header and the values."""


@dataclass(frozen=True)
class _Line:
    """number: of the line in the file, from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class _Row:
    number: int
    cells: list[str]


def read_text(path: Path, *, fdr: bool = False) -> Table:
    """Read a CSV, TSV or GCT, recognized by content; UTF-8, UTF-16 with its mark, or Latin-1.

    fdr: also read the adjusted p-values of a result table. Raises FileFormatError, OSError,
    UnicodeError or csv.Error.
    """
    with path.open(encoding=_encoding(path)) as file:
        lines = _lines(file)
        opening = list(islice(lines, MAX_BEFORE + N_OPENING))
        if opening and gct_version(opening[0].text):
            return _read_gct(chain(opening, lines))
        layout = layout_of([line.text for line in opening])
        table = opening[layout.n_before :]
        _check_columns(table, layout, lines)
        rows = _bounded(_rows(chain(table[1:], lines), layout.separator), layout.header)
        return _read_delimited(list(layout.header), rows, layout.separator, fdr=fdr)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return encoding_of(iter(lambda: file.read(2**20), b""))


def _lines(file: TextIO) -> Iterator[_Line]:
    """The non-empty lines. Raises FileFormatError for text that cannot be a table."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE or number > 2 * MAX_GENES:
            raise FileFormatError(
                f"it has a line of {MAX_LINE:,} characters or {2 * MAX_GENES:,} lines, or more. "
                f"Use a table of at most {MAX_GENES:,} genes."
            )
        n_cells = max(map(line.count, KINDS)) + 1
        if n_cells > MAX_GENES + MAX_LABELS:
            raise FileFormatError(
                f"line {number} has {n_cells:,} cells; at most {MAX_GENES:,} genes are allowed."
            )
        if "\0" in line:
            raise FileFormatError(f"line {number} is not text. Save the table as CSV (UTF-8).")
        if line.strip("\t;, \n\ufeff"):
            yield _Line(number, line.rstrip("\n"))


def _rows(lines: Iterable[_Line], separator: str) -> Iterator[_Row]:
    """Rows of cells, without the closing '!' line of a GEO series matrix."""
    return (
        _Row(line.number, cells_of(line.text, separator))
        for line in lines
        if not line.text.startswith("!")
    )


def _bounded(rows: Iterable[_Row], header: Sequence[str]) -> Iterator[_Row]:
    """Rows with '<0.001' as 0.001 in columns of p-values: what passes with the bound passes."""
    places = [place for place, heading in enumerate(header) if is_p_value(heading)]
    for row in rows:
        for place in places:
            if place < len(row.cells):
                row.cells[place] = _BOUND.sub("", row.cells[place])
        yield row


def _check_columns(table: Sequence[_Line], layout: Layout, lines: Iterator[_Line]) -> None:
    """Raises FileFormatError if there are fewer than two lines or two columns."""
    if len(layout.header) > 1 and len(table) > 1:
        return
    cells = [cells_of(line.text, layout.separator) for line in table]
    if cells:
        refuse_gene_list(cells, lines)
    if len(table) < 2:
        raise FileFormatError(
            "it is empty or has a single line. It needs a header line and a line for each gene "
            "or profile."
        )
    raise FileFormatError(
        f"its lines are not split into columns (first: '{cleaned(table[0].text)[:60]}'). Use a "
        "table with commas, tabs or semicolons between the cells."
    )


# ------------------------------------------------------------------------------- CSV and TSV


def _read_delimited(
    header: Sequence[str], rows: Iterator[_Row], separator: str, *, fdr: bool
) -> Table:
    opening = list(islice(rows, N_OPENING + MAX_ABOVE))
    if not any(is_number(cell) for row in opening for cell in row.cells):
        refuse_gene_list([header, *(row.cells for row in opening)], rows)
    texts = _text_columns(header, opening)
    numbered = sorted(set(range(len(header))) - set(texts))
    found = profile_columns([header[column] for column in numbered])
    fdr_places = found.fdr_places if fdr else ()
    used = sorted({*found.places, *found.p_places, *fdr_places} - {-1})
    aside = [numbered[place] for place in found.set_aside]
    words = sorted({*texts, *(column for column in aside if _ID_HEADING.search(header[column]))})
    if not used:
        raise _nothing_signed([header[column] for column in aside])
    n_above = _n_above(opening, texts)
    above, opening = opening[:n_above], opening[n_above:]
    labels, values = _body(chain(opening, rows), header, words, [numbered[i] for i in used])
    ids = [] if any(found.statistics) else _entrez_columns(values)
    labels += [
        Label(header[numbered[used[i]]], tuple(f"{number:.0f}" for number in values[:, i]))
        for i in ids
    ]
    id_places = {used[i] for i in ids}
    kept = [i for i, place in enumerate(found.places) if place not in id_places]
    if not kept:
        raise _nothing_signed([header[column] for column in aside])
    by_place = {place: values[:, i] for i, place in enumerate(used)}
    missing = np.full(len(values), np.nan, np.float32)
    columns = [Label("", tuple(found.names[i] for i in kept))]
    columns += [
        Label(_heading(row, texts), tuple(row.cells[numbered[found.places[i]]] for i in kept))
        for row in above
        if len(row.cells) == len(header)
    ]
    return table_of(
        KINDS.get(separator, f"table with '{separator}'"),
        labels or [Label("", ("",) * len(values))],
        columns,
        found.values(by_place)[:, kept],
        statistics=tuple(found.statistics[i] for i in kept),
        set_aside=tuple(header[column] for column in aside if column not in words),
        fdr=np.stack([by_place.get(fdr_places[i], missing) for i in kept], axis=1) if fdr else None,
    )


def _nothing_signed(aside: Sequence[str]) -> FileFormatError:
    if not aside:
        return FileFormatError(
            "it contains no values. It needs a number for each gene and profile."
        )
    return FileFormatError(
        f"its columns of numbers are {cleaned(', '.join(aside))}, and none of them shows in which "
        "direction a gene changes. Include a signed statistic, such as stat, t, z or logFC."
    )


def _text_columns(header: Sequence[str], opening: Sequence[_Row]) -> list[int]:
    """Columns of names, ids and descriptions: the first, and those with more words than numbers.

    A column headed by a landmark gene has its values: a word in it is an error, not a label.
    """
    gene = np.max([matched_by(header, id_kind).position for id_kind in ID_KINDS], axis=0) >= 0

    def is_text(column: int) -> bool:
        cells = [row.cells[column] for row in opening if column < len(row.cells)]
        n_numbers = sum(map(is_number, cells))
        n_missing = sum(map(is_missing, cells))
        mostly_words = len(cells) - n_missing > 2 * n_numbers
        if column == 0:
            return mostly_words or not gene[0]
        return mostly_words and not gene[column]

    found = [column for column in range(len(header)) if is_text(column)]
    if len(found) == len(header) or len(found) > MAX_LABELS:
        raise FileFormatError(
            f"{len(found)} of its {len(header)} columns contain text. It needs a header line, "
            "then a number for each gene and profile, with a decimal point or comma; at most "
            f"{MAX_LABELS} columns can be text."
        )
    return found


def _n_above(opening: Sequence[_Row], texts: Sequence[int]) -> int:
    """Number of lines of names above the values, such as the drug of each column."""
    words = set(texts)

    def is_names(row: _Row) -> bool:
        cells = [cell for column, cell in enumerate(row.cells) if column not in words]
        ids = [row.cells[column] for column in texts if column < len(row.cells)]
        is_gene = any((matched_by(ids, id_kind).position >= 0).any() for id_kind in ID_KINDS)
        return not is_gene and not any(map(is_number, cells)) and not all(map(is_missing, cells))

    return next((number for number, row in enumerate(opening[:MAX_ABOVE]) if not is_names(row)), 0)


def _heading(row: _Row, texts: Sequence[int]) -> str:
    """The heading of a line of names; the drug's, if it has none."""
    said = next((row.cells[column].strip() for column in texts if row.cells[column].strip()), "")
    return said or DRUG_LABELS[0]


def _entrez_columns(values: np.ndarray) -> list[int]:
    """Columns of Entrez ids, recognized not by words but by most landmarks, without repeats."""

    def is_ids(column: np.ndarray) -> bool:
        distinct = np.unique(column)
        n_landmarks = len(np.intersect1d(distinct, fields.LANDMARK_IDS))
        return n_landmarks > fields.N_LANDMARKS / 2 and len(distinct) > 0.9 * len(column)

    candidates = range(min(values.shape[1], N_ID_COLUMNS))
    return [column for column in candidates if is_ids(values[:, column])]


def _body(
    rows: Iterator[_Row], header: Sequence[str], texts: Sequence[int], others: Sequence[int]
) -> tuple[list[Label], np.ndarray]:
    """The columns `texts` as text, and (n_rows, n_others) float32 of the columns `others`."""
    words: list[list[str]] = []
    numbers: list[np.ndarray] = []
    reader = NumberRows()
    for row in rows:
        _check_width(row, header)
        check_shape(len(numbers) + 1, len(others))
        words.append([row.cells[column] for column in texts])
        try:
            numbers.append(reader.read([row.cells[column] for column in others]))
        except ValueError as error:
            raise _no_number(row, others, header) from error
    if contradiction := reader.contradiction():
        raise FileFormatError(contradiction)
    if not numbers or not others:
        raise FileFormatError("it contains no values. It needs a number for each gene and profile.")
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


def _no_number(row: _Row, columns: Sequence[int], header: Sequence[str]) -> FileFormatError:
    bad = next(c for c in columns if not (is_number(row.cells[c]) or is_missing(row.cells[c])))
    cell = cleaned(row.cells[bad])[:40]
    grouped = is_grouped(cell)
    advice = "Save it without thousands separators" if grouped else "Correct it"
    return FileFormatError(
        f"line {row.number}, column {bad + 1} ('{cleaned(header[bad])[:60]}') contains '{cell}', "
        f"which is not a number. {advice}, or leave the cell empty to count it as missing."
    )


# --------------------------------------------------------------------------------------- GCT


def _read_gct(lines: Iterator[_Line]) -> Table:
    version, dimensions = next(lines).text, next(lines, _Line(2, "")).text
    shape = gct_shape(gct_version(version), dimensions)
    check_shape(shape.n_genes, shape.n_profiles)
    rows = (_Row(line.number, [unquoted(cell) for cell in line.text.split("\t")]) for line in lines)
    above = list(islice(rows, 1 + shape.n_column_labels))
    if not above:
        raise FileFormatError("it ends after its dimensions. It is cut short or damaged.")
    header = above[0].cells
    for row in above:
        _check_width(row, header)
    n_texts = 1 + shape.n_row_labels
    if len(header) != n_texts + shape.n_profiles:
        raise FileFormatError(
            f"it declares {shape.n_profiles} profiles and {n_texts} columns of ids and metadata, "
            f"and its header has {len(header)} cells. It is cut short or damaged."
        )
    labels, values = _body(rows, header, range(n_texts), range(n_texts, len(header)))
    if len(values) != shape.n_genes:
        raise FileFormatError(
            f"it declares {shape.n_genes} genes but contains {len(values)}. It is cut short or "
            "damaged."
        )
    columns = [Label(row.cells[0].strip(), tuple(row.cells[n_texts:])) for row in above]
    return table_of("GCT", labels, columns, values)
