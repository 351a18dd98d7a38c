"""Cross-validation of any classifier: nothing held out is ever learned from."""

import numpy as np
import pytest

from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import Cancelled
from gpar_core.learn.cross_validation import Score, cross_validate, permuted_labels
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.progress import Progress, Report


def _training_set(n_positive: int = 5, n_negative: int = 20, each: int = 2) -> TrainingSet:
    drug = np.repeat(
        [f"p{i}" for i in range(n_positive)] + [f"n{i}" for i in range(n_negative)], each
    ).astype(object)
    positive = np.array([name.startswith("p") for name in drug])
    return TrainingSet(np.arange(len(drug)), positive, drug, "others", "")


class SpyFit:
    """Remembers which signatures each fit and each score saw; the first value is their number."""

    def __init__(self) -> None:
        self.learned: list[set[int]] = []
        self.scored: list[set[int]] = []
        self.labels: list[dict[int, bool]] = []
        self.seeds: list[int] = []

    def __call__(self, x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
        rows = x[:, 0].astype(int).tolist()
        self.learned.append(set(rows))
        self.labels.append(dict(zip(rows, positive.tolist(), strict=True)))
        self.seeds.append(seed)
        report(Progress("Training", 1, 4, values={"loss": 0.5}))

        def score(other: np.ndarray) -> np.ndarray:
            self.scored.append(set(other[:, 0].astype(int).tolist()))
            return other[:, 1]

        return score


def _numbered(n: int, seed: int = 0) -> np.ndarray:
    """(n, 2): the number of the signature, and a random score."""
    return np.column_stack([np.arange(n), np.random.default_rng(seed).random(n)])


@pytest.fixture
def case() -> tuple[np.ndarray, TrainingSet, Folds]:
    training = _training_set()
    folds = assign_folds(training.positive, training.drug, seed=0)
    return _numbered(len(training.rows)), training, folds


def test_no_drug_that_is_scored_was_learned_from(
    case: tuple[np.ndarray, TrainingSet, Folds],
) -> None:
    x, training, folds = case
    spy = SpyFit()
    result = cross_validate(x, training, folds, spy, seed=3)
    everything = set(range(len(x)))
    assert len(spy.learned) == folds.k == 5
    for learned, scored in zip(spy.learned, spy.scored, strict=True):
        assert learned | scored == everything
        assert not {training.drug[i] for i in learned} & {training.drug[i] for i in scored}
    assert sorted(i for scored in spy.scored for i in scored) == sorted(everything)
    assert all(
        label == training.positive[row] for seen in spy.labels for row, label in seen.items()
    )
    np.testing.assert_allclose(result.score, x[:, 1], rtol=1e-6)
    assert len(set(spy.seeds)) == folds.k


def test_of_too_many_signatures_all_positives_and_a_share_of_the_negative_drugs_are_learned(
    case: tuple[np.ndarray, TrainingSet, Folds],
) -> None:
    x, training, folds = case
    spy = SpyFit()
    result = cross_validate(x, training, folds, spy, seed=3, at_most=len(x) // 2)
    learned = set().union(*spy.learned)
    assert learned >= set(np.flatnonzero(training.positive))
    assert len(learned) < 0.7 * len(x)
    assert sorted(i for scored in spy.scored for i in scored) == list(range(len(x)))
    np.testing.assert_allclose(result.score, x[:, 1], rtol=1e-6)
    for seen, scored in zip(spy.learned, spy.scored, strict=True):
        assert not {training.drug[i] for i in seen} & {training.drug[i] for i in scored}
    drugs = {training.drug[i] for i in learned}
    whole = {i for i in range(len(x)) if training.drug[i] in drugs}
    assert learned == whole


def test_few_signatures_are_all_learned_from(case: tuple[np.ndarray, TrainingSet, Folds]) -> None:
    x, training, folds = case
    bounded, unbounded = SpyFit(), SpyFit()
    cross_validate(x, training, folds, bounded, seed=3, at_most=len(x))
    one = cross_validate(x, training, folds, unbounded, seed=3)
    assert bounded.learned == unbounded.learned
    several = cross_validate(x, training, folds, SpyFit(), seed=3, threads=3)
    np.testing.assert_array_equal(several.score, one.score)


def test_each_fold_reports_its_auroc_and_the_progress_within(
    case: tuple[np.ndarray, TrainingSet, Folds],
) -> None:
    x, training, folds = case
    heard: list[Progress] = []
    result = cross_validate(x, training, folds, SpyFit(), seed=0, report=heard.append)
    ends = [progress for progress in heard if "auroc" in progress.values]
    assert [progress.done for progress in ends] == [1, 2, 3, 4, 5]
    assert [p.values["auroc"] for p in ends] == pytest.approx(result.metrics.fold_auroc)
    within = [progress for progress in heard if "auroc" not in progress.values]
    assert {progress.values["step_share"] for progress in within} == {0.25}
    assert [progress.values["fold"] for progress in within] == [1, 2, 3, 4, 5]
    assert {progress.total for progress in heard} == {5}


def test_a_cancelled_cross_validation_stops_at_once(
    case: tuple[np.ndarray, TrainingSet, Folds],
) -> None:
    x, training, folds = case
    spy = SpyFit()

    def stop(progress: Progress) -> None:
        if progress.done == 1:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        cross_validate(x, training, folds, spy, seed=0, report=stop)
    assert len(spy.learned) == 1


def _nearest_mean(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    direction = x[positive].mean(axis=0) - x[~positive].mean(axis=0)
    return lambda other: other @ direction


def test_permuted_labels_are_near_a_half_where_true_labels_are_not() -> None:
    training = _training_set(n_positive=8, n_negative=40)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(len(training.rows), 50))
    x[training.positive] += 0.8
    folds = assign_folds(training.positive, training.drug, seed=0)
    true = cross_validate(x, training, folds, _nearest_mean, seed=0).metrics.mean_auroc
    null = []
    for permuted in permuted_labels(training, repeats=20, seed=0):
        folds = assign_folds(permuted.positive, permuted.drug, seed=0)
        result = cross_validate(x, permuted, folds, _nearest_mean, seed=0)
        null.append(result.metrics.mean_auroc)
    assert true > 0.95
    assert len(null) == 20
    assert abs(np.mean(null) - 0.5) < 0.1
    assert len(set(null)) > 15


def test_permuted_labels_keep_the_number_of_positive_drugs() -> None:
    training = _training_set()
    drawn = [
        frozenset(permuted.drug[permuted.positive])
        for permuted in permuted_labels(training, repeats=3, seed=0)
    ]
    assert [len(drugs) for drugs in drawn] == [5, 5, 5]
    assert len(set(drawn)) == 3


def test_permuted_labels_of_a_single_drug_fall_on_drugs_that_can_be_held_out() -> None:
    """A drug with one signature cannot be cross-validated, nor one with more than there are
    negatives."""
    drug = np.array(["p"] * 3 + ["two"] * 2 + ["many"] * 30 + [f"n{i}" for i in range(20)])
    training = TrainingSet(np.arange(55), drug == "p", drug.astype(object), "others", "")
    sets = list(permuted_labels(training, repeats=12, seed=0))
    assert {str(name) for each in sets for name in each.drug[each.positive]} == {"p", "two"}
    assert len(sets) == 12
