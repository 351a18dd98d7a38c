"""Similarities of two drugs, against scipy, scikit-learn and literal references."""

import numpy as np
import pytest
from scipy.stats import fisher_exact
from sklearn.metrics import jaccard_score
from sklearn.metrics.pairwise import cosine_similarity

from gpar_core.compare.similarity import DEG_Z, cosine, fisher, jaccard, stouffer

N_GENES = 40


def _signatures(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=2, size=(n, N_GENES)).astype(np.float32)


def _directed(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x >= DEG_Z, x <= -DEG_Z])


def test_merged_signatures_have_the_spread_of_one() -> None:
    x = np.random.default_rng(0).normal(size=(60, 500))
    names, merged = stouffer(x, np.array(["b", "a", "a"] * 20))
    assert names.tolist() == ["a", "b"]
    np.testing.assert_allclose(merged[1], x[::3].sum(axis=0) / np.sqrt(20), rtol=1e-5, atol=1e-5)
    assert merged.std() == pytest.approx(1, abs=0.1)


def test_cosine_is_scikit_learns_and_nothing_is_like_nothing() -> None:
    a, b = _signatures(3, 1), _signatures(4, 2)
    np.testing.assert_allclose(cosine(a, b), cosine_similarity(a, b), atol=1e-6)
    assert cosine(np.zeros((1, N_GENES)), b).tolist() == [[0, 0, 0, 0]]


def test_jaccard_is_scikit_learns_on_genes_with_their_direction() -> None:
    a, b = _signatures(3, 3), _signatures(4, 4)
    expected = [[jaccard_score(_directed(x), _directed(y)) for y in b] for x in a]
    np.testing.assert_allclose(jaccard(a, b), expected, atol=1e-6)
    assert jaccard(np.zeros((1, N_GENES)), np.zeros((1, N_GENES))) == [[0]]


def test_genes_that_change_in_opposite_directions_are_not_shared() -> None:
    x = np.full((1, N_GENES), 3.0)
    assert jaccard(x, -x) == [[0]]
    assert fisher(x, -x)[0, 0] == pytest.approx(0, abs=1e-12)


def test_fisher_is_scipys_exact_test() -> None:
    a, b = _signatures(3, 5), _signatures(4, 6)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            ours, theirs = _directed(x), _directed(y)
            table = [
                [(ours & theirs).sum(), (ours & ~theirs).sum()],
                [(~ours & theirs).sum(), (~ours & ~theirs).sum()],
            ]
            p = fisher_exact(table, alternative="greater").pvalue
            assert fisher(a, b)[i, j] == pytest.approx(-np.log10(p), abs=1e-6)


def test_fisher_of_the_same_strong_signature_stays_finite() -> None:
    x = np.full((1, 978), 5.0)
    x[:, ::2] *= -1
    assert fisher(x, x)[0, 0] == pytest.approx(300)
