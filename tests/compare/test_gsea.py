"""Similarity by gene set enrichment, against a literal reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import roc_auc_score

from gpar_core.compare.gsea import (
    enrichment_matrix,
    merge,
    prototypes,
    ranked_lists,
    similarity,
)
from gpar_core.compare.pairs import pair_scores

N_GENES = 30
N_MARKERS = 4


def _shuffled(n: int, seed: int) -> np.ndarray:
    """(n, N_GENES) random ranks from 1."""
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(N_GENES) + 1 for _ in range(n)])


def _walk(markers: set[int], genes: list[int]) -> float:
    """ES by walking down the list one gene at a time; hits count alike, whatever their rank."""
    running, highest, lowest = 0, 0, 0
    for gene in genes:
        running += len(genes) - len(markers) if gene in markers else -len(markers)
        highest, lowest = max(highest, running), min(lowest, running)
    extreme = highest if highest > -lowest else lowest
    return extreme / (len(markers) * (len(genes) - len(markers)))


def _from_top(ranks: np.ndarray) -> list[int]:
    return sorted(range(len(ranks)), key=lambda gene: ranks[gene])


def _similarity(query: np.ndarray, listed: np.ndarray) -> float:
    genes, markers = _from_top(listed), _from_top(query)
    up = _walk(set(markers[:N_MARKERS]), genes)
    down = _walk(set(markers[-N_MARKERS:]), genes)
    return (up - down) / 2


def _merged(lists: list[list[int]]) -> list[int]:
    while len(lists) > 1:
        pairs = [(i, j) for i in range(len(lists)) for j in range(i + 1, len(lists))]

        def footrule(pair: tuple[int, int], lists: list[list[int]] = lists) -> int:
            return sum(abs(r - s) for r, s in zip(lists[pair[0]], lists[pair[1]], strict=True))

        one, two = min(pairs, key=footrule)
        total = [r + s for r, s in zip(lists[one], lists[two], strict=True)]
        order = sorted(range(len(total)), key=lambda gene: total[gene])
        borda = [order.index(gene) + 1 for gene in range(len(total))]
        lists = [row for place, row in enumerate(lists) if place not in {one, two}] + [borda]
    return lists[0]


def test_rank_one_is_the_most_up_regulated_gene() -> None:
    x = np.array([[0.5, -2.0, 3.0, 0.5]], np.float32)
    np.testing.assert_array_equal(ranked_lists(x), [[2, 4, 1, 3]])


@given(st.integers(0, 10_000))
def test_enrichment_is_that_of_walking_down_each_list(seed: int) -> None:
    queries, lists = _shuffled(3, seed), _shuffled(4, seed + 1)
    expected = [[_similarity(query, listed) for listed in lists] for query in queries]
    found = enrichment_matrix(queries, lists, N_MARKERS)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_enrichment_at_its_ends() -> None:
    query = _shuffled(1, 0)
    opposite = N_GENES + 1 - query
    assert enrichment_matrix(query, query, N_MARKERS)[0, 0] == 1
    assert enrichment_matrix(query, opposite, N_MARKERS)[0, 0] == -1


def test_similarity_is_the_mean_of_both_directions() -> None:
    ranks = _shuffled(6, 1)
    alike = similarity(ranks, ranks, N_MARKERS)
    one, two = _similarity(ranks[2], ranks[5]), _similarity(ranks[5], ranks[2])
    assert one != two
    assert alike[2, 5] == pytest.approx((one + two) / 2, abs=1e-12)
    np.testing.assert_array_equal(alike, alike.T)
    np.testing.assert_array_equal(np.diag(alike), 1)
    np.testing.assert_array_equal(similarity(ranks[1:3], ranks, N_MARKERS), alike[1:3])


@given(
    arrays.arrays(np.int64, st.tuples(st.integers(1, 6), st.just(8)), elements=st.integers(0, 3))
)
def test_merging_is_borda_of_the_closest_pair_again_and_again(x: np.ndarray) -> None:
    # Few distinct values: many lists are alike and many sums tie.
    ranks = ranked_lists(x)
    np.testing.assert_array_equal(merge(ranks), _merged(ranks.tolist()))


def test_an_outlier_weighs_as_much_as_all_that_agree_with_each_other() -> None:
    """The closest lists merge first, so the odd one meets their common list as its equal."""
    alike, odd = np.arange(1, 9), np.array([8, 7, 6, 5, 4, 3, 2, 1])
    swapped = np.array([2, 1, 3, 4, 5, 6, 7, 8])
    np.testing.assert_array_equal(merge(np.array([alike, odd, swapped])), merge([odd, alike]))


def test_prototypes_merge_the_lists_of_each_drug_alone() -> None:
    ranks = _shuffled(5, 2)
    names, merged = prototypes(ranks, np.array(["b", "a", "b", "c", "b"]))
    assert names.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(merged[0], ranks[1])
    np.testing.assert_array_equal(merged[1], merge(ranks[[0, 2, 4]]))
    np.testing.assert_array_equal(merged[2], ranks[3])


def test_drugs_of_one_planted_moa_stand_together() -> None:
    rng = np.random.default_rng(3)
    positive = np.arange(60) < 12
    x = rng.normal(size=(60, 200))
    x[positive, :30] += 1.5
    ranks = ranked_lists(x)
    both, alike = pair_scores(similarity(ranks[positive], ranks), positive)
    assert roc_auc_score(both, alike) > 0.8


def test_enrichment_agrees_with_gseapy() -> None:
    """An independent implementation: its ES at weight 0, the two sides put together here."""
    gseapy = pytest.importorskip("gseapy", reason="gseapy is not installed")
    import pandas as pd

    ranks = _shuffled(4, 4)
    query = _from_top(ranks[0])
    sets = {
        "up": [f"G{gene}" for gene in query[:N_MARKERS]],
        "down": [f"G{gene}" for gene in query[-N_MARKERS:]],
    }
    names = [f"G{gene}" for gene in range(N_GENES)]
    for listed in ranks[1:]:
        result = gseapy.prerank(
            rnk=pd.Series(N_GENES - listed.astype(float), index=names),
            gene_sets=sets,
            weight=0,
            min_size=1,
            permutation_num=10,
            seed=0,
            threads=1,
            outdir=None,
            no_plot=True,
        ).res2d.set_index("Term")["ES"]
        expected = (result["up"] - result["down"]) / 2
        found = enrichment_matrix(ranks[:1], listed[None], N_MARKERS)[0, 0]
        assert found == pytest.approx(expected, abs=1e-9)
