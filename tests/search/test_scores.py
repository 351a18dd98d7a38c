"""Each score against its definition, and what all of them have in common."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from gpar_core import fields
from gpar_core.errors import RequestError
from gpar_core.search.connectivity import normalized, weighted_connectivity
from gpar_core.search.correlation import pearson, spearman
from gpar_core.search.extreme_sum import extreme_sum
from gpar_core.search.query import Query, of_profile
from gpar_core.search.scores import SCORES, Compare, check_varies
from gpar_core.search.zhang import connection_strength
from tests.search.queries import drawn, signatures
from tests.search.test_weighted_es import slow_es

NONE = np.array([], int)
BY_SIGNATURE = [name for name, score in SCORES.items() if score.of is not None]


def _of(name: str) -> Compare:
    of = SCORES[name].of
    assert of is not None
    return of


def _mask(genes: np.ndarray) -> np.ndarray:
    found = np.zeros(fields.N_LANDMARKS, bool)
    found[genes] = True
    return found


def test_weighted_connectivity_is_half_the_difference_of_es_of_different_signs() -> None:
    z, query = signatures(40), drawn(20, 30)
    found = weighted_connectivity(z, [query])[:, 0]
    for row, own in zip(z, found, strict=True):
        up, down = slow_es(row, _mask(query.up)), slow_es(row, _mask(query.down))
        assert own == pytest.approx((up - down) / 2 if up * down < 0 else 0, abs=1e-12)
    assert (found == 0).any()
    assert (found != 0).any()


def test_with_one_list_its_es_alone_counts() -> None:
    z, query = signatures(5), drawn(20, 0)
    up = weighted_connectivity(z, [query])[:, 0]
    down = weighted_connectivity(z, [Query("down", NONE, query.up)])[:, 0]
    np.testing.assert_allclose(up, [slow_es(row, _mask(query.up)) for row in z], atol=1e-12)
    np.testing.assert_array_equal(up, -down)


def test_extreme_sum_adds_what_is_extreme_alone() -> None:
    z, query = signatures(30), drawn(40, 25)
    found = extreme_sum(z, [query], n_extreme=50)[:, 0]
    for row, own in zip(z, found, strict=True):
        extreme = {*np.argsort(row)[:50].tolist(), *np.argsort(row)[-50:].tolist()}
        up = sum(float(row[gene]) for gene in query.up if gene in extreme)
        down = sum(float(row[gene]) for gene in query.down if gene in extreme)
        assert own == pytest.approx(up - down, abs=1e-4)


def test_connection_strength_is_a_sum_of_signed_ranks() -> None:
    z, query = signatures(10), drawn(3, 2)
    found = connection_strength(z, [query])[:, 0]
    for row, own in zip(z, found, strict=True):
        rank = stats.rankdata(np.abs(row)) * np.sign(row)
        largest = 978 + 977 + 976 + 975 + 974
        assert own == pytest.approx((rank[query.up].sum() - rank[query.down].sum()) / largest)


@pytest.mark.parametrize("name", ["pearsonr", "spearmanr"])
def test_correlations_are_those_of_scipy(name: str) -> None:
    z = signatures(5)
    query = of_profile("own", signatures(1, seed=9)[0])
    ours = {"pearsonr": pearson, "spearmanr": spearman}[name](z, [query])[:, 0]
    theirs = [getattr(stats, name)(row, query.profile).statistic for row in z]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("name", BY_SIGNATURE)
def test_a_signature_mimics_itself_and_its_opposite_reverses_it(name: str) -> None:
    z = signatures(50)
    query = of_profile("first", z[0])
    found = _of(name)(np.vstack([z, -z[:1]]), [query])[:, 0]
    assert found.argmax() == 0
    assert found.argmin() == 50
    assert found[0] == pytest.approx(-found[50], rel=1e-4)


@pytest.mark.parametrize("name", BY_SIGNATURE)
def test_many_queries_at_once_are_each_of_them(name: str) -> None:
    z, queries = signatures(7), [drawn(20, 10), drawn(5, 60, seed=1)]
    both = _of(name)(z, queries)
    assert both.shape == (7, 2)
    for column, query in enumerate(queries):
        np.testing.assert_allclose(both[:, [column]], _of(name)(z, [query]), rtol=1e-5)


@pytest.mark.parametrize("name", BY_SIGNATURE)
def test_turning_the_query_round_turns_the_score_round(name: str) -> None:
    z, query = signatures(7), drawn(20, 10)
    found = _of(name)(z, [query, replace(query, up=query.down, down=query.up)])
    np.testing.assert_allclose(found[:, 0], -found[:, 1], atol=1e-5)


def test_scores_are_normalized_by_the_mean_of_their_sign_in_their_group() -> None:
    score = np.array([0.2, 0.4, -0.1, -0.3, 0.0, 0.5, -0.5])
    group = np.array([0, 0, 0, 0, 0, 1, 1])
    np.testing.assert_allclose(
        normalized(score, group), [0.2 / 0.3, 0.4 / 0.3, -0.1 / 0.2, -0.3 / 0.2, 0, 1, -1]
    )
    both = normalized(np.stack([score, -score], axis=1), group)
    np.testing.assert_allclose(both[:, 1], -both[:, 0])


@pytest.mark.parametrize("score", ["pearson", "spearman"])
def test_one_list_is_refused_by_scores_that_would_be_0_everywhere(score: str) -> None:
    up, down, two = drawn(30, 0), drawn(0, 30), drawn(20, 20)
    flat = replace(two, profile=np.full(978, -1, np.float32))
    for query in (up, down, flat):
        found = SCORES[score].of(signatures(5), [query])  # type: ignore[misc]
        assert not found.any()
        with pytest.raises(RequestError, match="this query has one"):
            check_varies(score, [query])
    with pytest.raises(RequestError, match="2 of 3 queries have one"):
        check_varies(score, [two, up, down])
    check_varies(score, [two])


@pytest.mark.parametrize("score", sorted(set(SCORES) - {"pearson", "spearman"}))
def test_other_scores_take_one_list(score: str) -> None:
    check_varies(score, [drawn(30, 0)])
