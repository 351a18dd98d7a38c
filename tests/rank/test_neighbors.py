"""Nearest signatures against scikit-learn's cosine."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from gpar_core.rank import neighbors
from gpar_core.rank.neighbors import nearest


@pytest.mark.parametrize("block", [7, 1000])
def test_the_nearest_are_those_of_the_whole_matrix(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbors, "BLOCK_ROWS", block)
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(60, 12)).astype(np.float32)
    profiles = rng.normal(size=(5, 12)).astype(np.float32)
    rows = np.sort(rng.choice(60, 40, replace=False))
    found, cosine = nearest(matrix, rows, profiles, top=6)
    expected = cosine_similarity(profiles, matrix[rows])
    order = np.argsort(-expected, axis=1)[:, :6]
    np.testing.assert_array_equal(found, rows[order])
    np.testing.assert_allclose(cosine, np.take_along_axis(expected, order, 1), atol=1e-6)


def test_fewer_rows_than_asked_for_give_them_all() -> None:
    matrix = np.eye(3, dtype=np.float32)
    found, cosine = nearest(matrix, np.array([0, 2]), matrix[:1], top=10)
    assert found.tolist() == [[0, 2]]
    assert cosine.tolist() == [[1.0, 0.0]]


def test_of_equal_ones_the_first_comes_first_and_zeros_are_like_nothing() -> None:
    matrix = np.ones((20, 4), np.float32)
    found, cosine = nearest(matrix, np.arange(20), np.zeros((1, 4), np.float32), top=5)
    assert found.tolist() == [[0, 1, 2, 3, 4]]
    assert not cosine.any()


def test_ties_within_and_between_blocks_go_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against sorting all of them, where cosines take three values only."""
    monkeypatch.setattr(neighbors, "BLOCK_ROWS", 16)
    kinds = np.eye(3, dtype=np.float32)
    matrix = kinds[np.random.default_rng(0).integers(0, 3, size=100)]
    profiles = np.array([[3, 2, 1], [0, 1, 0]], np.float32)
    found, _ = nearest(matrix, np.arange(100), profiles, top=40)
    all_of_them = cosine_similarity(profiles, matrix).round(6)
    np.testing.assert_array_equal(found, np.argsort(-all_of_them, axis=1, kind="stable")[:, :40])
