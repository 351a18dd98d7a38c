"""Enrichment scores and their null, against the formula and against every subset there is."""

from collections import Counter
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import kolmogorov
from scipy.stats import kstwo

from gpar_core.rank import enrichment
from gpar_core.rank.enrichment import (
    enrich,
    enrichment_scores,
    exact_p,
    falling_ranks,
    null_scores,
)


def _literal(ranks: list[int], n: int) -> float:
    """Lamb et al. 2006, word for word."""
    v, k = sorted(ranks), len(ranks)
    a = max(Fraction(j, k) - Fraction(int(v[j - 1]), n) for j in range(1, k + 1))
    b = max(Fraction(int(v[j - 1]), n) - Fraction(j - 1, k) for j in range(1, k + 1))
    return float(a if a > b else -b)


def _every_score(n: int, k: int) -> list[float]:
    return [_literal(list(subset), n) for subset in combinations(range(1, n + 1), k)]


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrichment, "SMALL_LIST_DRAWS", 300)


@st.composite
def _lists(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Ranks, the compound of each, and the number of compounds."""
    sizes = draw(st.lists(st.integers(1, 7), min_size=1, max_size=6))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    compound = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.permutation(len(compound)) + 1, compound, len(sizes)


# --------------------------------------------------------------------------------------- ranks


def test_the_highest_score_has_rank_one() -> None:
    ranks = falling_ranks(
        np.array([0.1, 0.9, 0.5, -3.0]), seed=0, tie_key=np.array(["a", "b", "c", "d"])
    )
    np.testing.assert_array_equal(ranks, [3, 1, 2, 4])


@settings(max_examples=30)
@given(n=st.integers(1, 40), levels=st.integers(1, 5), seed=st.integers(0, 1000))
def test_ranks_do_not_depend_on_the_order_of_the_file(n: int, levels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    score, names = rng.integers(levels, size=n) / 10, np.array([f"S{i}" for i in range(n)])
    order = rng.permutation(n)
    ranks = falling_ranks(score, seed=seed, tie_key=names)
    shuffled = falling_ranks(score[order], seed=seed, tie_key=names[order])
    np.testing.assert_array_equal(shuffled, ranks[order])
    np.testing.assert_array_equal(np.sort(ranks), np.arange(1, n + 1))
    assert (np.diff(score[np.argsort(ranks)]) <= 0).all()


def test_ties_are_broken_by_the_seed_and_favor_no_name() -> None:
    names = np.array([f"S{i}" for i in range(20)])
    ranks = np.array([falling_ranks(np.zeros(20), seed=s, tie_key=names) for s in range(400)])
    # A mean rank has a standard error of 5.77 / 20 = 0.29.
    np.testing.assert_allclose(ranks.mean(axis=0), 10.5, atol=1.2)


# --------------------------------------------------------------------------- enrichment scores


@settings(max_examples=60)
@given(lists=_lists())
def test_scores_are_those_of_the_formula_and_bounded(
    lists: tuple[np.ndarray, np.ndarray, int],
) -> None:
    ranks, compound, n_compounds = lists
    es, k = enrichment_scores(ranks, compound, n_compounds)
    for one in range(n_compounds):
        own = ranks[compound == one]
        assert es[one] == _literal(list(own), len(ranks))
        assert k[one] == len(own)
    assert (np.abs(es) <= 1).all()


@pytest.mark.usefixtures("few_draws")
@settings(max_examples=30)
@given(lists=_lists(), seed=st.integers(0, 100))
def test_scores_do_not_depend_on_the_order_of_the_file(
    lists: tuple[np.ndarray, np.ndarray, int], seed: int
) -> None:
    ranks, compound, n_compounds = lists
    order = np.random.default_rng(seed).permutation(len(ranks))
    straight = enrich(ranks, compound, n_compounds, permutations=20, seed=seed)
    shuffled = enrich(ranks[order], compound[order], n_compounds, permutations=20, seed=seed)
    for field in ("k", "es", "nes", "p", "p_exact"):
        np.testing.assert_array_equal(getattr(straight, field), getattr(shuffled, field))


def test_scores_by_hand() -> None:
    ranks = np.array([1, 2, 9, 10, 5])
    compound = np.array([0, 0, 1, 1, 2])
    ranks = np.concatenate([ranks, [3, 4, 6, 7, 8]])
    compound = np.concatenate([compound, [3] * 5])
    es, _ = enrichment_scores(ranks, compound, 4)
    # Both at the top of ten: 2/2 - 2/10. Both at the bottom: -(9/10 - 0). In the middle, alone:
    # a = 1 - 5/10 is not above b = 5/10.
    np.testing.assert_allclose(es[:3], [0.8, -0.9, -0.5])


# ---------------------------------------------------------------------------------------- null


@pytest.mark.parametrize(("n", "k"), [(6, 1), (7, 2), (8, 3), (12, 3), (9, 4), (5, 5)])
def test_the_null_is_the_distribution_over_all_subsets(n: int, k: int) -> None:
    draws = 20_000
    (null,) = null_scores(n, np.array([k]), draws, seed=0)
    assert (np.diff(null) >= 0).all()
    every = Counter(_every_score(n, k))
    drawn = Counter(null.tolist())
    assert set(drawn) <= set(every)
    total = sum(every.values())
    for value, count in every.items():
        share = count / total
        error = np.sqrt(share * (1 - share) / draws)
        assert drawn[value] / draws == pytest.approx(share, abs=5 * error + 1e-12)


def test_the_null_does_not_depend_on_how_many_are_drawn_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (whole,) = null_scores(500, np.array([3]), 5000, seed=0)
    monkeypatch.setattr(enrichment, "BLOCK_VALUES", 1500)
    (parts,) = null_scores(500, np.array([3]), 5000, seed=0)
    assert len(parts) == 5000
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(parts, share) == pytest.approx(np.quantile(whole, share), abs=0.05)


def test_the_null_does_not_depend_on_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrichment, "BLOCK_VALUES", 1000)
    sizes = np.array([1, 2, 5, 30])
    alone = null_scores(500, sizes, 400, seed=0)
    np.testing.assert_array_equal(null_scores(500, sizes, 400, seed=0, threads=3), alone)
    assert alone.shape == (4, 400)


@pytest.mark.parametrize(("n", "sizes"), [(9, (1, 3)), (8, (1, 2, 4)), (6, (1,)), (5, (2, 4, 5))])
def test_subsets_hold_no_repeat_and_are_all_equally_likely(n: int, sizes: tuple[int, ...]) -> None:
    """Up to n / 2 ranks are drawn again until nothing repeats; beyond, all n are shuffled."""
    draws = 20_000
    grown = enrichment.growing_subsets(n, np.array(sizes), draws, np.random.default_rng(0))
    for k, drawn in zip(sizes, grown, strict=True):
        assert drawn.shape == (draws, k)
        assert (np.diff(drawn, axis=1) > 0).all()
        counted = Counter(map(tuple, drawn.tolist()))
        every = set(combinations(range(1, n + 1), k))
        assert set(counted) == every
        expected = draws / len(every)
        chi_square = sum((count - expected) ** 2 / expected for count in counted.values())
        # Mean and variance of chi-square are its degrees of freedom and twice that.
        freedom = len(every) - 1
        assert chi_square <= freedom + 5 * np.sqrt(2 * freedom)


# ------------------------------------------------------------------------------------ p-values


def test_p_is_the_literal_share_of_the_null_counting_the_score_itself() -> None:
    rng = np.random.default_rng(0)
    ranks, compound = rng.permutation(60) + 1, np.repeat(np.arange(12), 5)
    found = enrich(ranks, compound, 12, permutations=200, seed=3)
    (null,) = null_scores(60, np.array([5]), 200, seed=3)
    for es, p in zip(found.es, found.p, strict=True):
        assert p == pytest.approx((1 + sum(score >= es for score in null)) / 201)


@pytest.mark.parametrize("k", [2, 3])
def test_p_of_a_short_list_is_that_of_all_subsets(k: int) -> None:
    n = 12
    rng = np.random.default_rng(1)
    ranks, compound = rng.permutation(n) + 1, np.arange(n) // k
    found = enrich(ranks, compound, n // k, permutations=100, seed=0)
    every = np.array(_every_score(n, k))
    for es, p in zip(found.es, found.p_exact, strict=True):
        true = (every >= es).mean()
        assert p == pytest.approx(true, abs=5 * np.sqrt(true * (1 - true) / 20_000) + 1e-4)


def test_p_of_a_single_signature_in_a_short_list_is_its_rank() -> None:
    ranks = np.random.default_rng(0).permutation(40) + 1
    found = enrich(ranks, np.arange(40), 40, permutations=100, seed=0)
    np.testing.assert_allclose(found.p_exact, ranks / 40)
    every = np.array(_every_score(40, 1))
    for es, p in zip(found.es, found.p_exact, strict=True):
        assert p == pytest.approx((every >= es).mean())


@pytest.mark.parametrize("k", [1, 2, 5, 20, 100])
def test_the_exact_p_of_a_long_list_is_that_of_many_draws(k: int) -> None:
    draws = 20_000
    (null,) = null_scores(20_000, np.array([k]), draws, seed=0)
    for quantile in (0.02, 0.3, 0.6, 0.95, 0.999):
        es = float(np.quantile(null, quantile))
        share = (null >= es).mean()
        error = np.sqrt(share * (1 - share) / draws)
        assert exact_p(np.array([es]), k)[0] == pytest.approx(share, abs=5 * error + 1e-3)


def test_the_exact_p_is_that_of_scipy() -> None:
    # Up to k = 140 scipy computes it exactly, one value at a time.
    k = np.repeat([1, 2, 3, 5, 10, 33, 140], 40)
    depth = np.tile(np.linspace(0.3, 3, 40), 7)
    es = np.clip(depth / np.sqrt(k), 0.5 / k, 1) * np.where(np.arange(len(k)) % 3, 1, -1)
    half = kstwo.sf(np.abs(es), k) / 2
    expected = np.where(es > 0, half, 1 - half)
    np.testing.assert_allclose(exact_p(es, k), expected, rtol=2e-8, atol=1e-12)


def test_the_exact_p_of_very_many_signatures_is_the_limit_of_kolmogorov() -> None:
    es = np.array([0.002, 0.005, 0.008, 0.02])
    # The limit is reached as 1 / sqrt(k).
    np.testing.assert_allclose(exact_p(es, 20_000), kolmogorov(es * 20_000**0.5) / 2, atol=3e-3)


def test_a_long_list_takes_the_exact_p(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    ranks, compound = rng.permutation(10_000) + 1, np.arange(10_000) // 5
    found = enrich(ranks, compound, 2000, permutations=10, seed=0)
    np.testing.assert_array_equal(found.p_exact, exact_p(found.es, np.full(2000, 5)))
    # Under the null p is uniform; a Kolmogorov-Smirnov distance of 2,000 beyond 0.044 has p = 1e-3.
    uniform = np.abs(np.sort(found.p_exact) - (np.arange(2000) + 0.5) / 2000).max()
    assert uniform < 0.044


@pytest.mark.usefixtures("few_draws")
@settings(max_examples=30)
@given(lists=_lists())
def test_p_lies_above_zero_and_falls_as_the_score_rises(
    lists: tuple[np.ndarray, np.ndarray, int],
) -> None:
    ranks, compound, n_compounds = lists
    found = enrich(ranks, compound, n_compounds, permutations=50, seed=0)
    for p in (found.p, found.p_exact):
        assert ((p > 0) & (p <= 1)).all()
        for size in set(found.k):
            order = np.argsort(found.es[found.k == size])
            assert (np.diff(p[found.k == size][order]) <= 1e-12).all()


def test_the_normalised_score_is_one_for_the_mean_of_the_null() -> None:
    (null,) = null_scores(200, np.array([4]), 1000, seed=0)
    ranks = np.random.default_rng(0).permutation(200) + 1
    found = enrich(ranks, np.arange(200) // 4, 50, permutations=1000, seed=0)
    expected = np.where(
        found.es > 0, found.es / null[null > 0].mean(), found.es / -null[null <= 0].mean()
    )
    np.testing.assert_allclose(found.nes, expected)
