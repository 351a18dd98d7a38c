"""Folds by drug, as in the paper."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core.errors import TrainingSetError
from gpar_core.learn.folds import N_SHARED, assign_folds, number_of_folds, shared_folds


@pytest.mark.parametrize("n_drugs", range(1, 31))
def test_the_number_of_folds_is_that_of_the_paper(n_drugs: int) -> None:
    if n_drugs == 1:
        expected = 7  # its signatures
    elif n_drugs <= 4:
        expected = n_drugs
    else:
        expected = 5 if n_drugs < 10 else 10
    assert number_of_folds(n_drugs, 7) == expected


def _labels(
    n_positive: int, n_negative: int, most: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    names = [f"p{i}" for i in range(n_positive)] + [f"n{i}" for i in range(n_negative)]
    drug = rng.permutation(np.repeat(names, rng.integers(1, most + 1, len(names))))
    return np.char.startswith(drug, "p"), drug.astype(object)


@settings(max_examples=60)
@given(
    n_positive=st.integers(2, 25),
    n_negative=st.integers(10, 40),
    most=st.integers(1, 5),
    seed=st.integers(0, 1000),
)
def test_no_drug_is_on_both_sides_and_every_fold_holds_both_labels(
    n_positive: int, n_negative: int, most: int, seed: int
) -> None:
    positive, drug = _labels(n_positive, n_negative, most, seed)
    folds = assign_folds(positive, drug, seed=seed)
    assert folds.by == "drug"
    assert folds.k == number_of_folds(n_positive, int(positive.sum()))
    assert set(folds.fold) == set(range(folds.k))
    for name in set(drug):
        assert len(set(folds.fold[drug == name])) == 1
    for number in range(folds.k):
        held_out = folds.fold == number
        assert positive[held_out].any()
        assert not positive[held_out].all()
    for label in (True, False):
        sizes = [len(set(drug[(folds.fold == f) & (positive == label)])) for f in range(folds.k)]
        assert max(sizes) - min(sizes) <= 1


@settings(max_examples=20)
@given(n_signatures=st.integers(2, 8), seed=st.integers(0, 1000))
def test_the_signatures_of_a_single_drug_are_held_out_one_by_one(
    n_signatures: int, seed: int
) -> None:
    positive = np.arange(40) < n_signatures
    drug = np.where(positive, "only", np.arange(40) // 2).astype(object)
    folds = assign_folds(positive, drug, seed=seed)
    assert (folds.k, folds.by) == (n_signatures, "signature")
    np.testing.assert_array_equal(np.sort(folds.fold[positive]), np.arange(n_signatures))
    for name in set(drug[~positive]):
        assert len(set(folds.fold[drug == name])) == 1


def test_the_seed_decides_the_folds() -> None:
    positive, drug = _labels(12, 30, 3, 0)
    first, again, other = (assign_folds(positive, drug, seed=seed).fold for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_order_of_the_signatures_does_not_change_the_folds_of_drugs() -> None:
    positive, drug = _labels(6, 20, 3, 0)
    order = np.random.default_rng(1).permutation(len(drug))
    straight = assign_folds(positive, drug, seed=0).fold
    np.testing.assert_array_equal(
        assign_folds(positive[order], drug[order], seed=0).fold, straight[order]
    )


def test_one_signature_of_one_drug_is_refused() -> None:
    positive = np.array([True, False, False])
    with pytest.raises(TrainingSetError, match="one signature of one drug"):
        assign_folds(positive, np.array(["a", "b", "c"], dtype=object), seed=0)


def test_fewer_negative_drugs_than_folds_are_refused_with_both_numbers() -> None:
    positive, drug = _labels(10, 9, 3, 0)
    with pytest.raises(TrainingSetError, match=r"9 negative compounds; 10-fold .* at least 10"):
        assign_folds(positive, drug, seed=0)


# -------------------------------------------------------------------------------- shared folds

NAMES = [f"drug{i}" for i in range(57)]
CLASSES = [NAMES[:4], NAMES[2:30], NAMES[10:13], [*NAMES[40:52], "not here"]]


def test_every_class_and_all_drugs_are_spread_over_shared_folds() -> None:
    fold = shared_folds(NAMES, CLASSES, seed=0)
    assert sorted(fold) == sorted(NAMES)
    for members in (*CLASSES, NAMES):
        sizes = np.bincount([fold[name] for name in members if name in fold], minlength=N_SHARED)
        assert sizes.max() - sizes.min() <= 2
    for rare in (CLASSES[0], CLASSES[2]):
        assert len({fold[name] for name in rare}) == len(rare)


def test_shared_folds_are_seeded_and_do_not_depend_on_any_order() -> None:
    fold = shared_folds(NAMES, CLASSES, seed=3)
    assert fold == shared_folds(NAMES[::-1], [each[::-1] for each in CLASSES], seed=3)
    assert fold != shared_folds(NAMES, CLASSES, seed=4)


def test_few_drugs_have_few_shared_folds() -> None:
    assert set(shared_folds(NAMES[:7], [NAMES[:2]], seed=0).values()) == {0, 1, 2}
    assert set(shared_folds(NAMES[:3], [NAMES[:2]], seed=0).values()) == {0, 1}
