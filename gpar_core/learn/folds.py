"""Folds by drug (Gao et al. 2021, "Model evaluation")."""

from dataclasses import dataclass

import numpy as np

from gpar_core.errors import TrainingSetError


@dataclass(frozen=True, eq=False)
class Folds:
    """k: number of folds. fold: (n,) the fold that holds each signature out.

    by: 'drug', no drug is on both sides; 'signature', with one positive drug only, whose signatures
    are shared out instead (negatives still by drug).
    """

    k: int
    fold: np.ndarray
    by: str


def number_of_folds(n_drugs: int, n_signatures: int) -> int:
    """K for N positive drugs: N in 2-4, K = N; 5-9, 5; >= 10, 10; N = 1, its signatures."""
    if n_drugs == 1:
        return n_signatures
    if n_drugs <= 4:
        return n_drugs
    return 5 if n_drugs <= 9 else 10


def assign_folds(positive: np.ndarray, drug: np.ndarray, *, seed: int) -> Folds:
    """Share positive drugs and negative drugs out, each as evenly as numbers allow.

    positive: (n,) bool. drug: (n,) names. Raises TrainingSetError where a fold would stay empty.
    """
    positive_drugs = np.unique(drug[positive].astype(str))
    negative_drugs = np.unique(drug[~positive].astype(str))
    n_signatures = int(positive.sum())
    k = number_of_folds(len(positive_drugs), n_signatures)
    if k < 2:
        raise TrainingSetError(
            "The positive set is one signature of one drug; cross-validation needs at least two. "
            "Add drugs or cell lines."
        )
    if len(negative_drugs) < k:
        raise TrainingSetError(
            f"There are {len(negative_drugs)} negative compounds; {k}-fold cross-validation needs "
            f"at least {k}. Choose other negatives or more cell lines."
        )
    rng = np.random.default_rng([seed, 0xF01D])
    fold = np.empty(len(drug), dtype=np.int64)
    fold[~positive] = _deal(drug[~positive].astype(str), negative_drugs, k, rng)
    if len(positive_drugs) == 1:
        fold[positive] = rng.permutation(n_signatures)
        return Folds(k, fold, "signature")
    fold[positive] = _deal(drug[positive].astype(str), positive_drugs, k, rng)
    return Folds(k, fold, "drug")


def _deal(drug: np.ndarray, drugs: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    fold_of_drug = rng.permutation(len(drugs)) % k
    return fold_of_drug[np.searchsorted(drugs, drug)]
