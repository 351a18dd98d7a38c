"""Select the signatures that a map shows."""

from collections.abc import Iterable

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium


def selected_rows(
    compendium: Compendium,
    *,
    cells: Iterable[str] = (),
    moas: Iterable[str] = (),
    representatives: bool = False,
) -> np.ndarray:
    """(n,) rows of the compendium, rising.

    cells, moas: as the compendium spells them, also targets; none for all. A drug belongs to each
    of its MOAs and targets.
    representatives: one signature per compound and cell line.
    """
    signatures = compendium.signatures
    cells, moas = set(cells), set(moas)
    chosen = np.ones(len(signatures), dtype=bool)
    if cells:
        chosen &= signatures[fields.CELL_ID].isin(cells).to_numpy()
    if moas:
        table = compendium.compound_classes
        drugs = table.loc[table[fields.MOA].isin(moas), fields.DRUG]
        chosen &= signatures[fields.DRUG].isin(set(drugs)).to_numpy()
    if representatives:
        chosen &= signatures[fields.REPRESENTATIVE].to_numpy()
    return np.flatnonzero(chosen)
