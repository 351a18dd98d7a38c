"""Faithfulness against scikit-learn's and against sets."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from gpar_core.maps import faithfulness as module
from gpar_core.maps.faithfulness import faithfulness
from gpar_core.rank.neighbors import unit


def _x(n: int = 200) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 6)).astype(np.float32)


def _recall(x: np.ndarray, place: np.ndarray, k: int) -> np.ndarray:
    """Of each row, by sets."""
    near = []
    for points in (unit(x).astype(float), place.astype(float)):
        apart = np.square(points[:, None] - points[None]).sum(axis=2)
        np.fill_diagonal(apart, np.inf)
        near.append([set(row) for row in np.argsort(apart, axis=1)[:, :k]])
    return np.array([len(a & b) / k for a, b in zip(*near, strict=True)])


def test_it_is_that_of_scikit_learn_and_of_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_ROWS", 33)
    x, place = _x(), _x()[:, :2]
    found = faithfulness(x, place, seed=0)
    expected = trustworthiness(unit(x), place, n_neighbors=15)
    assert found.trustworthiness == pytest.approx(expected, abs=1e-6)
    assert found.knn_recall == pytest.approx(_recall(x, place, 15).mean())
    assert (found.k, found.n_sampled) == (15, 200)
    assert (found.trustworthiness_se, found.knn_recall_se) == (0, 0)


def test_a_sample_comes_close_and_says_how_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SAMPLED", 60)
    x, place = _x(600), _x(600)[:, :2]
    whole = _recall(x, place, 15)
    off = []
    for seed in range(40):
        found = faithfulness(x, place, seed=seed)
        off.append((found.knn_recall - whole.mean()) / found.knn_recall_se)
    assert found.n_sampled == 60
    assert np.std(off) == pytest.approx(1, abs=0.3)
    assert abs(np.mean(off)) < 0.5


def test_the_space_itself_is_faithful_and_a_random_map_is_at_chance() -> None:
    angle = np.random.default_rng(1).uniform(0, 2 * np.pi, 500)
    circle = np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    same = faithfulness(circle, circle, seed=0)
    assert same.trustworthiness > 0.9999
    assert same.knn_recall > 0.98  # rounding turns a few pairs around
    other = faithfulness(circle, np.random.default_rng(2).normal(size=(500, 2)), seed=0)
    assert other.trustworthiness == pytest.approx(0.5, abs=0.05)
    assert other.knn_recall == pytest.approx(other.chance, abs=0.01)
    assert other.chance == 15 / 499


@pytest.mark.parametrize(("n", "k"), [(4, 1), (15, 7), (31, 15), (100, 15)])
def test_a_small_map_has_fewer_neighbors(n: int, k: int) -> None:
    found = faithfulness(_x(n), _x(n)[:, :2], seed=0)
    assert found.k == k
    assert 0 <= found.knn_recall <= 1


def test_points_on_one_place_are_no_error() -> None:
    found = faithfulness(_x(50), np.zeros((50, 2)), seed=0)
    assert 0 <= found.knn_recall < 1
