"""Which compound and cell line each signature belongs to, as numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium


@dataclass(frozen=True, eq=False)
class Groups:
    """The n signatures of a compendium by cell line, by compound in one cell line, and by compound.

    cell: (n,) int, the cell line. line_of: (n,) int, the compound in a cell line, below m. drug_of:
    (m,) int, the compound of each of those. drugs: (d,) names of compounds, sorted. cells: (m,)
    names of cell lines.
    """

    cell: np.ndarray
    line_of: np.ndarray
    drug_of: np.ndarray
    drugs: np.ndarray
    cells: np.ndarray


def groups_of(compendium: Compendium) -> Groups:
    """The groups of a compendium."""
    signatures = compendium.signatures
    cell, cells = pd.factorize(signatures[fields.CELL_ID], sort=True)
    drug, drugs = pd.factorize(signatures[fields.DRUG], sort=True)
    lines, line_of = np.unique(drug * len(cells) + cell, return_inverse=True)
    drug_of, cell_of = np.divmod(lines, len(cells))
    return Groups(cell, line_of, drug_of, np.asarray(drugs), np.asarray(cells)[cell_of])
