"""Many logistic regressions at once: each is at the minimum of its own loss."""

import numpy as np
import pytest
from scipy.optimize import minimize

from gpar_core.compare import many_logistic as module
from gpar_core.compare.many_logistic import axes, balanced, many_logistic
from gpar_core.progress import silent

N, P = 80, 12


def loss(
    at: np.ndarray, x: np.ndarray, positive: np.ndarray, weight: np.ndarray, c: float
) -> float:
    total = 0.0
    for one, member, share in zip(x, positive, weight, strict=True):
        margin = (one @ at[:-1] + at[-1]) * (1 if member else -1)
        total += share * np.log1p(np.exp(-margin))
    return float(c * total + at[:-1] @ at[:-1] / 2)


def test_each_column_is_minimal_whatever_its_weights_and_penalty() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, P)) * np.geomspace(0.05, 5, P) + rng.normal(size=P)
    positive = rng.random((N, 4)) < [0.5, 0.1, 0.3, 0.3]
    weight = rng.random((N, 4)) * (rng.random((N, 4)) < 0.8)
    c = np.array([1e-3, 1.0, 1e2, 0.1])
    found = many_logistic(axes(x), positive, weight, c, silent)
    for column in range(4):
        own = np.append(found.coefficients[:, column], found.intercepts[column])
        of = x, positive[:, column], weight[:, column], c[column]
        least = minimize(loss, np.zeros(P + 1), args=of, method="BFGS", options={"gtol": 1e-7})
        assert loss(own, *of) == pytest.approx(least.fun, rel=1e-5)
    np.testing.assert_allclose(found(x), x @ found.coefficients + found.intercepts)


def test_a_fit_does_not_depend_on_those_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    x, positive = rng.normal(size=(N, P)), rng.random((N, 5)) < 0.3
    of, ones, c = axes(x), np.ones((N, 5)), np.ones(5)
    together = many_logistic(of, positive, ones, c, silent)(x)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    apart = many_logistic(of, positive, ones, c, silent)(x)
    np.testing.assert_allclose(together, apart, atol=1e-3)


def test_signatures_of_weight_0_are_left_out() -> None:
    rng = np.random.default_rng(2)
    x, positive = rng.normal(size=(N, P)), rng.random((N, 1)) < 0.3
    kept = np.arange(N) < 60
    weight = kept[:, None].astype(float)
    found = many_logistic(axes(x), positive, weight, np.ones(1), silent)(x)
    alone = many_logistic(axes(x[kept]), positive[kept], weight[kept], np.ones(1), silent)(x)
    np.testing.assert_allclose(found, alone, atol=1e-3)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_sample_weight

    rng = np.random.default_rng(3)
    positive, taking_part = rng.random((N, 3)) < 0.2, rng.random((N, 3)) < 0.7
    found = balanced(positive, taking_part)
    for column in range(3):
        kept = taking_part[:, column]
        expected = compute_sample_weight("balanced", positive[kept, column])
        np.testing.assert_allclose(found[kept, column], expected)
        assert not found[~kept, column].any()
