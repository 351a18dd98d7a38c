"""Other classifiers as `Fit` functions."""

import numpy as np
from sklearn.metrics import roc_auc_score

from gpar_core.compare.classifiers import logistic_regression
from gpar_core.progress import silent


def _planted(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.arange(120) % 4 == 0
    x = rng.normal(size=(120, 60))
    x[positive, :6] += 1.0
    return x, positive


def test_logistic_regression_finds_a_planted_direction() -> None:
    scorer = logistic_regression(*_planted(0), 0, silent)
    x, positive = _planted(1)
    assert scorer(x).shape == (120,)
    assert roc_auc_score(positive, scorer(x)) > 0.9


def test_logistic_regression_does_not_depend_on_the_seed() -> None:
    x, positive = _planted(0)
    one, other = (logistic_regression(x, positive, seed, silent)(x) for seed in (0, 1))
    np.testing.assert_array_equal(one, other)
