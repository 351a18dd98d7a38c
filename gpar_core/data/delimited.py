"""Small uploaded tables as CSV or TSV: read whole, within bounds, and taken apart as text."""

import csv
from typing import Final

from gpar_core.data.file_kinds import HEAD, UTF_16_MARKS, what_it_is
from gpar_core.errors import AnnotationError

MAX_COLUMNS: Final = 100
MAX_LINE: Final = 100_000
"""Characters, read before a line is taken apart."""

MAX_LINES: Final = 1_000_000
"""Twice the signatures of the largest compendium there is."""

SEPARATORS: Final = ("\t", ";", ",")


def read_cells(
    content: bytes, name: str, *, needed: str, max_bytes: int
) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, in lower case with '_' for spaces, and the cells of the other rows.

    content: of the file `name`, at least two lines after those that begin with '!'. The separator
    is the one of `SEPARATORS` that the first line has most of. needed: what to say was needed.
    Raises AnnotationError.
    """
    if len(content) > max_bytes:
        raise AnnotationError(
            f"'{name}' has {len(content) / 2**20:.0f} MB; at most {max_bytes // 2**20} MB are "
            f"taken. Keep the columns that are needed only. {needed}"
        )
    lines = [line for line in _text(content, name, needed).splitlines() if line.strip()]
    lines = lines[next((i for i, line in enumerate(lines) if not line.startswith("!")), 0) :]
    if len(lines) < 2:
        raise AnnotationError(f"'{name}' has {len(lines)} lines. {needed}")
    if len(lines) > MAX_LINES:
        raise AnnotationError(f"'{name}' has more than {MAX_LINES:,} lines. {needed}")
    if (longest := max(map(len, lines))) > MAX_LINE:
        raise AnnotationError(f"'{name}' has a line of {longest:,} characters. {needed}")
    separator = max(SEPARATORS, key=lines[0].count)
    if lines[0].count(separator) > MAX_COLUMNS:
        raise AnnotationError(f"'{name}' has more than {MAX_COLUMNS} columns. {needed}")
    try:
        header, *rows = csv.reader(lines, delimiter=separator)
    except csv.Error as error:
        raise AnnotationError(
            f"'{name}' is no table: a quotation mark opens that none closes. {needed}"
        ) from error
    return [cell.strip().casefold().replace(" ", "_") for cell in header], rows


def _text(content: bytes, name: str, needed: str) -> str:
    if other := what_it_is(content[:HEAD]):
        raise AnnotationError(f"'{name}' is {other[0]}. {other[1]} {needed}")
    if content.startswith(UTF_16_MARKS):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise AnnotationError(f"'{name}' is not a text file. {needed}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
