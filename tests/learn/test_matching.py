"""Matching networks: what they find, what they may know, and that numbers are as defined."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from gpar_core.data.learning_set import LearningSet, without_reference
from gpar_core.errors import Cancelled
from gpar_core.learn import matching
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.matching import NEGATIVE, POSITIVE, REFERENCE, MatchingTrainer
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.steps import STEPS_PER_CALL
from gpar_core.progress import Progress
from gpar_core.rank.scoring import MATCHING_ARRAYS, MatchingNetwork, embed, score

N_GENES = 24
SMALL = MatchingSettings(steps=30, batch=64, scaling="none")
STILL = replace(SMALL, steps=0)
"""What `whitening` alone does."""


@cache
def _trainer(settings: MatchingSettings = SMALL, n_genes: int = N_GENES) -> MatchingTrainer:
    """Its graph takes a second to trace; what it learned last it forgets, as a test below shows."""
    return MatchingTrainer(settings, n_genes)


@dataclass(frozen=True)
class _Task:
    """A learning set, its labels, and held-out signatures of other drugs with theirs."""

    learning: LearningSet
    positive: np.ndarray
    x: np.ndarray
    is_positive: np.ndarray

    def without_reference(self) -> "_Task":
        n = self.learning.n_training
        rest = LearningSet(self.learning.x[:n], self.learning.drug[:n], np.zeros((n, 0), bool), n)
        return replace(self, learning=rest)

    def auroc(self, network: MatchingNetwork) -> float:
        return float(roc_auc_score(self.is_positive, score(network, self.x)))


def _task(effect: float = 2.5, nuisance: float = 0.0, seed: int = 0) -> _Task:
    """8 positive drugs and 40 negative ones, held out 10 and 60, and 15 reference MOAs of 4 drugs.

    Each drug has two signatures. effect: length of what drugs of a MOA have in common. nuisance:
    strength of variation along 4 directions, the same in all MOAs.
    """
    rng = np.random.default_rng(seed)
    # -1: no MOA; 0: positive.
    moa = np.concatenate(
        [np.zeros(8), np.full(40, -1), np.repeat(np.arange(1, 16), 4), np.zeros(10),
         np.full(60, -1)]
    ).astype(int).repeat(2)  # fmt: skip
    of_moa = rng.normal(size=(16, N_GENES))
    of_moa *= effect / np.linalg.norm(of_moa, axis=1, keepdims=True)
    directions = np.linalg.qr(rng.normal(size=(N_GENES, 4)))[0].T
    x = rng.normal(0, 0.5, (len(moa), N_GENES)) + np.where(moa[:, None] >= 0, of_moa[moa], 0)
    x += nuisance * rng.normal(size=(len(moa), 4)) @ directions
    x = x.astype(np.float32)
    n_training, n_seen = 96, 96 + 120
    drug = np.arange(len(moa)) // 2
    moas = moa[:n_seen, None] == np.arange(1, 16)
    return _Task(
        LearningSet(x[:n_seen], drug[:n_seen], moas, n_training),
        moa[:n_training] == 0,
        x[n_seen:],
        moa[n_seen:] == 0,
    )


def _arrays(network: MatchingNetwork) -> dict[str, np.ndarray]:
    return {name: getattr(network, name) for name in MATCHING_ARRAYS}


def _same(one: MatchingNetwork, other: MatchingNetwork) -> bool:
    pairs = zip(_arrays(one).values(), _arrays(other).values(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def _is_finite(network: MatchingNetwork, x: np.ndarray) -> bool:
    arrays = [*_arrays(network).values(), score(network, x)]
    return all(np.isfinite(array).all() for array in arrays)


# -------------------------------------------------------------------------------- what is found


@pytest.mark.parametrize("reference", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_planted_class_is_found_among_drugs_held_out(reference: bool, seed: int) -> None:
    task = _task(seed=seed)
    if not reference:
        task = task.without_reference()
    assert task.auroc(_trainer().fit(task.learning, task.positive, seed=seed)) > 0.9


def _identity(x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.eye(x.shape[1], dtype=np.float32)


def _mean_auroc(settings: MatchingSettings, *, reference: bool = True) -> float:
    """Over tasks in which noise that all classes share is stronger than any MOA."""
    aurocs = []
    for seed in range(4):
        task = _task(nuisance=4.0, seed=seed)
        task = task if reference else task.without_reference()
        network = _trainer(settings).fit(task.learning, task.positive, seed=seed)
        aurocs.append(task.auroc(network))
    return float(np.mean(aurocs))


def test_the_closed_form_learns_from_other_moas_what_to_look_away_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learned, alone = (_mean_auroc(STILL, reference=given) for given in (True, False))
    monkeypatch.setattr(matching, "whitening", _identity)
    untrained = _mean_auroc(STILL)
    assert learned > 0.9
    assert learned > untrained + 0.1
    assert learned > alone + 0.02


def test_the_steps_learn_from_other_moas_what_to_look_away_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "whitening", _identity)
    steps = replace(SMALL, steps=100, learning_rate=0.02, kept=1.0)
    assert _mean_auroc(steps) > _mean_auroc(STILL) + 0.1


def test_the_steps_make_the_loss_smaller() -> None:
    task = _task(nuisance=2.0)
    heard: list[Progress] = []
    settings = replace(SMALL, steps=150, learning_rate=0.01, gene_dropout=0.1)
    _trainer(settings).fit(task.learning, task.positive, seed=0, report=heard.append)
    losses = [progress.values["loss"] for progress in heard]
    assert np.mean(losses[-2:]) < np.mean(losses[:2])


def test_labels_by_chance_are_not_found_again_on_drugs_held_out() -> None:
    """Those of the training set itself, whose labels the whole knows."""
    aurocs = []
    for seed in range(8):
        task = _task(nuisance=1.0, seed=seed)
        rng = np.random.default_rng(seed)
        labels = rng.permutation(np.arange(48) < 8).repeat(2)
        folds = assign_folds(labels, task.learning.drug[:96], seed=seed)
        for fold in range(folds.k):
            held_out = folds.fold == fold
            network = _trainer().fit(
                task.learning, labels, seed=seed, rows=np.flatnonzero(~held_out)
            )
            found = score(network, task.learning.x[:96][held_out])
            aurocs.append(roc_auc_score(labels[held_out], found))
    assert len(aurocs) == 40
    assert abs(np.mean(aurocs) - 0.5) < 0.1


# ------------------------------------------------------------------------- what it may know


def _spoilt(task: _Task, rows: np.ndarray) -> tuple[LearningSet, np.ndarray]:
    """All that is known of the training set outside `rows`, changed."""
    held_out = np.setdiff1d(np.arange(task.learning.n_training), rows)
    x, drug, moas = (
        array.copy() for array in (task.learning.x, task.learning.drug, task.learning.moas)
    )
    x[held_out] = np.nan
    drug[held_out] = drug[rows[0]]
    moas[held_out] = True
    positive = task.positive.copy()
    positive[held_out] = ~positive[held_out]
    return LearningSet(x, drug, moas, task.learning.n_training), positive


@pytest.mark.parametrize("max_memory", [2000, 6])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_outside_the_rows_and_the_reference_has_any_influence(
    seed: int, max_memory: int
) -> None:
    task = _task(nuisance=1.0, seed=seed)
    # In no order, without whole drugs, with gaps everywhere.
    rows = np.random.default_rng(seed).permutation(task.learning.n_training)[:60]
    assert 0 < task.positive[rows].sum() < task.positive.sum()
    trainer = _trainer(replace(SMALL, max_memory=max_memory))
    network = trainer.fit(task.learning, task.positive, seed=seed, rows=rows)
    learning, positive = _spoilt(task, rows)
    assert _same(trainer.fit(learning, positive, seed=seed, rows=rows), network)
    assert _is_finite(network, task.x)
    assert not _same(trainer.fit(task.learning, task.positive, seed=seed), network)


def test_a_moa_of_what_is_held_out_alone_has_no_influence() -> None:
    task = _task()
    rows = np.arange(20, task.learning.n_training)
    rows = np.concatenate([np.arange(8), rows])
    moa = np.zeros((len(task.learning.x), 2), dtype=bool)
    moa[8:14, 0] = moa[10:20, 1] = True
    more = replace(task.learning, moas=np.hstack([moa, task.learning.moas]))
    network, other = (
        _trainer().fit(learning, task.positive, seed=0, rows=rows)
        for learning in (task.learning, more)
    )
    assert _same(network, other)


def test_all_rows_and_none_given_are_the_same() -> None:
    task = _task()
    every = np.arange(task.learning.n_training)
    network = _trainer().fit(task.learning, task.positive, seed=0, rows=every)
    assert _same(network, _trainer().fit(task.learning, task.positive, seed=0))


def test_the_reference_is_learned_from_but_not_remembered() -> None:
    task = _task()
    network = _trainer().fit(task.learning, task.positive, seed=0)
    assert len(network.memory) == task.learning.n_training
    changed = task.learning.x.copy()
    changed[task.learning.n_training :, 0] += 1
    moved = _trainer().fit(replace(task.learning, x=changed), task.positive, seed=0)
    assert not np.array_equal(moved.embedding, network.embedding)


def test_signatures_are_left_as_they_were() -> None:
    task = _task()
    before = task.learning.x.copy()
    _trainer().fit(task.learning, task.positive, seed=0)
    np.testing.assert_array_equal(task.learning.x, before)
    task.learning.x.flags.writeable = False
    _trainer().fit(task.learning, task.positive, seed=0)


# ------------------------------------------------------------------------------- determinism


def test_the_same_seed_gives_the_same_network_bit_for_bit() -> None:
    task = _task()
    one, again, other = (
        MatchingTrainer(SMALL, N_GENES).fit(task.learning, task.positive, seed=seed)
        for seed in (7, 7, 8)
    )
    assert _same(one, again)
    assert not np.array_equal(one.embedding, other.embedding)


def test_a_trainer_forgets_its_last_fit() -> None:
    one, other = _task(seed=1), _task(seed=2).without_reference()
    trainer = MatchingTrainer(SMALL, N_GENES)
    first = trainer.fit(one.learning, one.positive, seed=1)
    trainer.fit(other.learning, other.positive, seed=2)

    def stop(progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        trainer.fit(other.learning, other.positive, seed=2, report=stop)
    assert _same(trainer.fit(one.learning, one.positive, seed=1), first)


# -------------------------------------------------------------------------------- the network


def test_the_network_remembers_its_rows_centered_and_embedded() -> None:
    task = _task()
    rows = np.random.default_rng(0).permutation(task.learning.n_training)[:50]
    network = _trainer().fit(task.learning, task.positive, seed=0, rows=rows)
    assert {array.dtype for array in _arrays(network).values()} == {
        np.dtype("float32"), np.dtype("bool")
    }  # fmt: skip
    seen = np.concatenate([rows, np.arange(task.learning.n_training, len(task.learning.x))])
    np.testing.assert_allclose(network.center, task.learning.x[seen].mean(axis=0), atol=1e-5)
    assert network.embedding.shape == (N_GENES, N_GENES)
    expected = embed(task.learning.x[rows], network.center, network.embedding)
    for kind in (True, False):
        np.testing.assert_allclose(
            network.memory[network.positive == kind],
            expected[task.positive[rows] == kind],
            atol=1e-5,
        )
    assert (network.sharpness, network.scaling) == (SMALL.sharpness, SMALL.scaling)


def test_memory_is_limited_for_each_kind_and_what_is_left_is_seeded() -> None:
    task = _task()
    expected = {True: 10, False: 10}
    trainer = _trainer(replace(STILL, max_memory=10))
    one, again, other = (trainer.fit(task.learning, task.positive, seed=seed) for seed in (1, 1, 2))
    for kind, n in expected.items():
        assert (one.positive == kind).sum() == n
    assert _same(one, again)
    # Without steps the metric is the same; what is remembered is not.
    np.testing.assert_array_equal(one.embedding, other.embedding)
    assert not np.array_equal(one.memory, other.memory)
    whole = _trainer(STILL).fit(task.learning, task.positive, seed=1)
    negatives = {row.tobytes() for row in whole.memory[~whole.positive].round(4)}
    left = [row.tobytes() for row in one.memory[~one.positive].round(4)]
    assert len(set(left)) == 10
    assert set(left) <= negatives


def test_what_is_kept_of_the_training_is_its_share() -> None:
    task = _task()
    still, half, whole = (
        _trainer(replace(SMALL, kept=kept)).fit(task.learning, task.positive, seed=0).embedding
        for kept in (0.0, 0.5, 1.0)
    )
    np.testing.assert_array_equal(still, _trainer(STILL).fit(
        task.learning, task.positive, seed=0).embedding)  # fmt: skip
    np.testing.assert_allclose(half, (still + whole) / 2, atol=1e-6)
    assert np.abs(whole - still).max() > 1e-3


# ---------------------------------------------------------------------------------- few signatures


def test_signatures_of_one_positive_drug_teach_something() -> None:
    """Held out signature by signature: nothing is like them but themselves."""
    task = _task(effect=4.0).without_reference()
    drug = np.where(task.positive, 0, task.learning.drug)
    learning = replace(task.learning, drug=drug)
    network = _trainer().fit(learning, task.positive, seed=0)
    assert _is_finite(network, task.x)
    assert task.auroc(network) > 0.9


def test_one_signature_of_each_kind_trains_without_harm() -> None:
    x = np.random.default_rng(0).normal(size=(2, N_GENES)).astype(np.float32)
    network = _trainer().fit(without_reference(x), np.array([True, False]), seed=0)
    found = score(network, x)
    assert _is_finite(network, x)
    assert found[0] > 0.5 > found[1]


def test_a_single_positive_among_many_trains_without_harm() -> None:
    task = _task(effect=4.0)
    rows = np.concatenate([[3], np.flatnonzero(~task.positive)])
    network = _trainer().fit(task.learning, task.positive, seed=0, rows=rows)
    assert network.positive.sum() == 1
    assert _is_finite(network, task.x)
    assert task.auroc(network) > 0.7


def test_signatures_that_are_all_zero_train_without_harm() -> None:
    x = np.zeros((6, N_GENES), np.float32)
    network = _trainer().fit(without_reference(x), np.arange(6) < 3, seed=0)
    assert _is_finite(network, x)
    np.testing.assert_array_equal(score(network, x), 0.5)


def test_it_trains_where_every_signature_has_a_class() -> None:
    task = _task()
    moas = task.learning.moas.copy()
    moas[np.flatnonzero(~task.positive), np.arange(80) % 15] = True
    learning = replace(task.learning, moas=moas)
    assert (moas.any(axis=1)[: len(task.positive)] | task.positive).all()
    network = _trainer().fit(learning, task.positive, seed=0)
    assert _is_finite(network, task.x)
    assert task.auroc(network) > 0.9


def test_a_moa_with_a_single_signature_does_no_harm() -> None:
    task = _task()
    alone = np.zeros((len(task.learning.x), 1), dtype=bool)
    alone[120] = True
    rest = task.learning.moas.copy()
    rest[120] = False
    learning = replace(task.learning, moas=np.hstack([rest, alone]))
    network = _trainer().fit(learning, task.positive, seed=0)
    assert _is_finite(network, task.x)
    assert task.auroc(network) > 0.9


# ---------------------------------------------------------------------------------------- progress


def test_progress_ends_with_the_last_step() -> None:
    heard: list[Progress] = []
    task = _task()
    _trainer().fit(task.learning, task.positive, seed=0, report=heard.append)
    assert [(progress.done, progress.total) for progress in heard] == [
        (STEPS_PER_CALL, 30), (30, 30),
    ]  # fmt: skip
    assert all(0 < progress.values["loss"] < 50 for progress in heard)


def test_training_can_be_stopped_between_steps() -> None:
    heard: list[Progress] = []

    def stop(progress: Progress) -> None:
        heard.append(progress)
        raise Cancelled("enough")

    task = _task()
    with pytest.raises(Cancelled, match="enough"):
        _trainer().fit(task.learning, task.positive, seed=0, report=stop)
    assert len(heard) == 1


# -------------------------------------------------------------------------------------------- loss


def _loss_by_loops(
    x: np.ndarray, weight: np.ndarray, alike: np.ndarray, other: np.ndarray, sharpness: float
) -> float:
    embedded = [row @ weight for row in x.astype(np.float64)]
    lost = []
    for i, one in enumerate(embedded):
        if not alike[i].any():
            continue
        to_alike = to_any = 0.0
        for j, another in enumerate(embedded):
            cosine = one @ another / np.linalg.norm(one) / np.linalg.norm(another)
            to_alike += np.exp(sharpness * cosine) if alike[i, j] else 0.0
            to_any += np.exp(sharpness * cosine) if other[i, j] else 0.0
        lost.append(-np.log(to_alike / to_any))
    return float(np.mean(lost)) if lost else 0.0


def _loss(
    monkeypatch: pytest.MonkeyPatch, x: np.ndarray, alike: np.ndarray, other: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The loss, its gradient, and the embedding that they are of."""
    monkeypatch.setattr(matching, "PRODUCT_TYPE", tf.float32)
    weight = np.random.default_rng(1).normal(size=(5, 5)).astype(np.float32)
    trainer = MatchingTrainer(replace(SMALL, sharpness=3.0), 5)
    trainer._adam.begin([weight])
    with tf.GradientTape() as tape:
        loss = trainer._loss(tf.constant(x), tf.constant(alike), tf.constant(other))
    return float(loss), tape.gradient(loss, trainer._adam.variables)[0].numpy(), weight


