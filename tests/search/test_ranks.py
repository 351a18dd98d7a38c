"""Ranks against sorting in Python and against scipy's, with ties, zeros and both signs."""

import numpy as np
import pytest
from scipy.stats import rankdata

from gpar_core.search.ranks import mean_ranks, ranks, signed_ranks, sorted_places
from tests.search.queries import signatures


def tied(n: int) -> np.ndarray:
    """Signatures of few different values, among them both zeros, and the smallest float."""
    z = np.round(signatures(n), 1)
    z[:, ::7] = 0.0
    z[:, ::11] = -0.0
    z[:, 3] = np.finfo(np.float32).tiny
    return z


@pytest.mark.parametrize("n", [1, 33, 600])
def test_genes_are_ranked_from_the_highest_value_and_ties_keep_their_order(n: int) -> None:
    for z in (signatures(n), tied(n)):
        found = ranks(z)
        assert (found.shape, found.dtype) == ((978, n), np.uint16)
        for row in range(0, n, 50):
            order = sorted(range(978), key=lambda gene: (-z[row, gene], gene))
            assert np.argsort(found[:, row]).tolist() == order


@pytest.mark.parametrize("n", [1, 33, 600])
def test_signed_ranks_are_twice_the_mean_rank_of_the_size(n: int) -> None:
    for z in (signatures(n), tied(n)):
        expected = np.sign(z) * 2 * rankdata(np.abs(z), axis=1)
        np.testing.assert_array_equal(signed_ranks(z).T, expected)


def test_signed_ranks_count_no_zero() -> None:
    z = np.array([[0.0, -2.0, 2.0, -0.0, 1.0]], np.float32)
    assert signed_ranks(z)[:, 0].tolist() == [0, -9, 9, 0, 6]


@pytest.mark.parametrize("m", [1, 2, 150, 978])
def test_ranks_among_some_genes_are_those_of_scipy(m: int) -> None:
    genes = np.sort(np.random.default_rng(m).permutation(978)[:m])
    for z in (signatures(40), tied(40)):
        found = mean_ranks(z.T[genes].copy(), ranks(z)[genes])
        np.testing.assert_array_equal(found.T, rankdata(z[:, genes], axis=1))


def test_places_are_sorted_and_the_marks_are_cleared() -> None:
    rank = np.random.default_rng(0).permutation(978).astype(np.uint16)
    genes, marked, places = np.arange(0, 978, 3), np.zeros(16, np.uint64), np.empty(326, np.int64)
    for _ in range(2):
        sorted_places(rank, genes, marked, places)
        assert places.tolist() == sorted(rank[genes].tolist())
        assert not marked.any()
