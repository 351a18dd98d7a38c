"""Folds by drug: those of Gao et al. 2021 ("Model evaluation"), and folds shared by classes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gpar_core.errors import TrainingSetError
from gpar_core.learn.codes import coded

N_SHARED = 10
"""Folds that several classes share."""


@dataclass(frozen=True, eq=False)
class Folds:
    """k: number of folds. fold: (n,) the fold that holds each signature out.

    by: 'drug', no drug is on both sides; 'signature', with a single positive drug, whose signatures
    are divided instead (negatives still by drug).
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
    """Divide positive drugs and negative drugs among the folds, each as evenly as possible.

    positive: (n,) bool. drug: (n,) names. Raises TrainingSetError where a fold would be empty.
    """
    positive_drugs, of_positive = coded(drug[positive])
    negative_drugs, of_negative = coded(drug[~positive])
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
    fold[~positive] = _deal(of_negative, len(negative_drugs), k, rng)
    if len(positive_drugs) == 1:
        fold[positive] = rng.permutation(n_signatures)
        return Folds(k, fold, "signature")
    fold[positive] = _deal(of_positive, len(positive_drugs), k, rng)
    return Folds(k, fold, "drug")


def shared_folds(
    drugs: Iterable[str], classes: Iterable[Collection[str]], *, seed: int
) -> Mapping[str, int]:
    """One fold for each drug, with the members of every class spread over the folds.

    classes: the members of each. The rarest class is dealt first, its members in random order. A
    drug goes to the fold with the fewest drugs of that class, then of its other classes and, last,
    of all drugs. There are `N_SHARED` folds, or half as many as drugs if that is fewer.
    """
    names = sorted(set(drugs))
    members = sorted((sorted(set(each) & set(names)) for each in classes), key=len)
    classes_of: dict[str, list[int]] = {name: [] for name in names}
    for number, each in enumerate(members):
        for name in each:
            classes_of[name].append(number)
    k = max(2, min(N_SHARED, len(names) // 2))
    rng = np.random.default_rng([seed, 0x5A4E])
    fold: dict[str, int] = {}
    of_class = np.zeros((len(members), k), np.int64)
    size = np.zeros(k, np.int64)
    for number, each in enumerate([*members, names]):
        for name in rng.permutation([one for one in each if one not in fold]).tolist():
            its = classes_of[name]
            dealt = of_class[number] if number < len(members) else size
            order = np.lexsort((rng.random(k), size, of_class[its].sum(axis=0), dealt))
            fold[name] = int(order[0])
            of_class[its, order[0]] += 1
            size[order[0]] += 1
    return fold


def _deal(drug: np.ndarray, n_drugs: int, k: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) folds. drug: (n,) int below n_drugs."""
    return (rng.permutation(n_drugs) % k)[drug]
