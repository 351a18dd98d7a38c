"""A map from another source, such as L1000FWD: a table of sig_id, x and y."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.delimited import read_cells
from gpar_core.data.number_text import numbers
from gpar_core.errors import AnnotationError

MAX_BYTES: Final = 64 * 2**20
"""Half a million signatures take 30 MB."""

COLUMNS: Final = (fields.SIG_ID, "x", "y")
NEEDED: Final = "Use a CSV or TSV file whose first line names the columns sig_id, x and y."


@dataclass(frozen=True, eq=False)
class PlacedSignatures:
    """Coordinates of the signatures of a compendium.

    points: row (of the compendium), x, y; by rising row. unknown: sig_ids not in the compendium.
    """

    points: pd.DataFrame
    unknown: tuple[str, ...]


def read_coordinates(content: bytes, name: str) -> pd.DataFrame:
    """The coordinates in a CSV or TSV table: sig_id, x, y (float32).

    content: of the file `name`. Columns may be in any order and case, among others. Raises
    AnnotationError, also if a number is missing or infinite or a sig_id is repeated.
    """
    columns, rows = read_cells(content, name, needed=NEEDED, max_bytes=MAX_BYTES)
    if lacking := [column for column in COLUMNS if column not in columns]:
        shown = ", ".join(columns[:10])[:200]
        raise AnnotationError(
            f"'{name}' has no column {', '.join(lacking)}. Its columns are {shown}. {NEEDED}"
        )
    where = [columns.index(column) for column in COLUMNS]
    cells = [[row[i].strip() if i < len(row) else "" for i in where] for row in rows]
    table = pd.DataFrame(cells, columns=list(COLUMNS))
    for axis in ("x", "y"):
        table[axis] = numbers(table[axis]).astype(np.float32)
    usable = (table[fields.SIG_ID] != "").to_numpy()
    usable &= np.isfinite(table[["x", "y"]].to_numpy()).all(axis=1)
    if not usable.all():
        line = int(np.flatnonzero(~usable)[0])
        raise AnnotationError(
            f"'{name}' has {(~usable).sum():,} rows without a sig_id and two finite numbers. The "
            f"first is '{','.join(cells[line])[:80]}'. Correct or delete them."
        )
    if (twice := table[fields.SIG_ID].duplicated()).any():
        raise AnnotationError(
            f"'{name}' places {twice.sum():,} signatures more than once; the first is "
            f"'{table.loc[twice, fields.SIG_ID].iloc[0][:80]}'. Keep one row for each."
        )
    return table


def placed(compendium: Compendium, coordinates: pd.DataFrame) -> PlacedSignatures:
    """Look up the signatures in a compendium.

    coordinates: from `read_coordinates`. Raises AnnotationError if none is found.
    """
    row_of = pd.Series(np.arange(compendium.n_signatures), compendium.signatures[fields.SIG_ID])
    row = coordinates[fields.SIG_ID].map(row_of)
    known = row.notna()
    unknown = tuple(coordinates.loc[~known, fields.SIG_ID])
    if not known.any():
        raise AnnotationError(
            f"None of the {len(unknown):,} signatures in the file is in '{compendium.name}'. The "
            f"first is '{unknown[0][:80]}', while the compendium has ids such as "
            f"'{compendium.signatures[fields.SIG_ID].iloc[0][:80]}'. Choose the compendium that "
            "the map was made from."
        )
    points = coordinates[known].assign(row=row[known].astype(np.int64))
    points = points[["row", "x", "y"]].sort_values("row", ignore_index=True)
    return PlacedSignatures(points, unknown)
