"""Other classifiers as `Fit` functions."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from gpar_core.learn import classifiers
from gpar_core.learn.classifiers import (
    CLASSIFIERS,
    LOGISTIC_GRID,
    logistic_regression,
    tuned_logistic_regression,
)
from gpar_core.progress import silent
from gpar_core.rank.scoring import scaled

DETERMINISTIC = sorted(set(CLASSIFIERS) - {"forest", "tuned_logistic"})  # whatever the seed


def _planted(seed: int, n_genes: int = 60, effect: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.arange(120) % 4 == 0
    x = rng.normal(size=(120, n_genes))
    x[positive, :6] += effect
    return x, positive


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_finds_a_planted_direction(name: str) -> None:
    scorer = CLASSIFIERS[name](*_planted(0, effect=1.5), 0, silent)
    x, positive = _planted(1, effect=1.5)
    assert scorer(x).shape == (120,)
    assert roc_auc_score(positive, scorer(x)) > 0.9


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_is_at_chance_without_an_effect(name: str) -> None:
    scorer = CLASSIFIERS[name](*_planted(0, effect=0.0), 0, silent)
    x, positive = _planted(1, effect=0.0)
    assert 0.3 < roc_auc_score(positive, scorer(x)) < 0.7


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_scores_alike_with_the_same_seed(name: str) -> None:
    x, positive = _planted(0)
    one, other = (CLASSIFIERS[name](x, positive, 5, silent)(x) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_most_do_not_depend_on_the_seed(name: str) -> None:
    x, positive = _planted(0)
    one, other = (CLASSIFIERS[name](x, positive, seed, silent)(x) for seed in (0, 1))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if "logistic" in name])
def test_a_logistic_regression_is_fitted_in_double_precision(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In single precision, different processors stop it at different places."""
    fit, seen = LogisticRegression.fit, set()

    def watched(model: LogisticRegression, x: np.ndarray, y: np.ndarray) -> LogisticRegression:
        seen.add(x.dtype.type)
        return fit(model, x, y)

    monkeypatch.setattr(LogisticRegression, "fit", watched)
    x, positive = _planted(0)
    CLASSIFIERS[name](x.astype(np.float32), positive, 0, silent)
    assert seen == {np.float64}


def test_a_forest_depends_on_its_seed() -> None:
    x, positive = _planted(0)
    one, other = (CLASSIFIERS["forest"](x, positive, seed, silent)(x) for seed in (0, 1))
    assert not np.array_equal(one, other)


def test_tuning_takes_the_strength_that_suits_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a grid with one hopeless end: a penalty so strong that only rounding is left."""
    x, positive = _planted(0)
    monkeypatch.setattr(classifiers, "LOGISTIC_GRID", (1e-30, 1e-2))
    tuned = tuned_logistic_regression(x, positive, 0, silent)(x)
    reference = LogisticRegression(C=1e-2, class_weight="balanced", max_iter=300)
    root = scaled(x, "signed-root").astype(np.float64)
    expected = reference.fit(root, positive).decision_function(root)
    np.testing.assert_array_equal(tuned, expected)


def test_tuning_sees_every_strength_of_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    x, positive = _planted(0)
    tried = []
    plain = classifiers._logistic
    monkeypatch.setattr(classifiers, "_logistic", lambda c: tried.append(c) or plain(c))
    tuned_logistic_regression(x, positive, 0, silent)
    assert tried[:-1] == list(LOGISTIC_GRID) * classifiers.INNER_FOLDS
    assert tried[-1] in LOGISTIC_GRID


def test_one_positive_leaves_nothing_to_tune_by() -> None:
    x, _ = _planted(0)
    positive = np.arange(120) == 7
    tuned, plain = (
        fit(x, positive, 0, silent)(x) for fit in (tuned_logistic_regression, logistic_regression)
    )
    np.testing.assert_array_equal(tuned, plain)
