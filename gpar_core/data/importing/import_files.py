"""The files of an import."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpar_core.errors import RequestError

NO_FILE = Path("-")
"""In a list of tables, for a series that lacks one."""

KNOWN_SERIES = ((re.compile(r"GSE\d+"), ""), (re.compile("level5_beta"), "LINCS2020"))
"""Patterns in file names that identify a series, and the name of the series if different."""


DIGEST_WHOLE_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class SeriesFiles:
    """The files of one series; only the matrix is required.

    sig_info, gene_info: None if the matrix has them as metadata of its columns and rows. name: of
    the series, '' to derive it from the name of the matrix.
    """

    matrix: Path
    sig_info: Path | None = None
    gene_info: Path | None = None
    sig_metrics: Path | None = None
    pert_info: Path | None = None
    name: str = ""

    @property
    def series(self) -> str:
        return self.name or _series_of(self.matrix)

    @property
    def paths(self) -> list[Path]:
        files = (self.matrix, self.sig_info, self.gene_info, self.sig_metrics, self.pert_info)
        return [path for path in files if path]


@dataclass(frozen=True)
class ImportFiles:
    """The files of one import; what is in several series is taken from the first of them.

    moas: tables of MOAs or of names with ids, for `moa_tables.read_moa_table`.
    """

    series: tuple[SeriesFiles, ...]
    moas: tuple[Path, ...] = ()

    @property
    def paths(self) -> list[Path]:
        """All files of the import."""
        return [*(path for each in self.series for path in each.paths), *self.moas]


def in_series(
    *,
    gctx: Sequence[Path],
    sig_info: Sequence[Path] = (),
    gene_info: Sequence[Path] = (),
    sig_metrics: Sequence[Path] = (),
    pert_info: Sequence[Path] = (),
    series: Sequence[str] = (),
) -> tuple[SeriesFiles, ...]:
    """The files of each series, from lists in one order.

    A single gene_info serves all series; `NO_FILE` is in place of a table that a series lacks.
    series: names, none for those in the names of the matrices. Raises RequestError where a list has
    another length than gctx.
    """
    n = len(gctx)
    tables = {
        "--sig-info": sig_info,
        "--gene-info": list(gene_info) * n if len(gene_info) == 1 else gene_info,
        "--sig-metrics": sig_metrics,
        "--pert-info": pert_info,
    }
    columns = [
        [None if path == NO_FILE else path for path in _one_each(option, files or [NO_FILE] * n, n)]
        for option, files in tables.items()
    ]
    names = _one_each("--series", series or [""] * n, n)
    return tuple(SeriesFiles(*each) for each in zip(gctx, *columns, names, strict=True))


def _one_each(option: str, values: Sequence[Any], n: int) -> Sequence[Any]:
    if len(values) != n:
        raise RequestError(
            f"{option} has {len(values)} and --gctx has {n}. Give one for each series, in the "
            f"same order; use '{NO_FILE}' for a table that a series lacks."
        )
    return values


def digest(paths: Iterable[Path]) -> str:
    """A digest of files: of the content up to 64 MB, of size and modification time above.

    Raises OSError.
    """
    total = hashlib.sha256()
    for path in paths:
        status = path.stat()
        if status.st_size <= DIGEST_WHOLE_FILE:
            total.update(path.read_bytes())
        else:
            total.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return total.hexdigest()[:20]


def _series_of(matrix: Path) -> str:
    """GSE92742 or LINCS2020 if the name shows it, else the name without extensions."""
    for pattern, name in KNOWN_SERIES:
        if found := pattern.search(matrix.name):
            return name or found[0]
    return matrix.name.split(".")[0]
