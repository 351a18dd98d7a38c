"""From similarities to scores, against literal references."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.compare.pairs import held_out_scores, pair_auroc_interval, pair_scores

POSITIVE = np.array([True, False, True, True, False])


def _similarity(seed: int, n_positive: int = 3, n: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_positive, n))


def test_held_out_drugs_are_scored_by_the_positives_of_other_folds_only() -> None:
    similarity = np.arange(15.0).reshape(3, 5)
    fold = np.array([0, 0, 1, 1, 1])
    expected = [(5 + 10) / 2, (6 + 11) / 2, 2, 3, 4]
    np.testing.assert_allclose(held_out_scores(similarity, POSITIVE, fold), expected)


def test_each_pair_of_positives_counts_once_and_none_of_negatives() -> None:
    similarity = _similarity(0)
    both, score = pair_scores(similarity, POSITIVE)
    columns = np.flatnonzero(POSITIVE)
    same = [similarity[i, columns[j]] for i in range(3) for j in range(i + 1, 3)]
    different = [similarity[i, j] for i in range(3) for j in np.flatnonzero(~POSITIVE)]
    assert score[both].tolist() == same
    assert score[~both].tolist() == different


def test_the_interval_is_that_of_counting_pairs_as_often_as_both_drugs_are_drawn() -> None:
    positive = np.arange(12) < 5
    similarity = np.round(_similarity(1, 5, 12), 1)  # with ties
    rng = np.random.default_rng([3, 0xFA12])
    values = []
    for _ in range(50):
        ours = rng.multinomial(5, np.full(5, 1 / 5))
        theirs = rng.multinomial(7, np.full(7, 1 / 7))
        labels, scores, weights = [], [], []
        for i in range(5):
            for j in range(12):
                if j < 5 and j <= i:
                    continue
                labels.append(j < 5)
                scores.append(similarity[i, j])
                weights.append(ours[i] * (ours[j] if j < 5 else theirs[j - 5]))
        if any(w for w, same in zip(weights, labels, strict=True) if same):
            values.append(roc_auc_score(labels, scores, sample_weight=weights))
    found = pair_auroc_interval(similarity, positive, seed=3, n_resamples=50)
    np.testing.assert_allclose(found, np.percentile(values, [2.5, 97.5]), atol=1e-12)


def test_a_separation_of_all_pairs_leaves_no_doubt() -> None:
    positive = np.arange(20) < 6
    similarity = np.where(positive, 1.0, 0.0) + 0.01 * _similarity(2, 6, 20)
    assert pair_auroc_interval(similarity, positive, seed=0) == pytest.approx((1, 1))
