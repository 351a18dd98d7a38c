"""Read the headers of an HDF5 matrix in a child process first, because libhdf5 may not come back.

A damaged file can make libhdf5, which is C, crash or loop without end. `try_reading` starts the
child, `python -m gpar_core.data.importing.trial MATRIX MEGABYTES SECONDS`, which reads what an
import reads except the values. What the child can read, the import can read too.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import h5py

from gpar_core import fields
from gpar_core.data import h5ad
from gpar_core.data.file_kinds import HDF5_MAGIC
from gpar_core.data.importing.exported import COMPOUNDS, header_of
from gpar_core.data.importing.signature_tables import OWN_COLUMNS
from gpar_core.data.matrix_files import open_matrix
from gpar_core.data.matrix_metadata import Axis, read_metadata
from gpar_core.errors import FileFormatError
from gpar_core.server.limited_child import (
    TOO_MUCH_MEMORY,
    TOO_MUCH_TIME,
    limit_itself,
    run_limited,
)
from gpar_core.server.limits import ServerLimits

WANTED: Final[dict[Axis, Sequence[str]]] = {
    "genes": (fields.GENE_ID, fields.GENE_SYMBOL),
    "signatures": (*OWN_COLUMNS, fields.REPLICATES),
}
"""Columns of the metadata."""

_ENDED: Final = (0, 1)
"""1: an error in Python, which the import will meet as well and put in words."""


def try_reading(matrix: Path, limits: ServerLimits) -> None:
    """Raises FileFormatError if the headers of an HDF5 file cannot be read within the limits.

    limits: `import_mb` and `reading_seconds` apply. A file of another kind is not read.
    """
    with matrix.open("rb") as file:
        if file.read(len(HDF5_MAGIC)) != HDF5_MAGIC:
            return
    code = run_limited(
        __name__, [str(matrix)], Path(os.devnull),
        megabytes=limits.import_mb, seconds=limits.reading_seconds,
    )  # fmt: skip
    if code == TOO_MUCH_MEMORY:
        raise FileFormatError(
            f"The ids and tables in '{matrix.name}' need more than {limits.import_mb:,} MB of "
            "memory. If the file should be small, it is damaged: download it again. Otherwise ask "
            "your administrator to raise the limit (GPAR_IMPORT_MB)."
        )
    if code == TOO_MUCH_TIME:
        raise FileFormatError(
            f"Reading the ids and tables in '{matrix.name}' takes more than "
            f"{limits.reading_seconds} seconds. The file is probably damaged: download it again. "
            "Otherwise ask your administrator to raise the limit (GPAR_READING_SECONDS)."
        )
    if code not in _ENDED:
        raise FileFormatError(
            f"'{matrix.name}' is damaged: it makes the HDF5 library crash (code {code}). Download "
            "it again."
        )


def main(arguments: Sequence[str]) -> int:
    """Read the headers; whether they are good is for the import to say."""
    matrix = Path(arguments[0])
    limit_itself(int(arguments[1]), int(arguments[2]))
    try:
        read_headers(matrix)
    except MemoryError:
        return TOO_MUCH_MEMORY
    return 0


def read_headers(path: Path) -> None:
    """Read the ids, tables and attributes that an import may read."""
    with suppress(FileFormatError):
        matrix = open_matrix(path)
        for axis, wanted in WANTED.items():
            with suppress(FileFormatError):
                read_metadata(matrix, axis, wanted)
        if header_of(path):
            with h5py.File(path, "r") as file:
                for table in ("obs", COMPOUNDS):
                    h5ad.table(file, table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
