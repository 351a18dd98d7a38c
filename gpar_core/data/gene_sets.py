"""Read files of gene lists: one gene per line, genes with a direction, and gene sets (GMT)."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gpar_core.data.delimited import SEPARATORS, cells_of, encoding_of, unquoted
from gpar_core.data.file_kinds import HDF5_MAGIC, HEAD, what_it_is
from gpar_core.data.number_text import is_number, number_of
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.profiles import naming
from gpar_core.errors import FileFormatError

MAX_BYTES: Final = 32 * 2**20
MAX_LINE: Final = 1_000_000
"""Characters of a line: 20,000 genes with ids of 50 characters."""
MAX_LINES: Final = 100_000
MAX_GENES: Final = 20_000
MAX_SETS: Final = 2_000
"""Twice the queries of a batch: each may have two sets."""

_SIDES: Final = {
    **dict.fromkeys(("up", "u", "+", "increased", "upregulated"), 1),
    **dict.fromkeys(("down", "dn", "d", "-", "decreased", "downregulated"), -1),
}
_HEADINGS: Final = frozenset(
    ("gene", "genes", "symbol", "symbols", "gene symbol", "gene_symbol", "gene_id", "geneid",
     "gene name", "gene_name", "hgnc_symbol", "entrez", "entrez_id", "ensembl", "ensembl_id", "id")
)  # fmt: skip
_SIDE_OF_SET: Final = re.compile(
    r"(?P<stem>.*\S)(?:[\s_.:|-]+|(?<=\()|\()(?P<side>up|dn|down)(?:[\s_-]?regulated)?(?:[\s_-]?genes?)?\)?",
    re.IGNORECASE,
)
"""'NAME_UP' and 'NAME_DN' of MSigDB, 'NAME up' and 'NAME down' of Enrichr and LINCS."""


@dataclass(frozen=True)
class GeneLists:
    """Names of genes, as in a file: those that go up and those that go down."""

    name: str
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


def read_gene_list(path: Path, file_name: str) -> GeneLists:
    """Read a list of one gene per line (GRP), or a table of genes and directions.

    A direction is 'up' or 'down', '+' or '-', or a number with a sign. Without directions all genes
    are up. Lines that begin with '#' are comments. file_name: the user's name of the file. Raises
    FileFormatError.
    """
    with naming(file_name):
        lines = [line for line in _lines(path) if not line.lstrip().startswith("#")]
        return _gene_list(lines, cleaned(Path(file_name).stem))


def read_gene_sets(path: Path, file_name: str) -> tuple[GeneLists, ...]:
    """Read a GMT file: a set per line, with its name, a description and genes.

    'NAME_UP' and 'NAME_DN', or 'NAME up' and 'NAME down', are one pair of lists. A set without a
    direction in its name is a list of up-regulated genes. Names are different: a second 'NAME' is
    'NAME (2)'. Raises FileFormatError.
    """
    with naming(file_name):
        lines = _lines(path)
        sets = [
            _gene_set(line, number) for number, line in enumerate(lines, start=1) if line.strip()
        ]
        if len(sets) > MAX_SETS:
            raise FileFormatError(
                f"it has {len(sets):,} gene sets; at most {MAX_SETS:,} are allowed. Keep the ones "
                "you need."
            )
        if not sets:
            raise FileFormatError("it is empty. It needs a gene set in each line.")
        return _paired(sets)


def _lines(path: Path) -> list[str]:
    """The lines of a text file. Raises FileFormatError, OSError or UnicodeError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileFormatError(
            f"it has {size / 2**20:,.0f} MiB; at most {MAX_BYTES // 2**20} MiB are allowed. Keep "
            "the lists that you need."
        )
    content = path.read_bytes()
    if other := what_it_is(content[:HEAD]):
        raise FileFormatError(f"it is {other[0]}. {other[1]}")
    encoding = encoding_of([content])
    text = content.decode(encoding)
    if content.startswith(HDF5_MAGIC) or "\0" in text:
        raise FileFormatError("it is not a text file. Save the genes as text, one per line.")
    lines = text.splitlines()
    if (longest := max(map(len, lines), default=0)) > MAX_LINE:
        raise FileFormatError(
            f"it has a line of {longest:,} characters; at most {MAX_LINE:,} are allowed. Put one "
            "gene, or in a GMT file one set, in each line."
        )
    if len(lines) > MAX_LINES:
        raise FileFormatError(f"it has {len(lines):,} lines; at most {MAX_LINES:,} are allowed.")
    return lines