def _pairs(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """12 signatures of 8 drugs in 4 classes and in none."""
    rng = np.random.default_rng(seed)
    drug, member = np.arange(12) % 8, np.zeros((8, 4), dtype=bool)
    member[np.arange(6), [0, 0, 1, 1, 1, 2]] = member[2, 3] = True
    member = member[drug]
    other = drug[:, None] != drug[None, :]
    alike = (member.astype(int) @ member.T > 0) & other
    return rng.normal(size=(12, 5)).astype(np.float32), alike, other


def test_the_loss_is_that_of_the_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    x, alike, other = _pairs()
    # Some have nothing alike, among them one whose class has no other drug.
    assert 0 < (~alike.any(axis=1)).sum() < 12
    loss, gradient, weight = _loss(monkeypatch, x, alike, other)
    assert loss == pytest.approx(_loss_by_loops(x, weight, alike, other, 3.0), rel=1e-5)
    step = np.random.default_rng(2).normal(size=(5, 5)) * 1e-4
    by_difference = [_loss_by_loops(x, weight + sign * step, alike, other, 3.0) for sign in (1, -1)]
    expected = (by_difference[0] - by_difference[1]) / 2
    assert float((gradient * step).sum()) == pytest.approx(expected, rel=1e-3)


def test_a_loss_of_nothing_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, alike, other = _pairs()
    loss, gradient, _ = _loss(monkeypatch, x, np.zeros_like(alike), other)
    assert loss == 0
    np.testing.assert_array_equal(gradient, 0)


def test_a_signature_of_which_all_was_left_out_does_not_spoil_the_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, alike, other = _pairs()
    x[:3] = 0
    loss, gradient, _ = _loss(monkeypatch, x, alike, other)
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()


def test_a_batch_holds_both_kinds_and_compares_no_drug_with_itself_or_positives_with_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen from the loss; signatures carry their own number."""
    seen: list[tuple[np.ndarray, ...]] = []

    def watch(self: MatchingTrainer, *arguments: tf.Tensor) -> tf.Tensor:
        seen.append(tuple(argument.numpy() for argument in arguments))
        return tf.reduce_sum(self._adam.variables[0])

    monkeypatch.setattr(MatchingTrainer, "_loss", watch)
    trainer = MatchingTrainer(replace(SMALL, batch=32, gene_dropout=0.0), 5)
    drug, labelled = np.arange(20) // 2, np.arange(12)
    role = np.array([POSITIVE] * 4 + [NEGATIVE] * 8 + [REFERENCE] * 8)
    classes = np.zeros((20, 3), dtype=bool)
    classes[labelled, labelled % 3] = classes[4, 2] = True
    trainer._steps(
        tf.constant(np.repeat(np.arange(20.0)[:, None], 5, axis=1), tf.float32),
        tf.constant(classes),
        tf.constant(drug, tf.int32),
        tf.constant(role, tf.int32),
        tf.constant(labelled, tf.int32),
        tf.constant(np.arange(12, 20), tf.int32),
        *(tf.constant(number) for number in (5, 0, 2)),
    )
    assert len(seen) == 2
    for signatures, alike, other in seen:
        rows = signatures[:, 0].astype(int)
        assert np.isin(rows, labelled).sum() == 24
        for i, one in enumerate(rows):
            for j, another in enumerate(rows):
                apart = {role[one], role[another]} == {POSITIVE, REFERENCE}
                is_other = drug[one] != drug[another] and not apart
                assert other[i, j] == is_other
                assert alike[i, j] == (is_other and (classes[one] & classes[another]).any())
    assert (seen[0][0] != seen[1][0]).any()


def test_a_moa_of_which_one_drug_is_seen_has_no_influence() -> None:
    """Its other drugs are held out; that they share it must not be told by the metric."""
    task = _task()
    learning = task.learning
    of_one = np.zeros((len(learning.x), 1), dtype=bool)
    of_one[learning.drug == learning.drug[20]] = True
    more = replace(learning, moas=np.hstack([learning.moas, of_one]))
    trainer = _trainer()
    without, with_it = (trainer.fit(one, task.positive, seed=0) for one in (learning, more))
    for name, array in _arrays(without).items():
        np.testing.assert_array_equal(array, _arrays(with_it)[name])
