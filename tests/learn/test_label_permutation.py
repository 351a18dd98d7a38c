"""Permuted labels at once, against a loop over permutations and scikit-learn's AUROC."""

import numpy as np
import pytest
from scipy.stats import kstest
from sklearn.metrics import roc_auc_score

from gpar_core.learn import label_permutation as module
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.label_permutation import permuted_auroc

N_GENES = 40


def _drugs(n_positive: int, n_negative: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """One to three signatures a drug: names, and which are positive."""
    names = [f"p{i}" for i in range(n_positive)] + [f"n{i}" for i in range(n_negative)]
    drug = np.repeat(names, [2 + i % 2 if name[0] == "p" else 1 + i % 3
                             for i, name in enumerate(names)])  # fmt: skip
    return drug, np.char.startswith(drug, "p")


def _signatures(drug: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Signatures of one drug are alike; drugs are not."""
    own = {name: rng.normal(size=N_GENES) for name in np.unique(drug)}
    return np.stack([own[name] for name in drug]) + rng.normal(size=(len(drug), N_GENES))


def _nearest_mean(x: np.ndarray, positive: np.ndarray, fold: np.ndarray) -> float:
    """One cross-validation, signature by signature."""
    z = np.sign(x) * np.sqrt(np.abs(x))
    z = z - z.mean(axis=0)
    z = np.stack([row / np.linalg.norm(row) for row in z])
    auroc = []
    for number in range(fold.max() + 1):
        held, seen = fold == number, fold != number
        direction = z[seen & positive].mean(axis=0) - z[seen].mean(axis=0)
        auroc.append(roc_auc_score(positive[held], [direction @ row for row in z[held]]))
    return float(np.mean(auroc))


def _aurocs(labels: np.ndarray, score: np.ndarray) -> np.ndarray:
    """AUROC of each row of labels, by the rank sum of those that are positive; no ties."""
    n_positive, rank = labels.sum(axis=1), 1 + score.argsort().argsort()
    above = labels @ rank - n_positive * (n_positive + 1) / 2
    return above / n_positive / (~labels).sum(axis=1)


@pytest.mark.parametrize("n_positive", [1, 2, 6])
def test_each_permutation_is_a_cross_validation_of_its_own(n_positive: int) -> None:
    drug, positive = _drugs(n_positive)
    x = _signatures(drug, np.random.default_rng(0)).astype(np.float32)
    fold = assign_folds(positive, drug, seed=0).fold
    found = permuted_auroc(x, positive, drug, fold, seed=4, n_permutations=15)
    drawn = module._drawn(
        positive, module._units(positive, drug), fold, 15, np.random.default_rng([4, 0x9E21])
    )
    slow = [_nearest_mean(x, labels, fold) for labels in drawn]
    np.testing.assert_allclose(found, slow, atol=2e-3)  # single precision may swap near ties
    assert np.ptp(found) > 0.05


def test_labels_move_among_the_drugs_of_a_fold_whole_and_as_many() -> None:
    drug, positive = _drugs(6)
    fold = assign_folds(positive, drug, seed=0).fold
    unit = module._units(positive, drug)
    drawn = module._drawn(positive, unit, fold, 50, np.random.default_rng(0))
    for labels in drawn:
        assert all(len(set(labels[drug == name])) == 1 for name in np.unique(drug))
        for number in range(fold.max() + 1):
            held = fold == number
            assert len(set(drug[labels & held])) == len(set(drug[positive & held]))
    assert len({labels.tobytes() for labels in drawn}) > 40


def test_of_a_single_drug_signatures_are_permuted_one_in_each_fold() -> None:
    drug, positive = _drugs(1)
    drug = np.where(positive, "p", drug)
    fold = assign_folds(positive, drug, seed=0).fold
    unit = module._units(positive, drug)
    drawn = module._drawn(positive, unit, fold, 50, np.random.default_rng(0))
    for number in range(fold.max() + 1):
        assert (drawn[:, fold == number].sum(axis=1) == 1).all()


@pytest.mark.parametrize("n_positive", [2, 6])
def test_the_chance_of_labels_that_mean_nothing_is_uniform(n_positive: int) -> None:
    drug, positive = _drugs(n_positive)
    p = []
    for seed in range(150):
        rng = np.random.default_rng([7, seed])
        x = _signatures(drug, rng)
        fold = assign_folds(positive, drug, seed=seed).fold
        null = permuted_auroc(x, positive, drug, fold, seed=seed, n_permutations=99)
        p.append((1 + (null >= _nearest_mean(x, positive, fold)).sum()) / 100)
    assert kstest(p, "uniform").pvalue > 0.01
    assert np.mean(np.array(p) <= 0.05) < 0.1


def test_permuting_against_fixed_scores_would_find_too_much() -> None:
    """Two drugs that happen to be alike find each other twice; labels alone do not show that."""
    drug, positive = _drugs(2, 30)
    refitted, fixed = [], []
    for seed in range(30):
        x = _signatures(drug, np.random.default_rng([8, seed]))
        fold = assign_folds(positive, drug, seed=seed).fold
        refitted.append(permuted_auroc(x, positive, drug, fold, seed=0, n_permutations=100).std())
        labels = module._drawn(
            positive, module._units(positive, drug), fold, 100, np.random.default_rng(seed)
        )
        score = np.random.default_rng(seed).normal(size=len(drug))
        fixed.append(
            np.mean([_aurocs(labels[:, fold == k], score[fold == k]) for k in range(2)], 0).std()
        )
    assert np.mean(refitted) > 1.1 * np.mean(fixed)


def test_planted_labels_are_hardly_ever_reached() -> None:
    drug, positive = _drugs(6)
    rng = np.random.default_rng(0)
    x = _signatures(drug, rng) + 2 * positive[:, None] * rng.normal(size=N_GENES)
    fold = assign_folds(positive, drug, seed=0).fold
    null = permuted_auroc(x, positive, drug, fold, seed=0)
    assert len(null) == module.N_PERMUTATIONS
    assert (null >= _nearest_mean(x, positive, fold)).sum() == 0
    assert abs(null.mean() - 0.5) < 0.05


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    drug, positive = _drugs(3)
    x = _signatures(drug, np.random.default_rng(0))
    fold = assign_folds(positive, drug, seed=0).fold
    first, again, other = (
        permuted_auroc(x, positive, drug, fold, seed=seed, n_permutations=20) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_signatures_without_any_change_are_no_error() -> None:
    drug, positive = _drugs(2)
    fold = assign_folds(positive, drug, seed=0).fold
    null = permuted_auroc(
        np.zeros((len(drug), N_GENES)), positive, drug, fold, seed=0, n_permutations=5
    )
    np.testing.assert_array_equal(null, 0.5)


def test_of_many_negatives_a_share_gives_what_all_give(monkeypatch: pytest.MonkeyPatch) -> None:
    drug, positive = _drugs(4, 200)
    x = _signatures(drug, np.random.default_rng(0))
    fold = assign_folds(positive, drug, seed=0).fold
    whole = permuted_auroc(x, positive, drug, fold, seed=0)
    monkeypatch.setattr(module, "MAX_SIGNATURES", len(drug) // 3)
    share = permuted_auroc(x, positive, drug, fold, seed=0)
    assert not np.array_equal(share, whole)
    assert abs(share.mean() - whole.mean()) < 0.02
    assert abs(share.std() / whole.std() - 1) < 0.15
