"""p by random lists, and p of single signatures by theory."""

import numpy as np
import pytest
from scipy import stats

from gpar_core import fields
from gpar_core.search.extreme_sum import extreme_sum
from gpar_core.search.list_null import TERMS, list_p
from gpar_core.search.query import Query
from gpar_core.search.scores import Compare
from gpar_core.search.significance import null_of, p_values, random_queries
from gpar_core.search.zhang import connection_strength
from tests.search.queries import drawn, signatures


def slow_p(score: np.ndarray, null: np.ndarray) -> list[float]:
    """As the definition has it, one value at a time."""
    pooled = []
    for row in null:
        if row.std() > 0:
            for place, value in enumerate(row):
                others = np.delete(row, place)
                pooled.append(abs(value - others.mean()) / others.std())
    found = []
    for own, row in zip(score, null, strict=True):
        far = abs(own - row.mean()) / row.std() if row.std() > 0 else 0.0
        as_large = sum(value >= far for value in pooled)
        found.append((1 + as_large) / (1 + len(pooled)) if row.std() > 0 else 1.0)
    return found


def test_p_is_the_share_of_null_scores_as_large_each_standardized_by_the_others() -> None:
    rng = np.random.default_rng(0)
    null = rng.normal(size=(6, 12)) * np.array([1, 2, 3, 0, 1, 5])[:, None] + 3
    score = np.array([3.5, 9, -20, 3, 0, 3])
    np.testing.assert_allclose(p_values(score, null_of(null)), slow_p(score, null))
    assert p_values(score, null_of(null))[3] == 1


@pytest.mark.parametrize("r", [25, 100])
def test_scores_of_the_null_itself_have_uniform_p(r: int) -> None:
    """Standardized by their own spread as well, 1.4 times as many would be below 0.01 (r = 100)."""
    rng = np.random.default_rng(r)
    drugs = rng.uniform(0.5, 2, size=(2000, 1))
    p = np.concatenate(
        [
            p_values(all_[:, 0], null_of(all_[:, 1:]))
            for all_ in (drugs * rng.normal(size=(2000, r + 1)) + drugs for _ in range(15))
        ]
    )
    for level in (0.5, 0.05, 0.01):
        assert (p < level).mean() == pytest.approx(level, rel=0.15)


def test_a_null_that_varies_once_is_no_error() -> None:
    null = np.zeros((2, 10))
    null[0, 3], null[1] = 1.0, np.arange(10)
    p = p_values(np.array([1.0, 9.0]), null_of(null))
    assert ((p > 0) & (p <= 1)).all()


def test_with_one_list_and_ranks_it_is_the_test_of_mann_and_whitney() -> None:
    z, query = signatures(30).astype(float), drawn(25, 0)
    rank = stats.rankdata(z, axis=1)
    rest = np.setdiff1d(np.arange(fields.N_LANDMARKS), query.up)
    theirs = [
        stats.mannwhitneyu(
            row[query.up], row[rest], method="asymptotic", use_continuity=False
        ).pvalue
        for row in z
    ]
    np.testing.assert_allclose(list_p(rank, query.direction), theirs, rtol=1e-9)


@pytest.mark.parametrize(("name", "of"), [("zhang", connection_strength), ("xsum", extreme_sum)])
@pytest.mark.parametrize("n_down", [0, 20])
def test_random_lists_have_the_law_that_theory_gives(name: str, of: Compare, n_down: int) -> None:
    z = signatures(2) + np.float32(0.3)
    lists = random_queries(drawn(20, n_down), 4000, seed=1)
    score = of(z, lists)
    x = TERMS[name](z)
    sums = x @ np.stack([query.direction for query in lists], axis=1)
    for one, other in zip(sums, score, strict=True):  # the score is their sum, up to a factor
        np.testing.assert_allclose(one / one[0], other / other[0], rtol=1e-3, atol=1e-4)
    p = np.stack([list_p(x, query.direction) for query in lists], axis=1)
    for level in (0.5, 0.1, 0.01):
        assert (p < level).mean() == pytest.approx(level, rel=0.2)
    for row, own in zip(score, p, strict=True):  # and the p falls as the score leaves its mean
        far = np.abs(row - row.mean())
        assert stats.spearmanr(far, own).statistic < -0.99


def test_a_signature_of_the_query_is_significant_and_a_flat_one_is_not() -> None:
    z = signatures(3)
    z[2] = 0
    order = np.argsort(z[0])
    query = Query("own", np.sort(order[-20:]), np.sort(order[:20]))
    p = list_p(TERMS["zhang"](z), query.direction)
    assert p[0] < 1e-10
    assert p[1] > 1e-4
    assert p[2] == 1
    assert (list_p(z, np.zeros(978)) == 1).all()
