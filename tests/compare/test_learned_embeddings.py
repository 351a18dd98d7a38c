"""Donner and MOASL: what they find, what they may not see, and that they stop when told."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from gpar_core.compare import donner, moasl
from gpar_core.compare.donner import DonnerSettings
from gpar_core.compare.embedding_net import batches_of
from gpar_core.compare.moasl import MoaslSettings
from gpar_core.compare.pairs import held_out_scores
from gpar_core.compare.similarity import cosine
from gpar_core.errors import Cancelled
from gpar_core.learn.steps import STEPS_PER_CALL
from gpar_core.progress import Progress

N_CLASSES, N_EACH, N_GENES, N_LINES, N_FOLDS = 6, 10, 40, 3, 3
N_DRUGS = N_CLASSES * N_EACH
FOLD = np.arange(N_DRUGS) % N_FOLDS
ALL = np.arange(N_DRUGS)
MEMBER = np.arange(N_DRUGS)[:, None] // N_EACH == np.arange(N_CLASSES)

Similarity = Callable[..., np.ndarray]


def _donner(x: np.ndarray, drug: np.ndarray, member: np.ndarray, **more: object) -> np.ndarray:
    settings = DonnerSettings(width=32, batch=64, epochs=50)
    return donner.similarity(
        x, drug, **{"chosen": ALL, "fold": FOLD, "seed": 0, "settings": settings, **more}
    )


def _moasl(x: np.ndarray, drug: np.ndarray, member: np.ndarray, **more: object) -> np.ndarray:
    settings = MoaslSettings(hidden=(64, 32), batch=64, epochs=40, learning_rate=1e-3)
    return moasl.similarity(
        x,
        drug,
        member=member,
        **{"chosen": ALL, "fold": FOLD, "seed": 0, "settings": settings, **more},
    )


both = pytest.mark.parametrize("method", [_donner, _moasl])


def _signatures(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Drugs whose classes act alike, under strong variation that all drugs share."""
    rng = np.random.default_rng(seed)
    drug = np.repeat(np.arange(N_DRUGS), N_LINES)
    of_class = rng.normal(size=(N_CLASSES, N_GENES))[np.arange(N_DRUGS) // N_EACH]
    effect = of_class + rng.normal(size=(N_DRUGS, N_GENES)) * 0.5
    shared = rng.normal(size=(len(drug), 3)) @ rng.normal(size=(3, N_GENES)) * 3
    x = effect[drug] + shared + rng.normal(size=(len(drug), N_GENES))
    return x.astype(np.float32), drug


def _auroc(found: np.ndarray, member: np.ndarray) -> float:
    """Mean over the classes of the AUROC of held-out drugs, all folds together."""
    return float(
        np.mean(
            [
                roc_auc_score(positive, held_out_scores(found[positive], positive, FOLD))
                for positive in member.T
            ]
        )
    )


@both
def test_classes_are_found_better_than_by_the_cosine(method: Similarity) -> None:
    x, drug = _signatures()
    merged = np.stack([x[drug == one].sum(axis=0) for one in ALL])
    blind = _auroc(cosine(merged, merged), MEMBER)
    assert _auroc(method(x, drug, MEMBER), MEMBER) > max(0.8, blind + 0.05)


@both
def test_shuffled_classes_are_not_found(method: Similarity) -> None:
    x, drug = _signatures()
    found = []
    for seed in range(3):
        shuffled = MEMBER[np.random.default_rng(seed).permutation(N_DRUGS)]
        found.append(_auroc(method(x, drug, shuffled), shuffled))
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)


@both
def test_what_is_held_out_has_no_part_in_what_is_learned(method: Similarity) -> None:
    """Whatever the signatures of a held-out drug, no other column of its fold changes."""
    x, drug = _signatures()
    of_fold = FOLD == 7 % N_FOLDS
    chosen = np.flatnonzero(~of_fold)
    before = method(x, drug, MEMBER, chosen=chosen)
    changed = np.where((drug == 7)[:, None], -1e6 * x, x)
    after = method(changed, drug, MEMBER, chosen=chosen)
    same = of_fold & (ALL != 7)
    np.testing.assert_array_equal(before[:, same], after[:, same])
    assert not np.allclose(before[:, 7], after[:, 7])
    assert not np.allclose(before[:, ~of_fold], after[:, ~of_fold])


