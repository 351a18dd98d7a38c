"""Many queries at once answer as each would alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_sets import GeneLists
from gpar_core.errors import Cancelled, FileFormatError, RequestError
from gpar_core.progress import Progress, Tables
from gpar_core.search import batch
from gpar_core.search.batch import has_p, search_batch
from gpar_core.search.batch_lists import MAX_QUERIES, batch_of, queries_in, read_batch
from gpar_core.search.query import Query, of_compound, of_lists
from gpar_core.search.search import search
from tests.search.queries import drawn
from tests.synthetic import build, drugs_of

SYMBOLS = fields.LANDMARK_SYMBOLS
SHARED = ["query", "drug", "pert_iname", "moa", "n_cells", "n_mimic", "n_reverse"]
OFF = {"connectivity": 1e-6, "p": 0.005, "fdr": 0.05}
"""How far rounding may move a number: p by two steps of its 480 null scores, more in the FDR."""


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("", 20)]
    return build(tmp_path_factory.mktemp("x") / "mine", drugs, effect=40.0, name="mine")


@pytest.fixture(scope="module")
def queries(compendium: Compendium) -> list[Query]:
    """Lists of equal and of other sizes, and profiles, which share nothing."""
    lists = [drawn(20, 20, 1), drawn(30, 10, 2), drawn(20, 20, 3), drawn(15, 0, 4)]
    named = [Query(f"list {i}", query.up, query.down) for i, query in enumerate(lists)]
    return [*named, of_compound(compendium, "x0"), of_compound(compendium, "dark1")]


@pytest.mark.parametrize("score", ["wtcs", "zhang", "cosine"])
def test_each_query_has_the_answer_that_it_has_alone(
    compendium: Compendium, queries: list[Query], score: str
) -> None:
    found = search_batch(compendium, queries, score=score, n_random=20, seed=5)["compounds"]
    for query in queries:
        alone = search(compendium, query, score=score, n_random=20, seed=5)["compounds"]
        own = found[found["query"] == query.name].reset_index(drop=True)
        expected = alone.assign(query=query.name)
        pd.testing.assert_frame_equal(own[SHARED], expected[SHARED], check_dtype=False)
        for column, off in OFF.items():
            np.testing.assert_allclose(own[column], expected[column], rtol=1e-6, atol=off)


def test_the_summary_names_the_best_of_each_query(
    compendium: Compendium, queries: list[Query]
) -> None:
    tables = search_batch(compendium, queries, score="zhang", n_random=5)
    summary = tables["queries"]
    assert summary["query"].tolist() == [query.name for query in queries]
    assert summary["n_up"].tolist()[:2] == [20, 30]
    own = tables["compounds"][tables["compounds"]["query"] == "x0"]
    assert summary["mimics"].iloc[4] == "; ".join(own["pert_iname"].head(3))
    assert summary["reverses"].iloc[4] == "; ".join(own["pert_iname"].iloc[::-1].head(3))
    assert set(summary["mimics"].iloc[4].split("; ")) < {"x0", "x1", "x2", "x3"}


def test_small_blocks_change_nothing(
    compendium: Compendium, queries: list[Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    monkeypatch.setattr(batch, "BLOCK_QUERIES", 1)
    parts = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    pd.testing.assert_frame_equal(whole, parts, rtol=1e-6)


def test_too_many_random_queries_leave_p_out(
    compendium: Compendium, queries: list[Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_p = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    assert has_p(with_p)
    monkeypatch.setattr(batch, "MAX_NULLS", 4)
    without = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    assert not has_p(without)
    np.testing.assert_allclose(without["connectivity"], with_p["connectivity"], rtol=1e-6)


@pytest.mark.parametrize("score", ["zhang", "wtcs", "xsum"])
def test_lists_of_similar_sizes_may_share_their_random_lists(
    compendium: Compendium, score: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = [drawn(40 + i, 38 - i, i) for i in range(6)]
    queries = [Query(f"list {i}", query.up, query.down) for i, query in enumerate(lists)]
    exact, reseeded = (
        search_batch(compendium, queries, score=score, n_random=100, seed=seed)["compounds"]
        for seed in (0, 1)
    )
    monkeypatch.setattr(batch, "MAX_NULLS", 1)
    shared = search_batch(compendium, queries, score=score, n_random=100)["compounds"]
    np.testing.assert_array_equal(shared["connectivity"], exact["connectivity"])
    by_sizes, by_seed = (np.abs(each["p"] - exact["p"]).mean() for each in (shared, reseeded))
    assert 0 < by_sizes < 1.2 * by_seed


def test_large_results_keep_both_ends(
    compendium: Compendium, queries: list[Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    monkeypatch.setattr(batch, "MAX_ROWS", 6 * len(queries))
    ends = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    for query in queries:
        of_all, own = (table[table["query"] == query.name] for table in (whole, ends))
        expected = [*of_all["drug"].head(3), *of_all["drug"].tail(3)]
        assert own["drug"].tolist() == expected


def test_finished_blocks_are_not_computed_again(
    compendium: Compendium, queries: list[Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute: object) -> Tables:
        if key not in kept:
            kept[key] = compute()  # type: ignore[operator]
        return kept[key]

    def stop(event: Progress) -> None:
        if event.done >= 3:
            raise Cancelled("Cancelled.")

    def asked() -> Tables:
        return search_batch(
            compendium, queries, score="zhang", n_random=5, remember=remember, report=reports
        )

    reports = stop
    monkeypatch.setattr(batch, "BLOCK_QUERIES", 2)
    with pytest.raises(Cancelled):
        asked()
    n_kept = len(kept)
    assert n_kept == 2
    seen: list[Progress] = []
    reports = seen.append
    resumed = asked()["compounds"]
    fresh = search_batch(compendium, queries, score="zhang", n_random=5)["compounds"]
    pd.testing.assert_frame_equal(resumed, fresh)
    assert [event.done for event in seen if event.total == len(queries)][-1] == 4


def test_gene_sets_become_queries_and_the_lost_stay_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "sets"
    rows = [["A_UP", "x", *SYMBOLS[:15], "FOO"], ["A_DN", "x", *SYMBOLS[20:40]],
            ["LOST", "x", "FOO", "BAR"], ["B", "x", *SYMBOLS[5:8]]]  # fmt: skip
    path.write_text("\n".join("\t".join(row) for row in rows))
    table = read_batch(path, "mine.gmt")
    assert table["query"].tolist() == ["A", "LOST", "B"]
    assert table["n_given"].tolist() == [36, 2, 3]
    assert table["n_found"].tolist() == [35, 0, 3]
    assert table["missing"].tolist() == ["FOO", "", ""]
    assert "None of the 2 names" in table["problem"][1]
    assert "3 landmark genes" in table["problem"][2]
    first, second = queries_in(table)
    expected = of_lists("A", SYMBOLS[:15], SYMBOLS[20:40])[0]
    assert (first.up.tolist(), first.down.tolist()) == (
        expected.up.tolist(), expected.down.tolist(),
    )  # fmt: skip
    assert second.name == "B"


def test_batches_that_cannot_be_are_refused() -> None:
    lists = [GeneLists(f"{i}", ("TP53",)) for i in range(MAX_QUERIES + 1)]
    with pytest.raises(FileFormatError, match="1,001 queries; a batch has 1,000 at most"):
        batch_of(lists)
    with pytest.raises(FileFormatError, match=r"one of its 2 gene sets .* None of the 1 names"):
        batch_of([GeneLists("a", ("FOO",)), GeneLists("b", ("BAR",))])


def test_an_unknown_score_is_refused(compendium: Compendium, queries: list[Query]) -> None:
    with pytest.raises(RequestError, match="no score"):
        search_batch(compendium, queries, score="best")
