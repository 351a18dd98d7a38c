"""The files of an import."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

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
