"""Classifiers fitted for all classes at once give each class what it gets alone."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from gpar_core.compare import classifiers
from gpar_core.compare.classifiers import CLASSIFIERS, LOGISTIC_GRID, tuned_logistic
from gpar_core.errors import Cancelled
from gpar_core.learn.presets import LINEAR
from gpar_core.progress import Progress, silent
from gpar_core.rank.scoring import scaled

N = 120


def planted(seed: int, n_genes: int = 60, effect: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.arange(N) % 4 == 0
    x = rng.normal(size=(N, n_genes))
    x[positive, :6] += effect
    return x, positive


def classes(seed: int, effect: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Three classes of different sizes, each with genes of its own."""
    rng = np.random.default_rng(seed)
    positive = np.stack([np.arange(N) % 4 == 0, np.arange(N) < 20, np.arange(N) % 9 == 5], axis=1)
    x = rng.normal(size=(N, 60))
    for number in range(3):
        x[positive[:, number], 6 * number : 6 * number + 6] += effect
    return x.astype(np.float32), positive


def root(x: np.ndarray) -> np.ndarray:
    return scaled(x, LINEAR.scaling).astype(np.float64)


def logistic(c: float, weight: str | None) -> LogisticRegression:
    return LogisticRegression(C=c, class_weight=weight, max_iter=10_000, tol=1e-9)


ALONE: dict[str, tuple[Callable[[], ClassifierMixin], Callable[[np.ndarray], np.ndarray]]] = {
    "balanced_logistic": (lambda: logistic(LINEAR.c, "balanced"), root),
    "default_logistic": (lambda: logistic(1.0, None), np.float64),
    "knn": (KNeighborsClassifier, np.asarray),
    "forest": (lambda: RandomForestClassifier(random_state=5), np.asarray),
    "bayes": (GaussianNB, np.asarray),
    "svm": (lambda: SVC(class_weight="balanced"), root),
}
"""scikit-learn's model of one class, and what it gets."""


@pytest.mark.parametrize("name", ALONE)
def test_each_class_gets_what_scikit_learn_gives_it_alone(name: str) -> None:
    x, positive = classes(0, effect=0.7)
    other, _ = classes(1, effect=0.7)
    found = CLASSIFIERS[name](x, positive, 5, silent)(other)
    assert found.shape == positive.shape
    model, of = ALONE[name]
    for number, member in enumerate(positive.T):
        alone = model().fit(of(x), member)
        if hasattr(alone, "decision_function"):
            expected = alone.decision_function(of(other))
        else:
            expected = alone.predict_proba(of(other))[:, 1]
        np.testing.assert_allclose(found[:, number], expected, rtol=1e-3, atol=2e-3)


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_finds_planted_directions(name: str) -> None:
    scorer = CLASSIFIERS[name](*classes(0), 0, silent)
    x, positive = classes(1)
    found = scorer(x)
    for number in range(3):
        assert roc_auc_score(positive[:, number], found[:, number]) > 0.8


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_is_at_chance_without_an_effect(name: str) -> None:
    x, positive = planted(0, effect=0.0)
    scorer = CLASSIFIERS[name](x, positive[:, None], 0, silent)
    x, positive = planted(1, effect=0.0)
    assert 0.3 < roc_auc_score(positive, scorer(x)[:, 0]) < 0.7


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_scores_alike_with_the_same_seed(name: str) -> None:
    x, positive = classes(0)
    one, other = (CLASSIFIERS[name](x, positive, 5, silent)(x) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_only_forests_and_inner_folds_depend_on_the_seed(name: str) -> None:
    x, positive = classes(0)
    one, other = (CLASSIFIERS[name](x, positive, seed, silent)(x) for seed in (0, 1))
    if name == "forest":
        assert not np.array_equal(one, other)
    elif name != "tuned_logistic":
        np.testing.assert_array_equal(one, other)


def test_many_signatures_need_no_kernel_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    x, positive = classes(0)
    kept = CLASSIFIERS["svm"](x, positive, 0, silent)(x)
    monkeypatch.setattr(classifiers, "MAX_KERNEL", N - 1)
    np.testing.assert_allclose(CLASSIFIERS["svm"](x, positive, 0, silent)(x), kept, atol=1e-3)


@pytest.mark.parametrize("name", ["forest", "svm", "balanced_logistic", "tuned_logistic"])
def test_slow_ones_stop_when_told(name: str) -> None:
    def cancel(_: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        CLASSIFIERS[name](*classes(0), 0, cancel)


def test_tuning_takes_the_c_that_is_best_on_inner_folds_class_by_class() -> None:
    x, positive = classes(0, effect=0.4)
    found = tuned_logistic(x, positive, 3, silent)(x)
    for number, member in enumerate(positive.T):
        auroc = np.zeros(len(LOGISTIC_GRID))
        inner = StratifiedKFold(classifiers.INNER_FOLDS, shuffle=True, random_state=3)
        for train, held_out in inner.split(x, member):
            for place, c in enumerate(LOGISTIC_GRID):
                model = logistic(c, "balanced").fit(root(x)[train], member[train])
                score = model.decision_function(root(x)[held_out])
                auroc[place] += roc_auc_score(member[held_out], score)
        best = logistic(LOGISTIC_GRID[auroc.argmax()], "balanced").fit(root(x), member)
        expected = best.decision_function(root(x))
        np.testing.assert_allclose(found[:, number], expected, rtol=1e-3, atol=2e-3)


def test_one_member_leaves_nothing_to_tune_by() -> None:
    x, _ = planted(0)
    positive = (np.arange(N) == 7)[:, None]
    tuned, plain = (
        CLASSIFIERS[name](x, positive, 0, silent)(x)
        for name in ("tuned_logistic", "balanced_logistic")
    )
    np.testing.assert_array_equal(tuned, plain)