def _gene_list(lines: Sequence[str], name: str) -> GeneLists:
    rows = [_cells(line) for line in lines if line.strip()]
    if rows and rows[0][0].casefold() in _HEADINGS:
        rows = rows[1:]
    if not rows:
        raise FileFormatError("it has no genes. Put one gene in each line.")
    if len(rows) > MAX_GENES:
        raise FileFormatError(
            f"it has {len(rows):,} genes; at most {MAX_GENES:,} are allowed. Search with the most "
            "changed ones, 50 to 200 on each side."
        )
    widest = max(map(len, rows))
    if widest == 1:
        return GeneLists(name, tuple(row[0] for row in rows))
    if widest > 2:
        raise FileFormatError(
            f"it has {widest} columns. A gene list has one gene per line, or a gene and its "
            "direction (up or down, 1 or -1). A differential expression table, profiles and a GMT "
            "file have their own place: File on the page, --table, --profiles and --gmt."
        )
    sides = [(row[0], _side(row[1] if len(row) > 1 else "")) for row in rows]
    if lost := next((row for row, (_, side) in zip(rows, sides, strict=True) if not side), None):
        raise FileFormatError(
            f"'{cleaned(lost[0])[:40]}' has the direction "
            f"'{cleaned(lost[1])[:40] if len(lost) > 1 else ''}'. "
            "Use up or down, or numbers with a sign such as 1 and -1."
        )
    if all(side > 0 for _, side in sides) and any(row[1:] and _is_value(row[1]) for row in rows):
        raise FileFormatError(
            "its second column has no negative number, so it may not be a direction. Use up or "
            "down, or 1 and -1; or remove the column to search with one list."
        )
    return GeneLists(
        name,
        tuple(gene for gene, side in sides if side > 0),
        tuple(gene for gene, side in sides if side < 0),
    )


def _cells(line: str) -> list[str]:
    """The cells of a line, without empty ones at its end."""
    line = line.lstrip("\ufeff")
    separator = next((one for one in SEPARATORS if one in line), "\t")
    words = line.split()
    if separator not in line and len(words) == 2 and _side(words[1]):
        return words
    try:
        cells = [cell.strip() for cell in cells_of(line, separator)]
    except csv.Error:
        cells = [line.strip()]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def _side(text: str) -> int:
    """1 for up, -1 for down, 0 for anything else."""
    if side := _SIDES.get(re.sub("[ _-]?regulated$", "", text.strip().casefold())):
        return side
    value = number_of(text) if is_number(text) else 0.0
    return int(value > 0) - int(value < 0)


def _is_value(text: str) -> bool:
    """Whether it is a number other than 1."""
    return is_number(text) and number_of(text) != 1


def _gene_set(line: str, number: int) -> tuple[str, tuple[str, ...]]:
    """The name of a set, and its genes without weights ('TP53,1.0' of Enrichr)."""
    name, *rest = (unquoted(cell) for cell in line.split("\t"))
    genes = tuple(gene for cell in rest[1:] if (gene := cell.split(",")[0].strip()))
    if not genes:
        raise FileFormatError(
            f"line {number} ('{cleaned(name)[:40]}') has no genes. In a GMT file, each line has a "
            "name, a description and genes, with tabs between them."
        )
    if len(genes) > MAX_GENES:
        raise FileFormatError(
            f"the set '{cleaned(name)[:40]}' has {len(genes):,} genes; at most {MAX_GENES:,} are "
            "allowed."
        )
    return cleaned(name.lstrip("\ufeff")) or f"set {number}", genes


def _paired(sets: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[GeneLists, ...]:
    """Sets of the same name with the two directions as one, in the order of the file."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, genes in sets:
        match = _SIDE_OF_SET.fullmatch(name)
        stem = match["stem"].rstrip(" _.:|-(") if match else name
        side = "up" if not match or match["side"].casefold() == "up" else "down"
        # A set without a direction is complete: it has no partner.
        own = {side: genes} if match else {"up": genes, "down": ()}
        called, number = stem, 1
        while called in found and (found[called].keys() & own.keys()):
            number += 1
            called = f"{stem} ({number})"
        found.setdefault(called, {}).update(own)
    return tuple(GeneLists(name, **lists) for name, lists in found.items())
