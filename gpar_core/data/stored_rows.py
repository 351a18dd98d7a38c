"""The rows of a compendium on disk, of all kinds of perturbagens, and those of some kinds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compact_matrix
from gpar_core.data.compact_matrix import Matrix


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows of a compendium on disk, of all kinds: matrix and tables as in `Compendium`."""

    matrix: Matrix
    signatures: pd.DataFrame
    compounds: pd.DataFrame


def rows_of(rows: Rows, kinds: Sequence[str]) -> dict[str, Any]:
    """matrix, signatures and compounds of some kinds; a view of the matrix if they are adjacent."""
    if set(rows.signatures[fields.PERT_TYPE].unique()) <= set(kinds):
        return {
            "matrix": rows.matrix, "signatures": rows.signatures, "compounds": rows.compounds,
        }  # fmt: skip
    chosen = np.flatnonzero(rows.signatures[fields.PERT_TYPE].isin(kinds))
    adjacent = chosen[-1] - chosen[0] == len(chosen) - 1
    place = slice(chosen[0], chosen[-1] + 1) if adjacent else chosen
    of_kind = rows.compounds[fields.PERT_TYPE].isin(kinds)
    signatures = rows.signatures.iloc[place]
    signatures.index = pd.RangeIndex(len(signatures))  # reset_index would copy what is shared
    return {
        "matrix": compact_matrix.rows_of(rows.matrix, place),
        "signatures": signatures,
        "compounds": rows.compounds[of_kind].reset_index(drop=True),
    }


def n_of_kind(signatures: pd.DataFrame, compounds: pd.DataFrame, kind: str) -> dict[str, int]:
    """n_signatures and n_perturbagens of a kind."""
    own = compounds.loc[compounds[fields.PERT_TYPE] == kind, fields.DRUG]
    n_signatures = int((signatures[fields.PERT_TYPE] == kind).sum())
    return {"n_signatures": n_signatures, "n_perturbagens": int(own.nunique())}
