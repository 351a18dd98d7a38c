"""Classes of compounds by where they stand, and their running sums."""

from pathlib import Path

import gseapy
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.data.compendium import Compendium
from gpar_core.search.classes import COLUMNS, PERMUTATIONS, classes, moas, running_sum
from gpar_core.search.query import of_compound
from gpar_core.search.search import search
from tests.synthetic import Drug, build, drugs_of


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    drugs = [
        *drugs_of("X inhibitor", 4),
        *drugs_of("Y agonist", 5),
        *drugs_of("Few blocker", 2),
        Drug("BOTH", "both", "X inhibitor|Y agonist"),
        *drugs_of("", 20),
    ]
    return build(tmp_path, drugs, effect=40.0)


def compounds_of(connectivity: np.ndarray) -> pd.DataFrame:
    names = [f"d{number:03}" for number in range(len(connectivity))]
    return pd.DataFrame({"drug": names, "pert_iname": names, "connectivity": connectivity})


def slow_sum(compounds: pd.DataFrame, members: set[str]) -> list[float]:
    """The curve as the definition has it."""
    ranked = compounds.sort_values(["connectivity", "drug"], ascending=[False, True])
    inside = ranked["drug"].isin(members)
    total = ranked.loc[inside, "connectivity"].abs().sum()
    at, curve = 0.0, []
    for value, member in zip(ranked["connectivity"], inside, strict=True):
        at += abs(value) / total if member else -1 / (~inside).sum()
        curve.append(at)
    return curve


def test_the_class_of_the_query_is_first_and_auroc_is_that_of_scikit_learn(
    compendium: Compendium,
) -> None:
    compounds = search(compendium, of_compound(compendium, "x1"), score="wtcs")["compounds"]
    table = moas(compendium, compounds)
    assert table["moa"].tolist() == ["X inhibitor", "Y agonist"]
    assert table["n_drugs"].tolist() == [5, 6]
    pairs = compendium.compound_moas
    for row in table.itertuples():
        own = compounds["drug"].isin(pairs.loc[pairs["moa"] == row.moa, "drug"])
        assert row.moa_auroc == pytest.approx(roc_auc_score(own, compounds["connectivity"]))
        assert row.median_connectivity == pytest.approx(
            np.median(compounds.loc[own, "connectivity"])
        )
    first = table.iloc[0]
    assert first["p"] < 0.05
    assert first["p_es"] < 0.1
    assert first["es"] > 0.5
    assert first["nes"] > 1
    assert {"x0", "x1", "x2", "x3"} <= set(first["leading_edge"].split("|"))


def test_where_no_class_is_large_enough_the_table_is_empty(compendium: Compendium) -> None:
    compounds = search(compendium, of_compound(compendium, "x1"), score="wtcs")["compounds"]
    table = moas(compendium, compounds, min_drugs=50)
    assert table.empty
    assert list(table) == [{"class": "moa", "auroc": "moa_auroc"}.get(c, c) for c in COLUMNS]


def test_es_nes_and_p_are_those_of_gseapy() -> None:
    rng = np.random.default_rng(0)
    value = np.sort(rng.normal(size=200))[::-1]
    value[:20] += 1
    compounds = compounds_of(value)
    names = compounds["drug"].to_numpy()
    sets = {
        "high": names[:40:3].tolist(),
        "low": names[-30::2].tolist(),
        "none": rng.choice(names, 12, replace=False).tolist(),
        "few": names[[1, 60, 180]].tolist(),
    }
    pairs = pd.DataFrame([(drug, name) for name in sets for drug in sets[name]])
    table = classes(compounds, pairs.set_axis(["drug", "class"], axis=1)).set_index("class")
    theirs = gseapy.prerank(
        rnk=compounds.set_index("drug")["connectivity"],
        gene_sets=sets, weight=1, min_size=1, permutation_num=1000, seed=0, threads=1, outdir=None,
        no_plot=True,
    ).res2d.set_index("Term")  # fmt: skip
    for name, members in sets.items():
        assert table.loc[name, "es"] == pytest.approx(float(theirs.loc[name, "ES"]), abs=1e-6)
        assert table.loc[name, "nes"] == pytest.approx(float(theirs.loc[name, "NES"]), abs=0.2)
        p = float(theirs.loc[name, "NOM p-val"])
        assert table.loc[name, "p_es"] == pytest.approx(p, abs=0.06)
        edge = set(theirs.loc[name, "Lead_genes"].split(";"))
        assert set(table.loc[name, "leading_edge"].split("|")) == edge
        ours = running_sum(compounds, members)
        assert set(ours.loc[ours["leading_edge"], "drug"]) == edge


def test_the_running_sum_is_the_definition_and_its_peak_is_es() -> None:
    rng = np.random.default_rng(2)
    compounds = compounds_of(rng.normal(size=80).round(1))  # with ties
    for size in (1, 3, 20, 79):
        members = set(rng.choice(compounds["drug"], size, replace=False))
        found = running_sum(compounds, members)
        assert found["rank"].tolist() == list(range(1, 81))
        np.testing.assert_allclose(found["running_sum"], slow_sum(compounds, members), atol=1e-12)
        assert set(found.loc[found["member"], "drug"]) == members
        pairs = pd.DataFrame({"drug": sorted(members), "class": "it"})
        (es,) = classes(compounds, pairs, min_drugs=1)["es"]
        curve = found["running_sum"]
        assert es == pytest.approx(curve[curve.abs().idxmax()] if size < 79 else es)


@pytest.mark.parametrize("members", [[], ["nobody"], [f"d{n:03}" for n in range(5)]])
def test_a_class_without_members_or_others_stays_flat(members: list[str]) -> None:
    found = running_sum(compounds_of(np.arange(5.0)), members)
    assert (found["running_sum"] == 0).all()
    assert not found["leading_edge"].any()


def test_members_without_any_connectivity_count_alike() -> None:
    found = running_sum(compounds_of(np.zeros(4)), ["d000", "d001"])
    np.testing.assert_allclose(found["running_sum"], [0.5, 1, 0.5, 0])


def test_shuffled_classes_have_uniform_p() -> None:
    rng = np.random.default_rng(4)
    compounds = compounds_of(rng.normal(size=300))
    shuffled = np.concatenate([rng.permutation(compounds["drug"]) for _ in range(20)])
    pairs = pd.DataFrame({"drug": shuffled, "class": np.arange(len(shuffled)) // 15})
    table = classes(compounds, pairs)
    assert len(table) == 400
    for p in ("p", "p_es"):
        assert (table[p] < 0.5).mean() == pytest.approx(0.5, abs=0.1)
        assert (table[p] < 0.05).mean() == pytest.approx(0.05, abs=0.03)
    assert table["p_es"].min() >= 1 / (1 + PERMUTATIONS)
    assert classes(compounds, pairs).equals(table)
