"""Targets whose compounds mimic a query, in one search and in a batch."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, mannwhitneyu

from gpar_core.data.compendium import Compendium
from gpar_core.search.batch import search_batch
from gpar_core.search.classes import classes, targets
from gpar_core.search.query import of_compound
from gpar_core.search.search import search
from gpar_core.search.top_classes import top_classes
from tests import targeted
from tests.synthetic import build, drugs_of


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return build(tmp_path_factory.mktemp("targeted"), targeted.DRUGS, effect=20)


def test_targets_are_classes_by_the_symbols_of_their_genes(compendium: Compendium) -> None:
    query = of_compound(compendium, "hdac0")
    compounds = search(compendium, query, score="wtcs")["compounds"]
    assert compounds.set_index("drug").loc["mtor0", "target"] == "MTOR|PIK3CA"
    pairs = [
        (drug.name, gene) for drug in targeted.DRUGS for gene in drug.target.split("|") if gene
    ]
    expected = classes(compounds, pd.DataFrame(pairs, columns=["drug", "class"]))
    renamed = {"class": "target", "auroc": "target_auroc"}
    table = targets(compendium, compounds)
    pd.testing.assert_frame_equal(table, expected.rename(columns=renamed))
    assert table["target"].iloc[0] == "HDAC1"


def slow_top(compendium: Compendium, moa: pd.Series, value: np.ndarray, drugs: list[str]):
    """The class of the lowest p among those that mimic, class by class."""
    rows = []
    for name, own in moa.items():
        inside = np.isin(drugs, list(own))
        if inside.sum() < 3:
            continue
        u, p = mannwhitneyu(value[inside], value[~inside], method="asymptotic")
        rows.append((name, u / (inside.sum() * (~inside).sum()), p))
    table = pd.DataFrame(rows, columns=["name", "auroc", "p"])
    table["fdr"] = false_discovery_control(table["p"])
    best = table[table["auroc"] > 0.5].sort_values(["p", "name"])
    return ("", np.nan) if best.empty else tuple(best.iloc[0][["name", "fdr"]])


def test_the_top_classes_are_those_of_the_lowest_p_that_mimic(compendium: Compendium) -> None:
    drugs = sorted(compendium.drugs["drug"])
    values = np.random.default_rng(0).normal(size=(len(drugs), 12))
    found = top_classes(compendium, np.array(drugs), values)
    for column, pairs in (
        ("top_moa", compendium.compound_moas), ("top_target", compendium.compound_targets),
    ):  # fmt: skip
        of = pairs.groupby("moa")["drug"].agg(set)
        for query in range(values.shape[1]):
            name, fdr = slow_top(compendium, of, values[:, query], drugs)
            assert found[column].iloc[query] == name
            assert found[f"{column}_fdr"].iloc[query] == pytest.approx(fdr, nan_ok=True)


def test_a_batch_names_the_top_target_of_each_query(compendium: Compendium) -> None:
    queries = [of_compound(compendium, name) for name in ("mtor4", "hdac3")]
    tables = search_batch(compendium, queries, score="wtcs", n_random=5)
    assert tables["queries"]["top_target"].tolist() == ["target: MTOR", "target: HDAC1"]
    assert tables["queries"]["top_moa"].tolist() == ["MTOR inhibitor", "HDAC inhibitor"]
    assert (tables["queries"]["top_target_fdr"] < 0.05).all()
    assert tables["compounds"].set_index(["query", "drug"]).loc[("mtor4", "pik0"), "target"] == (
        "PIK3CA"
    )


def test_without_targets_nothing_is_said_of_them(tmp_path) -> None:
    plain = build(tmp_path, [*drugs_of("X inhibitor", 4), *drugs_of("", 8)], effect=20)
    tables = search_batch(plain, [of_compound(plain, "x0")], score="wtcs", n_random=5)
    assert "target" not in tables["compounds"]
    assert "top_target" not in tables["queries"]
