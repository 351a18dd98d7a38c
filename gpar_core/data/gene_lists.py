"""Recognize gene lists (GMT, GRP, up and down) uploaded in place of a profile."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from gpar_core.data.gene_names import matched_by
from gpar_core.data.number_text import is_number
from gpar_core.errors import FileFormatError

MIN_GENES: Final = 3
_DIRECTIONS: Final = frozenset(("up", "down", "dn", "u", "d", "+", "-", "increased", "decreased"))


def refuse_gene_list(rows: Sequence[Sequence[str]], more: Iterable[object] = ()) -> None:
    """Raises FileFormatError if rows of words are a list of genes: one per line (GRP), one gene set
    per line (GMT), or genes with a direction.

    rows: the first of the file. more: further ones, counted if they are a list.
    """
    cells = [cell.strip() for row in rows for cell in row if cell.strip()]
    found = matched_by(cells, "symbol").landmarks
    if len(found) < MIN_GENES or sum(map(is_number, cells)) > len(cells) / 4:
        return
    widest = max(map(len, rows))
    n_rows = len(rows) + sum(1 for _ in more)
    if widest == 1:
        raise _refused(f"a list of {n_rows:,} genes (GRP)")
    directions = {row[-1].strip().casefold() for row in rows[1:]}
    if directions <= _DIRECTIONS and len(rows) > 1:
        raise _refused(f"a list of {n_rows - 1:,} genes with a direction")
    if widest > MIN_GENES:
        raise _refused(f"{n_rows} gene sets (GMT)")


def refuse_directions(values: np.ndarray) -> None:
    """Raises FileFormatError if all values are -1, 0 or 1: a list of genes up and down.

    values: (n, 978) of the profiles, NaN where missing. All zeros do not count as a list.
    """
    seen = values[np.isfinite(values)]
    if len(seen) and np.isin(seen, (-1, 0, 1)).all() and (seen != 0).any():
        up, down = int((seen == 1).sum()), int((seen == -1).sum())
        raise _refused(f"a list of directions ({up} landmark genes up, {down} down)")


def _refused(what: str) -> FileFormatError:
    return FileFormatError(
        f"it contains {what}, not a profile. A profile has a value for each of the 978 landmark "
        "genes. Export the full ranked table that the list was taken from: every measured gene "
        "with its signed statistic (stat, t, z or log fold change), without a threshold."
    )
