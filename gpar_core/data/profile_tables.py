"""The limits of an uploaded file, and the table that it is read into.

An upload is untrusted: its size, its lines and the shapes it declares are checked before anything
is built from them, so that memory and time stay bounded for any content.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gpar_core import fields
from gpar_core.errors import FileFormatError

MAX_BYTES: Final = 64 * 2**20
MAX_PROFILES: Final = 2_000
MAX_GENES: Final = 60_000
MAX_VALUES: Final = 40_000_000
MAX_LABELS: Final = 100
"""Maximum text columns besides the values, or metadata lines of a GCT."""
MAX_NAME: Final = 200
DRUG_LABELS: Final = (
    fields.PERT_INAME, "cmap_name", fields.DRUG, "drug_name", "compound", "compound_name",
    "perturbagen", "treatment",
)  # fmt: skip
"""Headings of the drug's name, best first."""


@dataclass(frozen=True)
class Label:
    """One text for each row, or for each column: a name, an id, a description.

    heading: its name in the file; may be empty.
    """

    heading: str
    cells: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """The content of a file, in either orientation.

    kind: 'CSV', 'CSV with semicolons', 'TSV', 'GCT' or 'GCTX'. rows, columns: at least one label
    each. values: (n_rows, n_columns) float32, finite or NaN where missing. statistics: (n_columns,)
    the statistic of each column of a result table, all '' in a table of profiles. set_aside:
    headings of numeric columns that are not profiles. fdr: (n_rows, n_columns) float32, adjusted
    p-values beside each column, NaN where the table has none; empty unless they were asked for.
    """

    kind: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    values: np.ndarray
    statistics: tuple[str, ...]
    set_aside: tuple[str, ...]
    fdr: np.ndarray


def table_of(
    kind: str,
    rows: Sequence[Label],
    columns: Sequence[Label],
    values: np.ndarray,
    *,
    statistics: tuple[str, ...] = (),
    set_aside: tuple[str, ...] = (),
    fdr: np.ndarray | None = None,
) -> Table:
    """The table with -666 as missing. Raises FileFormatError for an infinite value."""
    values = np.where(values == float(fields.MISSING), np.float32(np.nan), values)
    statistics = statistics or ("",) * values.shape[1]
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        row, column = infinite[0]
        raise FileFormatError(
            f"{len(infinite)} of its values are infinite or too large, the first in row "
            f"'{cleaned(rows[0].cells[row])}', column "
            f"'{cleaned(columns[0].cells[column] or statistics[column])}'. Correct them, or leave "
            "the cells empty to count them as missing."
        )
    fdr = np.empty((0, 0), np.float32) if fdr is None else fdr
    return Table(kind, tuple(rows), tuple(columns), values, statistics, set_aside, fdr)


def check_shape(n_rows: int, n_columns: int) -> None:
    """Raises FileFormatError for more values than are accepted, in either orientation."""
    larger, smaller = max(n_rows, n_columns), min(n_rows, n_columns)
    if larger > MAX_GENES or smaller > MAX_PROFILES or n_rows * n_columns > MAX_VALUES:
        raise FileFormatError(
            f"it contains {n_rows:,} rows x {n_columns:,} columns of values or more; at most "
            f"{MAX_PROFILES:,} profiles, {MAX_GENES:,} genes and {MAX_VALUES:,} values are "
            "allowed. Keep only the 978 landmark genes, or upload it in parts."
        )


def cleaned(text: str) -> str:
    """User text as one line of at most `MAX_NAME` printable characters."""
    printable = "".join(one if one.isprintable() else " " for one in text[: 5 * MAX_NAME])
    return " ".join(printable.split())[:MAX_NAME].rstrip()