def test_the_classes_of_what_is_held_out_are_not_looked_at() -> None:
    x, drug = _signatures()
    other = MEMBER.copy()
    other[FOLD == 0] = np.roll(other[FOLD == 0], 1, axis=1)
    before, after = _moasl(x, drug, MEMBER), _moasl(x, drug, other)
    np.testing.assert_array_equal(before[:, FOLD == 0], after[:, FOLD == 0])
    assert not np.allclose(before[:, FOLD != 0], after[:, FOLD != 0])


@both
def test_the_seed_decides(method: Similarity) -> None:
    x, drug = _signatures()
    first = method(x, drug, MEMBER)
    np.testing.assert_array_equal(first, method(x, drug, MEMBER))
    assert not np.array_equal(first, method(x, drug, MEMBER, seed=1))


@both
def test_progress_names_the_fold_and_may_stop_after_a_few_steps(method: Similarity) -> None:
    x, drug = _signatures()
    heard: list[Progress] = []

    def stop(progress: Progress) -> None:
        heard.append(progress)
        if progress.values["step_share"] > 0:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        method(x, drug, MEMBER, report=stop)
    assert [progress.message for progress in heard] == ["fold 1 of 3"] * 2
    assert heard[-1].values["step_share"] <= STEPS_PER_CALL / 100


@pytest.mark.parametrize("per_drug", [1, 2])
def test_without_compounds_to_tell_apart_genes_are_all(per_drug: int) -> None:
    x, drug = _signatures()
    rows = np.flatnonzero(np.arange(len(drug)) % N_LINES == 0)
    if per_drug == 2:  # of one drug alone
        rows = np.append(rows, 1)
    found = _donner(x[rows], drug[rows], MEMBER)
    ours = x[rows][(FOLD != 0)[drug[rows]]]
    standard = (x[rows] - ours.mean(axis=0)) / ours.std(axis=0)
    merged = donner.mean_by_drug(standard, drug[rows], N_DRUGS)
    expected = cosine(merged, merged)[:, FOLD == 0]
    np.testing.assert_allclose(found[:, FOLD == 0], expected, atol=1e-5)


def test_one_class_alone_has_no_negatives() -> None:
    x, drug = _signatures()
    assert np.isfinite(_moasl(x, drug, MEMBER[:, :1])).all()


def test_the_loss_is_the_mean_over_semi_hard_triplets() -> None:
    rng = np.random.default_rng(0)
    cos = rng.uniform(-0.2, 0.2, (12, 12)).astype(np.float32)
    label = rng.integers(0, 3, 12)
    alike = label[:, None] == label
    losses = [
        cos[a, n] - cos[a, p] + 0.1
        for a in range(12)
        for p in range(12)
        for n in range(12)
        if a != p and alike[a, p] and not alike[a, n] and cos[a, p] - 0.1 < cos[a, n] < cos[a, p]
    ]
    loss = partial(moasl.triplet_loss, tf.constant(cos), margin=0.1)
    assert float(loss(alike=tf.constant(alike))) == pytest.approx(np.mean(losses), rel=1e-5)
    assert float(loss(alike=tf.ones((12, 12), tf.bool))) == 0


def test_other_methods_take_no_tensorflow() -> None:
    code = "import sys, gpar_core.compare.drug_scores; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_row_is_in_a_batch_before_any_is_in_two() -> None:
    rows = np.array([2, 3, 5, 8, 13, 21])
    batches = batches_of(rows, 3, 4, np.random.default_rng(0))
    assert batches.shape == (4, 3)
    assert sorted(batches[:2].ravel()) == sorted(batches[2:].ravel()) == rows.tolist()
    assert batches_of(rows, 256, 2, np.random.default_rng(0)).shape == (2, 6)
