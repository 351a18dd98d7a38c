"""Planted mechanisms are retrieved, shuffled ones are not, and no query answers itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from gpar_core.compare import search_queries
from gpar_core.compare.search_comparison import identified
from gpar_core.compare.search_evaluation import answers, evaluate_scores, retrieved
from gpar_core.compare.search_queries import QuerySet, outside_queries, own_queries
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.learn.space import Space, embedding_without
from gpar_core.progress import Progress, Tables
from gpar_core.search.connectivity import weighted_connectivity
from gpar_core.search.scores import SCORES
from tests.synthetic import Drug, build, drugs_of

MOAS = [f"{letter} inhibitor" for letter in "ABCDEFGH"]
TWICE = [
    Drug("BRD-K11111111-001-01-1", "first name", "A inhibitor"),
    Drug("BRD-K11111111-002-02-2", "second name"),
]
"""One molecule under two ids; named by the one that is annotated."""


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*(drug for moa in MOAS for drug in drugs_of(moa, 4)), *TWICE, *drugs_of("", 20)]
    return build(tmp_path_factory.mktemp("planted"), drugs, effect=25.0)


@pytest.fixture(scope="module")
def queries(compendium: Compendium) -> QuerySet:
    return own_queries(compendium, seed=0)


def some_of(queries: QuerySet, places: Sequence[int]) -> QuerySet:
    return replace(
        queries,
        names=tuple(queries.names[place] for place in places),
        profiles=queries.profiles[places],
        moas=tuple(queries.moas[place] for place in places),
        own=tuple(queries.own[place] for place in places),
    )


def one_of(queries: QuerySet, name: str) -> QuerySet:
    return some_of(queries, [queries.names.index(name)])


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_scikit_learn_with_and_without_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    like = rng.random(60) < 0.2
    for answer in (rng.normal(size=60), rng.integers(0, 4, 60).astype(float), np.zeros(60)):
        first, ap, auroc = retrieved(like, answer)
        assert auroc == pytest.approx(roc_auc_score(like, answer))
        assert ap == pytest.approx(average_precision_score(like, answer))
        drawn = [np.lexsort((rng.random(60), -answer))[:10] for _ in range(4000)]
        assert first == pytest.approx(np.mean([like[ten].sum() for ten in drawn]), abs=0.1)


def test_with_fewer_than_ten_candidates_all_are_the_first_ten() -> None:
    assert retrieved(np.array([True, False, True]), np.arange(3.0))[0] == 2


@pytest.mark.parametrize("score", SCORES)
def test_planted_mechanisms_are_retrieved(
    compendium: Compendium, queries: QuerySet, score: str
) -> None:
    tables = evaluate_scores(compendium, queries, [score], [50], [0.0], seed=0)
    summary = tables["summary"].set_index("measure")
    assert summary.loc["auroc", "low"] > 0.8
    assert summary.loc["first_10", "mean"] > 2
    assert sorted(tables["moas"]["moa"]) == MOAS
    assert tables["moas"]["n_queries"].tolist() == [5, *[4] * 7]
    assert tables["identity"].empty


def test_mechanisms_of_the_demo_are_retrieved(demo_compendium: Compendium) -> None:
    queries = own_queries(demo_compendium, seed=0)
    assert len(queries.names) == queries.n_available > 500
    every_tenth = some_of(queries, range(0, len(queries.names), 10))
    tables = evaluate_scores(demo_compendium, every_tenth, ["cosine"], [50], [0.0], seed=0)
    auroc = tables["summary"].set_index("measure").loc["auroc"]
    assert auroc["low"] > 0.65
    assert auroc["n_moas"] > 30


@pytest.mark.parametrize("score", ["space", "wtcs", "cosine"])
def test_shuffled_mechanisms_are_not(compendium: Compendium, score: str) -> None:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(8):
        moa = rng.permutation(compendium.compounds["moa"])
        shuffled = replace(compendium, compounds=compendium.compounds.assign(moa=moa))
        tables = evaluate_scores(
            shuffled, own_queries(shuffled, seed=0), [score], [50], [0.0], seed=0
        )
        found.append(tables["summary"].set_index("measure").loc["auroc"])
    table = pd.DataFrame(found)
    assert abs(table["mean"].mean() - 0.5) < 0.03
    assert ((table["low"] < 0.5) & (table["high"] > 0.5)).sum() >= 5


@pytest.mark.parametrize("score", SCORES)
def test_nothing_of_the_molecule_is_in_what_answers_it(
    compendium: Compendium, queries: QuerySet, score: str
) -> None:
    """Whatever its signatures are, under either id, other drugs answer exactly alike."""
    (name,) = {compendium.drug_by_name[drug.name] for drug in TWICE}
    own = (compendium.signatures["drug"] == name).to_numpy()
    assert set(compendium.signatures.loc[own, "pert_id"]) == {drug.pert_id for drug in TWICE}
    z = np.array(compendium.matrix)
    z[own] = 5 * np.random.default_rng(3).normal(size=z[own].shape) + z[~own][: own.sum()]
    changed = replace(compendium, matrix=z, folder=None)

    spaces = [space_of(data) if score == "space" else None for data in (compendium, changed)]
    others = queries.drugs != name
    found = {}
    for query in (name, "a0"):
        asked = one_of(queries, query)
        ((_, once, _), (_, again, _)) = (
            next(answers(data, asked, asked.lists(50, 0.0, seed=0), score, space))
            for data, space in ((compendium, spaces[0]), (changed, spaces[1]))
        )
        found[query] = (once[others] == again[others]).all()
    assert found[name]
    assert not found["a0"]


def space_of(compendium: Compendium) -> Space:
    return known_space(compendium, MatchingSettings(), seed=0)


def test_figures_of_one_query_are_those_of_a_slow_search(
    compendium: Compendium, queries: QuerySet
) -> None:
    """Weighted connectivity, normalized and summarized by loops, without the query's rows."""
    asked = one_of(queries, "b1")
    (query,) = asked.lists(30, 0.0, seed=0)
    rows = compendium.signatures[compendium.signatures["drug"] != "b1"]
    raw = weighted_connectivity(np.asarray(compendium.matrix)[rows.index], [query])[:, 0]
    rows = rows.assign(raw=raw)
    for _, line in rows.groupby("cell_id"):
        for sign in (1, -1):
            of_sign = line[line["raw"] * sign > 0]
            rows.loc[of_sign.index, "ncs"] = of_sign["raw"] / of_sign["raw"].abs().mean()
    rows["ncs"] = rows["ncs"].fillna(0)

    def farther(values: pd.Series) -> float:
        high, low = np.quantile(values, 0.67), np.quantile(values, 0.33)
        return high if abs(high) >= abs(low) else low

    in_line = rows.groupby(["drug", "cell_id"])["ncs"].agg(farther)
    answer = in_line.groupby("drug").agg(farther)
    like = answer.index.isin(["b0", "b2", "b3"])
    (found,) = evaluate_scores(compendium, asked, ["wtcs"], [30], [0.0], seed=0)["moas"].to_dict(
        "records"
    )
    assert found["auroc"] == pytest.approx(roc_auc_score(like, answer))
    assert found["ap"] == pytest.approx(average_precision_score(like, answer))
    assert found["base_rate"] == pytest.approx(3 / (len(queries.drugs) - 1))
    assert (found["n_drugs"], found["n_queries"]) == (4, 1)


