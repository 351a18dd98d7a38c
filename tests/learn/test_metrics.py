"""Metrics of held-out scores, against scikit-learn and against loops."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from gpar_core.learn import metrics as module
from gpar_core.learn.metrics import Metrics, auroc_interval, evaluate


def _held_out(
    n_positive_drugs: int = 6, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Scores with ties, three folds, two signatures per drug."""
    rng = np.random.default_rng(seed)
    drug = np.repeat([f"p{i}" for i in range(n_positive_drugs)] + [f"n{i}" for i in range(12)], 2)
    positive = np.char.startswith(drug, "p")
    fold = np.repeat(np.arange(len(drug) // 2) % 3, 2)
    score = np.round(rng.normal(size=len(drug)) + positive, 1)
    return positive, score, fold, drug


def test_figures_are_those_of_scikit_learn() -> None:
    positive, score, fold, drug = _held_out()
    found = evaluate(positive, score, fold, drug, seed=0)
    per_fold = [roc_auc_score(positive[fold == f], score[fold == f]) for f in range(3)]
    assert found.fold_auroc == pytest.approx(per_fold)
    assert found.mean_auroc == pytest.approx(np.mean(per_fold))
    assert found.pooled_auroc == pytest.approx(roc_auc_score(positive, score))
    assert found.average_precision == pytest.approx(average_precision_score(positive, score))
    assert found.base_rate == pytest.approx(12 / 36)
    assert found.n_resampled == 6


def _naive_interval(
    positive: np.ndarray, score: np.ndarray, fold: np.ndarray, unit: np.ndarray, seed: int, n: int
) -> tuple[float, float]:
    """Draw the same drugs, repeat the signatures of each as often, and ask scikit-learn."""
    rng = np.random.default_rng([seed, 0xB007])
    positive_units, negative_units = np.unique(unit[positive]), np.unique(unit[~positive])
    drawn_positive = module.resample(len(positive_units), n, rng)
    drawn_negative = module.resample(len(negative_units), n, rng)
    means = []
    for p, q in zip(drawn_positive, drawn_negative, strict=True):
        times = dict(zip(positive_units, p, strict=True)) | dict(
            zip(negative_units, q, strict=True)
        )
        rows = np.repeat(np.arange(len(unit)), [int(times[name]) for name in unit])
        per_fold = []
        for number in range(fold.max() + 1):
            held = rows[fold[rows] == number]
            if len(set(positive[held])) == 2:
                per_fold.append(roc_auc_score(positive[held], score[held]))
        if per_fold:
            means.append(np.mean(per_fold))
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


@pytest.mark.parametrize("n_positive_drugs", [2, 3, 6])
def test_the_interval_is_that_of_resampling_drug_by_drug(n_positive_drugs: int) -> None:
    positive, score, fold, drug = _held_out(n_positive_drugs)
    fold = np.minimum(fold, n_positive_drugs - 1)
    found = auroc_interval(positive, score, fold, drug, seed=5, n_resamples=100)
    assert found == pytest.approx(_naive_interval(positive, score, fold, drug, 5, 100))


def test_drugs_are_drawn_with_replacement_as_many_as_there_are() -> None:
    drawn = module.resample(7, 500, np.random.default_rng(0))
    assert (drawn.sum(axis=1) == 7).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=0.2)
    assert (drawn == 0).any()


def test_the_interval_holds_the_mean_and_narrows_with_more_drugs() -> None:
    widths: dict[int, list[float]] = {3: [], 30: []}
    for n, seen in widths.items():
        for seed in range(8):
            positive, score, fold, drug = _held_out(n, seed)
            found = evaluate(positive, score, fold, drug, seed=0)
            low, high = found.interval
            assert low <= found.mean_auroc <= high
            seen.append(high - low)
    assert np.mean(widths[30]) < np.mean(widths[3])


def test_the_signatures_of_a_single_drug_are_resampled_one_by_one() -> None:
    positive, score, fold, drug = _held_out(1)
    fold = np.where(positive, np.cumsum(positive) - 1, fold % 2)
    found = evaluate(positive, score, fold, np.where(positive, "5", drug), seed=0)
    assert found.n_resampled == 2
    assert found.interval[0] < found.interval[1]


def test_perfect_scores_leave_nothing_to_doubt() -> None:
    positive, _, fold, drug = _held_out()
    found = evaluate(positive, positive * 1.0, fold, drug, seed=0)
    assert (found.mean_auroc, found.average_precision, found.interval) == (1.0, 1.0, (1.0, 1.0))


@pytest.mark.parametrize(("auroc", "reaches"), [(0.6, True), (0.5999, False)])
def test_the_line_of_the_paper_is_reached_from_it_on(auroc: float, reaches: bool) -> None:
    assert Metrics((auroc,), auroc, auroc, 0.1, 0.1, (0.5, 0.7), 3).reaches_line == reaches
