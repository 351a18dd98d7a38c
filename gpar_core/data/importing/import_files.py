"""The files of an import."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KNOWN_SERIES = ((re.compile(r"GSE\d+"), ""), (re.compile("level5_beta"), "LINCS2020"))
"""What in the name of a file tells its series, and the name of that where it is another."""


DIGEST_WHOLE_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class SeriesFiles:
    """The files of one series; only the matrix must be given.

    sig_info, gene_info: None where the matrix has them as metadata of its columns and rows.
    name: of the series, '' to tell it by the name of the matrix.
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
    """The files of one import: what stands in several series is taken from the first of them.

    moas: tables of MOAs or of names with ids, as `moa_tables.read_moa_table` reads them.
    """

    series: tuple[SeriesFiles, ...]
    moas: tuple[Path, ...] = ()

    @property
    def paths(self) -> list[Path]:
        """All files that are given."""
        return [*(path for each in self.series for path in each.paths), *self.moas]


def digest(paths: Iterable[Path]) -> str:
    """Identifies the content of files up to 64 MB, else their size and time of change.

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
    """GSE92742 or LINCS2020 where the name tells it, else the name without its endings."""
    for pattern, name in KNOWN_SERIES:
        if found := pattern.search(matrix.name):
            return name or found[0]
    return matrix.name.split(".")[0]
