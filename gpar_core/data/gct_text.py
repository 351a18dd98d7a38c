"""The first lines of a GCT: its version and declared dimensions."""

import re
from dataclasses import dataclass
from typing import Final

from gpar_core.data.delimited import encoding_of, unquoted
from gpar_core.data.file_kinds import HEAD
from gpar_core.data.profile_tables import MAX_LABELS, cleaned
from gpar_core.errors import FileFormatError

GCT_VERSIONS: Final = ("#1.2", "#1.3")


@dataclass(frozen=True)
class GctShape:
    """The declared dimensions of a GCT: genes and profiles, and the labels of each besides ids."""

    n_genes: int
    n_profiles: int
    n_row_labels: int
    n_column_labels: int


def gct_version(line: str) -> str:
    """'#1.2' or '#1.3' if the first line says so, with or without quotation marks; else ''."""
    said = unquoted(line.lstrip("\ufeff").split("\t")[0])[:4]
    return said if said in GCT_VERSIONS else ""


def begins_gct(content: bytes) -> bool:
    """Whether a file begins like a GCT, in UTF-8 or UTF-16."""
    head = content[:HEAD]
    encoding = encoding_of([head])
    text = head.decode(encoding, "ignore") if encoding == "utf-16" else head.decode("latin-1")
    return gct_version(text.removeprefix("ï»¿").split("\n")[0]) != ""


def gct_shape(version: str, line: str) -> GctShape:
    """The dimensions in the second line. Raises FileFormatError."""
    announced = [unquoted(cell) for cell in line.split("\t") if unquoted(cell)]
    n_needed = 2 if version == "#1.2" else 4
    if len(announced) != n_needed or not all(re.fullmatch("[0-9]{1,9}", n) for n in announced):
        raise FileFormatError(
            f"its second line is '{cleaned(' '.join(announced))[:60]}'; a GCT of version "
            f"{version} gives its dimensions there, as {n_needed} whole numbers."
        )
    n_genes, n_profiles, *n_labels = (int(number) for number in announced)
    n_row_labels, n_column_labels = n_labels or (1, 0)
    if max(n_row_labels, n_column_labels) > MAX_LABELS:
        raise FileFormatError(
            f"it declares {n_row_labels} columns and {n_column_labels} lines of metadata; the "
            f"limit is {MAX_LABELS} of each."
        )
    return GctShape(n_genes, n_profiles, n_row_labels, n_column_labels)
