"""Genes by logistic regression are those of scikit-learn's own selection."""

import numpy as np
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression

from gpar_core.learn.gene_selection import N_SELECTED, logistic_coefficients, ranks
from gpar_core.learn.logistic import logistic_regression
from gpar_core.progress import silent


def signatures() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    positive = np.arange(60) < 12
    x = rng.normal(size=(60, 300)).astype(np.float32)
    x[positive, :30] += 1
    return x, positive


def test_the_first_genes_are_those_that_scikit_learn_selects() -> None:
    x, positive = signatures()
    selection = SelectFromModel(
        LogisticRegression(C=1e-3, class_weight="balanced", max_iter=1000),
        max_features=N_SELECTED,
        threshold=-np.inf,
    )
    selection.fit(np.sign(x) * np.sqrt(np.abs(x)), positive)
    ours = ranks(logistic_coefficients(x, positive)) <= N_SELECTED
    np.testing.assert_array_equal(ours, selection.get_support())


def test_the_regression_is_the_one_beside_each_model() -> None:
    x, positive = signatures()
    root = np.sign(x) * np.sqrt(np.abs(x))
    score = logistic_regression(x, positive, 0, silent)(x)
    by_coefficient = root @ logistic_coefficients(x, positive)
    np.testing.assert_allclose(np.ptp(score - by_coefficient), 0, atol=1e-5)


def test_planted_genes_come_first() -> None:
    x, positive = signatures()
    rank = ranks(logistic_coefficients(x, positive))
    assert (rank[:30] <= 40).mean() > 0.7


def test_ranks_are_by_absolute_value_and_ties_keep_their_order() -> None:
    assert ranks(np.array([0.5, -2.0, 0.0, 2.0, 0.5])).tolist() == [3, 1, 5, 2, 4]
