"""Nearest neighbors against all distances."""

import numpy as np
import pytest

from gpar_core import gpu
from gpar_core.maps import nearest
from gpar_core.maps.nearest import nearest_neighbors


def _x(n: int = 400) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 12)).astype(np.float32)


def _slowly(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    apart = np.sqrt(np.square(x[:, None].astype(float) - x[None]).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    found = np.argsort(apart, axis=1)[:, :k]
    return found, np.take_along_axis(apart, found, axis=1)


def test_few_have_their_exact_neighbors() -> None:
    x = _x()
    found, distances = nearest_neighbors(x, 9, seed=0)
    expected, apart = _slowly(x, 9)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(distances, apart, atol=1e-3)


def test_many_have_nearly_all_of_them_and_the_same_for_a_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nearest, "EXACT", 100)
    x = _x(1000)
    found, distances = nearest_neighbors(x, 10, seed=1)
    monkeypatch.setattr(nearest, "EXACT", 10_000)
    exact, _ = nearest_neighbors(x, 10, seed=1)
    shared = [len(set(a) & set(b)) for a, b in zip(found, exact, strict=True)]
    assert np.mean(shared) > 9.3
    assert (np.diff(distances, axis=1) >= 0).all()
    assert (found != np.arange(len(x))[:, None]).all()
    monkeypatch.setattr(nearest, "EXACT", 100)
    np.testing.assert_array_equal(nearest_neighbors(x, 10, seed=1)[0], found)


def test_many_have_exact_neighbors_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "EXACT", 100)
    monkeypatch.setattr(nearest, "BLOCK_ROWS", 150)
    monkeypatch.setattr(gpu, "device", lambda: "/CPU:0")
    x = _x() + 30  # far from 0, where the squares' rounding errors are large
    found, distances = nearest_neighbors(x, 9, seed=0)
    expected, apart = _slowly(x, 9)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(distances, apart, atol=1e-5)


def test_equal_signatures_are_each_others_neighbors_and_not_their_own() -> None:
    x = np.repeat(_x(5), 20, axis=0)
    found, distances = nearest_neighbors(x, 4, seed=0)
    assert found.shape == (100, 4)
    assert (found != np.arange(100)[:, None]).all()
    assert (found // 20 == (np.arange(100) // 20)[:, None]).all()
    assert distances.max() < 1e-2
