"""The data for training a network: the training set, and annotated drugs as a reference."""

from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, drugs_of_uploaded

MAX_REFERENCE = 4000
"""Reference signatures; more of them hardly change a metric but cost time."""


@dataclass(frozen=True, eq=False)
class LearningSet:
    """Signatures to learn from: the training set first, then the reference.

    x: (n, n_genes) z-scores, or scaled ones. drug: (n,) int, the same for signatures of one drug.
    moas: (n, m) bool, MOAs of drugs that are not positive. n_training: rows of the training set.
    """

    x: np.ndarray
    drug: np.ndarray
    moas: np.ndarray
    n_training: int


def without_reference(x: np.ndarray) -> LearningSet:
    """A learning set of (n, n_genes) signatures of n drugs of which no MOA is known."""
    return LearningSet(x, np.arange(len(x)), np.zeros((len(x), 0), dtype=bool), len(x))


def learning_set(compendium: Compendium, training_set: TrainingSet, *, seed: int) -> LearningSet:
    """The training set with its reference.

    The reference is one signature per drug and cell line of the training set, of drugs with a MOA
    that are not in the training set themselves. Drugs that share a MOA with a positive are left
    out: nobody could tell any more whether they are found or remembered. Above `MAX_REFERENCE`
    signatures, a seeded share of the drugs is drawn.
    """
    signatures = compendium.signatures
    annotated = compendium.compound_moas
    # As `select` does: else a drug whose MOA is spelled in other letters would be remembered.
    annotated = annotated.assign(**{fields.MOA: annotated[fields.MOA].str.casefold()})
    positives = set(training_set.drug[training_set.positive])
    if training_set.uploaded is not None:
        positives |= drugs_of_uploaded(compendium, training_set.uploaded)
    of_positives = set(annotated.loc[annotated[fields.DRUG].isin(positives), fields.MOA])
    shared = annotated[fields.MOA].isin(of_positives)
    table = annotated[~shared]
    alike = set(annotated.loc[shared, fields.DRUG])
    eligible = set(table[fields.DRUG]) - alike - positives - set(training_set.drug)
    cells = signatures[fields.CELL_ID].iloc[training_set.compendium_rows].unique()
    in_reference = (
        signatures[fields.REPRESENTATIVE]
        & signatures[fields.CELL_ID].isin(cells)
        & signatures[fields.DRUG].isin(eligible)
    )
    reference = _thinned(
        np.flatnonzero(in_reference), signatures[fields.DRUG].to_numpy(dtype=object), seed
    )
    names = signatures[fields.DRUG].iloc[reference].to_numpy(dtype=str)
    drug = np.concatenate([training_set.drug.astype(str), names])
    others = np.asarray(compendium.matrix[reference], np.float32)
    x = np.concatenate([training_set.z_scores(compendium), others])
    codes = np.unique(drug, return_inverse=True)[1]
    pairs = table[[fields.DRUG, fields.MOA]].itertuples(index=False)
    return LearningSet(x, codes, _memberships(drug, set(pairs), positives), len(training_set.rows))


def _thinned(rows: np.ndarray, drug: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= MAX_REFERENCE:
        return rows
    names = np.unique(drug[rows].astype(str))
    order = np.random.default_rng([seed, 0x4EF]).permutation(len(names))
    place = order[np.searchsorted(names, drug[rows].astype(str))]
    first = np.argsort(place, kind="stable")[:MAX_REFERENCE]
    return np.sort(rows[first])


def _memberships(drug: np.ndarray, pairs: set[tuple[str, str]], positives: set[str]) -> np.ndarray:
    """(n, m) bool of the MOAs that two drugs or more have among those that are no positives."""
    present = set(drug) - positives
    drugs_of: dict[str, set[str]] = {}
    for name, moa in pairs:
        if name in present:
            drugs_of.setdefault(moa, set()).add(name)
    shared = [names for _, names in sorted(drugs_of.items()) if len(names) >= 2]
    moas = np.zeros((len(drug), len(shared)), dtype=bool)
    for column, names in enumerate(shared):
        moas[:, column] = np.isin(drug, list(names))
    return moas