def test_in_the_space_a_query_is_compared_where_its_molecule_was_not_seen(
    compendium: Compendium, queries: QuerySet
) -> None:
    asked = one_of(queries, "b1")
    (query,) = asked.lists(30, 0.0, seed=0)
    space = space_of(compendium)
    of = space.embeddings[space.block[space.drug.tolist().index("b1")]]
    code = space.codes(compendium.signatures["cell_id"].to_numpy())
    centered = np.asarray(compendium.matrix, float) - of.center - of.shift[code]
    drug = compendium.signatures["drug"].to_numpy()
    pooled = np.stack([centered[drug == name].sum(axis=0) for name in queries.drugs]) @ of.matrix
    wanted = query.direction @ of.matrix
    answer = pooled @ wanted / np.linalg.norm(pooled, axis=1)
    others = queries.drugs != "b1"
    like = np.isin(queries.drugs, ["b0", "b2", "b3"])[others]
    found = evaluate_scores(compendium, asked, ["space"], [30], [0.0], seed=0)["moas"].iloc[0]
    assert found["auroc"] == pytest.approx(roc_auc_score(like, answer[others]))
    assert found["ap"] == pytest.approx(average_precision_score(like, answer[others]))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Two molecules of the compendium under other names, one of them with a MOA; a new one."""
    drugs = [
        Drug("BRD-K11111111-003-03-3", "third name"),
        Drug("S-2", "B 2", "c INHIBITOR"),
        Drug("S-3", "new", "A inhibitor"),
        Drug("S-4", "unrelated", "Z agonist"),
    ]
    return build(tmp_path_factory.mktemp("source"), drugs, seed=5, name="source")


def test_queries_from_outside_have_the_mechanisms_of_their_molecule(
    compendium: Compendium, source: Compendium
) -> None:
    found = outside_queries(compendium, source, seed=0)
    assert found.names == ("b 2", "new", "third name")
    assert found.moas == (("B inhibitor", "C inhibitor"), ("A inhibitor",), ("A inhibitor",))
    own = [found.drugs[places].tolist() for places in found.own]
    assert own == [["b2"], [], [compendium.drug_by_name["first name"]]]
    assert found.outside


@pytest.mark.parametrize("score", ["space", "wtcs"])
def test_a_molecule_from_outside_is_identified_apart(
    compendium: Compendium, source: Compendium, score: str
) -> None:
    """Its signatures are those it has in the compendium, which finds it first, and leaves it out
    of its mechanism."""
    z = np.array(source.matrix)
    for theirs, ours in (("third name", compendium.drug_by_name["first name"]), ("b 2", "b2")):
        rows = (compendium.signatures["drug"] == ours).to_numpy()
        mean = np.asarray(compendium.matrix)[rows].mean(axis=0)
        z[(source.signatures["drug"] == theirs).to_numpy()] = mean
    queries = outside_queries(compendium, replace(source, matrix=z), seed=0)
    tables = evaluate_scores(compendium, queries, [score], [50], [0.0], seed=0)
    assert tables["identity"]["drug"].tolist() == ["b 2", "third name"]
    (row,) = identified(tables["identity"]).to_dict("records")
    assert (row["n"], row["first_10"], row["n_drugs"]) == (2, 2, len(queries.drugs))
    assert row["median_rank"] < 3
    moas = tables["moas"].set_index("moa")
    assert moas.loc["B inhibitor", "base_rate"] == pytest.approx(3 / (len(queries.drugs) - 1))


def test_a_molecule_of_two_blocks_has_an_embedding_of_its_own(
    compendium: Compendium, queries: QuerySet
) -> None:
    space = space_of(compendium)
    first = int(np.flatnonzero(queries.drugs == "b1")[0])
    other = int(np.flatnonzero(space.block != space.block[first])[0])
    own = np.array(sorted([first, other]))
    asked = replace(one_of(queries, "b1"), own=(own,))
    (query,) = asked.lists(50, 0.0, seed=0)
    ((_, found, _),) = answers(compendium, asked, [query], "space", space)
    of = embedding_without(space, compendium, set(queries.drugs[own].tolist()))
    rows = (compendium.signatures["drug"] == "a0").to_numpy()
    code = space.codes(compendium.signatures["cell_id"].to_numpy()[rows])
    centered = np.asarray(compendium.matrix)[rows] - of.center - of.shift[code]
    pooled, wanted = centered.sum(axis=0) @ of.matrix, query.direction @ of.matrix
    cosine = pooled @ wanted / np.linalg.norm(pooled) / np.linalg.norm(wanted)
    assert found[queries.drugs.tolist().index("a0")] == pytest.approx(cosine, abs=1e-5)


def test_lists_have_their_length_and_the_same_noise_at_every_length(queries: QuerySet) -> None:
    short, long = (queries.lists(n, 1.0, seed=3) for n in (10, 50))
    for one, other in zip(short, long, strict=True):
        assert (len(one.up), len(other.down)) == (10, 50)
        assert set(one.up) <= set(other.up)
        assert one.profile is None
    quiet = queries.lists(10, 0.0, seed=3)
    assert any(set(a.up) != set(b.up) for a, b in zip(short, quiet, strict=True))


def test_of_too_many_queries_a_seeded_sample_is_taken(
    compendium: Compendium, queries: QuerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_queries, "MAX_QUERIES", 10)
    one, other, again = (own_queries(compendium, seed=seed) for seed in (0, 1, 0))
    assert len(one.names) == len(one.profiles) == 10
    assert one.n_available == len(queries.names)
    assert one.names == again.names != other.names
    place = queries.names.index(one.names[3])
    np.testing.assert_array_equal(one.profiles[3], queries.profiles[place])


def test_what_is_finished_is_kept_and_a_cancel_stops_the_rest(
    compendium: Compendium, queries: QuerySet
) -> None:
    kept: dict[str, Tables] = {}
    computed = []

    def remember(key: str, compute: Callable[[], Tables]) -> Tables:
        if key not in kept:
            computed.append(key)
            kept[key] = compute()
        return kept[key]

    def stop_at_second(progress: Progress) -> None:
        if progress.done == 1:
            raise Cancelled("Cancelled.")

    def run(report: Callable[[Progress], None]) -> Tables:
        return evaluate_scores(
            compendium, queries, ["cosine", "xsum"], [20], [0.0], seed=0, report=report,
            remember=remember,
        )  # fmt: skip

    with pytest.raises(Cancelled):
        run(stop_at_second)
    assert list(kept) == ["cosine 20 0.0"]
    told: list[Progress] = []
    resumed = run(told.append)
    assert computed == ["cosine 20 0.0", "xsum 20 0.0", "xsum 20 0.0"]
    assert {(each.done, each.total) for each in told} == {(1, 2)}
    whole = evaluate_scores(compendium, queries, ["cosine", "xsum"], [20], [0.0], seed=0)
    for name, table in whole.items():
        pd.testing.assert_frame_equal(table, resumed[name])
