"""What is kept of a large compendium gives the same results as computing it each time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import INDEX, NULL
from gpar_core.errors import Cancelled
from gpar_core.progress import Progress
from gpar_core.search import index, null, scan, vectors
from gpar_core.search.batch import search_batch
from gpar_core.search.null import SIZES, null_scores, shared_sizes
from gpar_core.search.query import Query, of_profile
from gpar_core.search.search import comparison, connectivity, search
from gpar_core.search.significance import random_queries
from tests.search.queries import drawn
from tests.synthetic import build, drugs_of

CELLS = ("A375", "MCF7", "PC3")


@pytest.fixture
def compendium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compendium:
    """As large as any, although it is small."""
    for module in (null, scan, vectors):
        monkeypatch.setattr(module, "INDEXED_FROM", 100)
    for module in (index, scan):
        monkeypatch.setattr(module, "BLOCK_SIGNATURES", 64)
    monkeypatch.setattr(vectors, "BLOCK_ROWS", 50)
    return build(tmp_path, [*drugs_of("X inhibitor", 5), *drugs_of("", 50)], cells=CELLS, effect=40)


def in_memory(compendium: Compendium) -> Compendium:
    """The same, of which nothing is kept as it is not what is stored."""
    return replace(compendium, matrix=np.array(compendium.matrix))


def kept(compendium: Compendium, pattern: str) -> list[Path]:
    assert compendium.folder is not None
    return sorted(compendium.folder.glob(pattern))


@pytest.mark.parametrize("score", ["wtcs", "space", "xsum", "spearman"])
@pytest.mark.parametrize("query", [drawn(15, 25), of_profile("own", np.linspace(-2, 3, 978))])
def test_a_search_finds_the_same_with_and_without_what_is_kept(
    compendium: Compendium, score: str, query: Query
) -> None:
    without = search(in_memory(compendium), query, score=score, n_random=10)
    for threads in (1, 2):
        found = search(compendium, query, score=score, n_random=10, threads=threads)
        for name, table in without.items():
            assert found[name].equals(table)
    assert kept(compendium, INDEX)


def test_vectors_are_read_and_not_computed_again(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connectivity(compendium, [drawn(15, 25)], "space")
    monkeypatch.setattr(vectors, "_embed", None)
    again = connectivity(compendium, [drawn(15, 25)], "space")
    for name in ("signature", "line", "drug"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_vectors_cut_off_are_computed_again(compendium: Compendium) -> None:
    first = connectivity(compendium, [drawn(15, 25)], "space").drug
    (path,) = kept(compendium, INDEX)
    content = path.read_bytes()
    path.write_bytes(content[:-4])
    np.testing.assert_array_equal(connectivity(compendium, [drawn(15, 25)], "space").drug, first)
    assert path.read_bytes() == content


def test_cancelled_vectors_leave_nothing(compendium: Compendium) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == index.STAGE and progress.done:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        connectivity(compendium, [drawn(15, 25)], "space", report=stop)
    assert compendium.folder is not None
    assert not [path for path in compendium.folder.iterdir() if "search" in path.name]


def test_on_a_full_disk_vectors_are_not_kept(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "SPARE", 1e9)
    assert len(connectivity(compendium, [drawn(15, 25)], "space").drug) == 55
    assert not kept(compendium, INDEX)


def test_queries_of_similar_sizes_share_their_null(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = comparison(compendium, "wtcs")
    settings = {"n_random": 4, "seed": 0}
    first = null_scores(compendium, drawn(75, 80), "wtcs", compared.of_drugs, **settings)
    assert first.dtype == np.float32
    (path,) = kept(compendium, NULL)
    monkeypatch.setattr(null, "random_queries", None)
    for other in (drawn(75, 80, seed=1), drawn(50, 60)):
        again = null_scores(compendium, other, "wtcs", compared.of_drugs, **settings)
        np.testing.assert_array_equal(again, first)
    monkeypatch.setattr(null, "random_queries", random_queries)
    null_scores(compendium, drawn(75, 0), "wtcs", compared.of_drugs, **settings)
    null_scores(compendium, drawn(75, 80), "wtcs", compared.of_drugs, n_random=4, seed=1)
    assert len(kept(compendium, NULL)) == 3
    path.write_bytes(b"damaged")
    again = null_scores(compendium, drawn(75, 80), "wtcs", compared.of_drugs, **settings)
    np.testing.assert_array_equal(again, first)


def test_the_null_is_that_of_random_lists_of_these_sizes(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = comparison(compendium, "wtcs")
    standing = Query("any genes", np.arange(56), np.arange(56, 112))
    expected = compared.of_drugs(random_queries(standing, 5, seed=3)).astype(np.float32)
    found = null_scores(compendium, drawn(70, 75), "wtcs", compared.of_drugs, n_random=5, seed=3)
    np.testing.assert_array_equal(found, expected)
    monkeypatch.setattr(null, "INDEXED_FROM", 10_000)
    query = drawn(70, 75)
    exact = null_scores(compendium, query, "wtcs", compared.of_drugs, n_random=5, seed=3)
    expected = compared.of_drugs(random_queries(query, 5, seed=3)).astype(np.float32)
    np.testing.assert_array_equal(exact, expected)


@pytest.mark.parametrize("size", [*range(1, 40), 100, 489, 560])
def test_the_shared_size_is_near(size: int) -> None:
    one_sided, nothing = shared_sizes(size, 0)
    assert nothing == 0
    assert one_sided in SIZES
    assert abs(one_sided - size) <= size / 4


def test_balanced_lists_have_one_size() -> None:
    assert {shared_sizes(size, size) for size in range(9, 489)} == {(56, 56)}
    assert shared_sizes(2, 2) == (2, 2)
    assert shared_sizes(20, 200) == (20, 224)


def test_a_few_queries_are_in_memory_at_once(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [drawn(20, 30, seed=seed) for seed in range(5)]
    seen: list[Progress] = []
    compared = comparison(compendium, "wtcs", report=seen.append)
    expected = compared.connectivity(queries).drug
    seen.clear()
    monkeypatch.setattr("gpar_core.search.search.AT_ONCE", 2 * compendium.n_signatures)
    np.testing.assert_array_equal(compared.of_drugs(queries), expected)
    assert sorted({(progress.done, progress.total) for progress in seen}) == [
        (0, 5),
        (2, 5),
        (4, 5),
    ]


def test_a_batch_has_the_p_of_each_query_alone(compendium: Compendium) -> None:
    queries = [replace(drawn(20, 30, seed=seed), name=f"query {seed}") for seed in range(2)]
    batch = search_batch(compendium, queries, score="wtcs", n_random=5)["compounds"]
    for query in queries:
        own = batch[batch["query"] == query.name].set_index("drug")["p"]
        alone = search(compendium, query, score="wtcs", n_random=5)["compounds"]
        np.testing.assert_allclose(own[alone["drug"]], alone["p"])
