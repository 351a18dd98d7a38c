"""How a text table is written: encoding, lines before its header, separator, quotes, row names.

Every reader of text tables uses this module, so that uploads and imports accept the same files.
`read_cells` reads a small table whole.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Final, cast

from gpar_core.data.file_kinds import HEAD, UTF_16_MARKS, what_it_is
from gpar_core.errors import AnnotationError

MAX_COLUMNS: Final = 100
MAX_LINE: Final = 100_000
"""Characters of a line, checked before it is split."""

MAX_LINES: Final = 1_000_000
"""Twice the number of signatures of the largest compendium."""

N_OPENING: Final = 20
"""Rows after the header that are used to recognize a table's layout."""
MAX_BEFORE: Final = 200
"""Lines of comments before the header."""

SEPARATORS: Final = ("\t", ";", ",")
COMMENTS: Final = ("!", "#")
"""'!' of GEO and the Drug Repurposing Hub, '#' of featureCounts and most other tools."""
_NAMED_SEPARATOR: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""Excel's own first line."""


@dataclass(frozen=True)
class Layout:
    """How a table is written.

    n_before: lines before its header, among those examined. separator: one character. header: names
    of the columns without quotes and spaces around them; '' comes first if a table of R has no
    heading for its row names.
    """

    n_before: int
    separator: str
    header: tuple[str, ...]


def layout_of(lines: Sequence[str]) -> Layout:
    """The layout of a table, from up to `MAX_BEFORE` + `N_OPENING` first lines.

    lines: decoded, in file order. Lines that begin with '!' or '#' before the table are comments,
    except a '#' line directly above the rows that has as many cells as they do: it is the header.
    The separator is that of a `sep=` line, else the one of `SEPARATORS` that splits header and rows
    into the most columns. Raises csv.Error for a cell that is too long.
    """
    rest = [(number, line) for number, line in enumerate(lines) if line.strip("\t;, \r\n\ufeff")]
    named = _NAMED_SEPARATOR.fullmatch(rest[0][1].lstrip("\ufeff").strip("\r\n")) if rest else None
    if named:
        rest = rest[1:]
    n_comments = next(
        (i for i, (_, line) in enumerate(rest) if not line.lstrip('\ufeff"').startswith(COMMENTS)),
        len(rest),
    )
    table = rest[n_comments : n_comments + 1 + N_OPENING]
    separator = named[1] if named else _separator([line for _, line in table])
    if n_comments and _is_header(rest[n_comments - 1][1], table, separator):
        table.insert(0, rest[n_comments - 1])
    if not table:
        return Layout(len(lines), separator, ())
    number, line = table[0]
    header = [cell.strip() for cell in cells_of(line.lstrip("\ufeff"), separator)]
    header[0] = header[0].lstrip("#! ")
    if len(table) > 1 and _has_row_names(table[1][1], separator, len(header)):
        header.insert(0, "")
    return Layout(number, separator, tuple(header))


def cells_of(line: str, separator: str) -> list[str]:
    r"""The cells of one line. R writes a quotation mark in a cell as \", others as "".

    Raises csv.Error for a cell that is longer than `csv.field_size_limit()`.
    """
    text = line.rstrip("\r\n").replace('\\"', '""')
    return next(csv.reader([text], delimiter=separator), [""])


def unquoted(cell: str) -> str:
    """A cell of a tab-separated table without surrounding quotation marks."""
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('\\"', '"').replace('""', '"')
    return cell


def _separator(lines: Sequence[str]) -> str:
    """The separator that splits header and rows into the most columns, not just by chance.

    Of equal ones, that with more columns in the header: cells may be lists (A;B) in two columns.
    """

    def n_columns(separator: str) -> tuple[int, int]:
        header, *widths = (len(cells_of(line, separator)) for line in lines)
        # R writes no heading for row names; a row may lack its last cells.
        middle = sorted(widths)[len(widths) // 2] if widths else header
        return min(header + 1, middle), header

    return max(SEPARATORS, key=n_columns) if lines else SEPARATORS[0]


def _is_header(comment: str, table: Sequence[tuple[int, str]], separator: str) -> bool:
    """Whether a '#' line is the header of the rows below it, as in BED and MAF files."""
    if not comment.lstrip("\ufeff").startswith("#") or not table:
        return False
    width = len(cells_of(comment, separator))
    return width > 1 and width == len(cells_of(table[0][1], separator)) and len(table) > 1


def _has_row_names(line: str, separator: str, n_columns: int) -> bool:
    cells = cells_of(line, separator)
    return len(cells) == n_columns + 1 and cells[-1].strip() != ""


def in_utf_8(file: IO[bytes]) -> IO[bytes]:
    """The file from its beginning; UTF-16 with a mark is converted to UTF-8 as it is read."""
    file.seek(0)
    is_utf_16 = file.read(2) in UTF_16_MARKS
    file.seek(0)
    return cast("IO[bytes]", codecs.EncodedFile(file, "utf-8", "utf-16")) if is_utf_16 else file


def encoding_of(blocks: Iterable[bytes]) -> str:
    """The encoding of a text, from all its bytes: UTF-16 or UTF-8 by their mark, UTF-8, Latin-1."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for number, block in enumerate(blocks):
            if number == 0 and block.startswith(UTF_16_MARKS):
                return "utf-16"
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def read_cells(
    content: bytes, name: str, *, needed: str, max_bytes: int
) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, in lower case with '_' for spaces, and the cells of the other rows.

    content: of the file `name`: a header and at least one row, in any layout that `layout_of`
    knows. needed: what the error message says is needed. Raises AnnotationError.
    """
    if len(content) > max_bytes:
        raise AnnotationError(
            f"'{name}' has {len(content) / 2**20:.0f} MB; the limit is {max_bytes // 2**20} MB. "
            f"Keep only the columns you need. {needed}"
        )
    lines = [line for line in _text(content, name, needed).splitlines() if line.strip()]
    if len(lines) > MAX_LINES:
        raise AnnotationError(f"'{name}' has more than {MAX_LINES:,} lines. {needed}")
    if lines and (longest := max(map(len, lines))) > MAX_LINE:
        raise AnnotationError(f"'{name}' has a line of {longest:,} characters. {needed}")
    try:
        layout = layout_of(lines[: MAX_BEFORE + N_OPENING])
        lines = lines[layout.n_before :]
        if len(lines) < 2:
            raise AnnotationError(f"'{name}' has {len(lines)} lines. {needed}")
        if len(layout.header) > MAX_COLUMNS:
            raise AnnotationError(f"'{name}' has more than {MAX_COLUMNS} columns. {needed}")
        text = [line.replace('\\"', '""') for line in lines[1:]]
        rows = list(csv.reader(text, delimiter=layout.separator))
    except csv.Error as error:
        raise AnnotationError(
            f"'{name}' is not a readable table: an opening quotation mark has no closing one. "
            f"{needed}"
        ) from error
    return [cell.casefold().replace(" ", "_") for cell in layout.header], rows


def _text(content: bytes, name: str, needed: str) -> str:
    if other := what_it_is(content[:HEAD]):
        raise AnnotationError(f"'{name}' is {other[0]}. {other[1]} {needed}")
    encoding = encoding_of([content])
    if encoding != "utf-16" and b"\0" in content:
        raise AnnotationError(f"'{name}' is not a text file. {needed}")
    return content.decode(encoding, "replace")
