"""Structural similarity: a hit dissimilar to all training drugs has a new scaffold."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.parent_structure import structure

if TYPE_CHECKING:
    from rdkit.DataStructs import ExplicitBitVect

RADIUS: Final = 2
N_BITS: Final = 2048
ANALOGUE: Final = 0.4
"""Tanimoto similarity of these bits from which two drugs are commonly considered analogs."""


# Every model of a compendium uses the same fingerprints; each takes 0.3 kB.
@lru_cache(maxsize=50_000)
def fingerprint(smiles: str) -> "ExplicitBitVect | None":
    """Morgan fingerprint (radius 2, 2,048 bits; Rogers and Hahn, J Chem Inf Model 2010, 50:742).

    None if there is no molecule.
    """
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator  # noqa: PLC0415 -- pages start without it

    found = structure(smiles)
    generator = GetMorganGenerator(radius=RADIUS, fpSize=N_BITS)
    return None if found is None else generator.GetFingerprint(found)


def nearest(smiles: Sequence[str], references: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """For each structure, the most similar reference and its similarity.

    Returns (n,) positions among the references, -1 if there is none, and (n,) Tanimoto similarities
    |A and B| / |A or B| of the fingerprints' bits, NaN if there is none. On ties, the first counts.
    """
    from rdkit.DataStructs import BulkTanimotoSimilarity  # noqa: PLC0415 -- pages start without it

    of_references = [fingerprint(each) for each in references]
    known = [(place, each) for place, each in enumerate(of_references) if each is not None]
    best = np.full(len(smiles), -1)
    similarity = np.full(len(smiles), np.nan)
    if not known:
        return best, similarity
    places, bits = zip(*known, strict=True)
    for row, text in enumerate(smiles):
        if (each := fingerprint(text)) is not None:
            alike = BulkTanimotoSimilarity(each, list(bits))
            first = int(np.argmax(alike))
            best[row], similarity[row] = places[first], alike[first]
    return best, similarity


def beside_training(drugs: pd.DataFrame, trained: Iterable[str]) -> pd.DataFrame:
    """The structural similarity of every drug to the nearest training drug.

    drugs: `Compendium.drugs`; those without a structure are left out. trained: those of the
    training set. Returns pert_id, canonical_smiles, similarity (NaN if no training drug has a
    structure) and nearest_drug (its pert_iname, '' if none).
    """
    known = drugs[drugs[fields.SMILES] != ""]
    of_set = known[known[fields.DRUG].isin(set(trained))]
    place, similarity = nearest(known[fields.SMILES].tolist(), of_set[fields.SMILES].tolist())
    names = np.append(of_set[fields.PERT_INAME].to_numpy(dtype=object), "")  # -1 takes the last
    return pd.DataFrame(
        {
            fields.PERT_ID: known[fields.PERT_ID].to_numpy(),
            fields.SMILES: known[fields.SMILES].to_numpy(),
            "similarity": similarity,
            "nearest_drug": names[place],
        }
    )


def not_more_alike(ids: pd.Series, structures: pd.DataFrame, limit: float) -> np.ndarray:
    """(n,) bool: whether a structure's similarity to training drugs is at most `limit`.

    ids: (n,) pert_id. structures: from `beside_training`. For compounds without a structure, it is
    True only if the limit is 1.
    """
    if limit >= 1:
        return np.ones(len(ids), dtype=bool)
    unlike = structures[structures["similarity"] <= limit]
    return ids.isin(unlike[fields.PERT_ID]).to_numpy()
