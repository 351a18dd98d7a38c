"""Which drugs of two compendia are the same molecule."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compact_matrix import Matrix
from gpar_core.data.compendium import Compendium
from gpar_core.data.compound_keys import FIRST_BLOCK, ID, SYNONYM, keys_of, pairs_of
from gpar_core.data.parent_structure import parent_block

CLIP = 10.0
"""Sources clip z-scores at different values; those of LINCS end at 10."""
SAME_COSINE = 0.99
"""Sources also round and normalize the same measurement differently."""
BLOCK_ROWS = 8192


def shared_molecules(compendium: Compendium, other: Compendium) -> Mapping[str, frozenset[str]]:
    """For each drug of `other`, the drugs of the compendium that are the same molecule.

    Two drugs are one molecule if any of their compounds share the first block of the InChIKey of
    the parent structure, the BRD id without batch, or the name without case, spaces and hyphens; or
    if any of their signatures are the same measurement: with z-scores clipped at `CLIP`, their
    cosine is at least `SAME_COSINE`. Names that are synonyms are not recognized.
    """
    pairs = pd.concat([_by_key(compendium, other), _by_value(compendium, other)])
    found = pairs.groupby("other")["drug"].agg(frozenset).to_dict()
    return {drug: found.get(drug, frozenset()) for drug in other.drugs[fields.DRUG]}


def _by_key(compendium: Compendium, other: Compendium) -> pd.DataFrame:
    ours, theirs = (each.compounds.reset_index(drop=True) for each in (compendium, other))
    pairs = pairs_of(_keys(ours), _keys(theirs), (ID, FIRST_BLOCK, SYNONYM))
    return pd.DataFrame(
        {
            "drug": ours[fields.DRUG].loc[pairs["row"]].to_numpy(),
            "other": theirs[fields.DRUG].loc[pairs["their_row"]].to_numpy(),
        }
    )


def _keys(compounds: pd.DataFrame) -> pd.DataFrame:
    blocks = map(parent_block, compounds[fields.SMILES], compounds[fields.INCHI_KEY])
    return keys_of(compounds.assign(**{fields.INCHI_KEY: list(blocks)}))


def _by_value(compendium: Compendium, other: Compendium) -> pd.DataFrame:
    theirs = _directions(other.matrix)
    drugs, other_drugs = (
        each.signatures[fields.DRUG].to_numpy(dtype=object) for each in (compendium, other)
    )
    parts = [pd.DataFrame({"drug": [], "other": []}, dtype=object)]
    for start in range(0, compendium.n_signatures, BLOCK_ROWS):
        alike = _directions(compendium.matrix[start : start + BLOCK_ROWS]) @ theirs.T
        row, their_row = np.nonzero(alike >= SAME_COSINE)
        parts.append(pd.DataFrame({"drug": drugs[start + row], "other": other_drugs[their_row]}))
    return pd.concat(parts)


def _directions(matrix: Matrix) -> np.ndarray:
    z = np.clip(np.asarray(matrix, np.float32), -CLIP, CLIP)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    return z / np.where(length > 0, length, 1)
