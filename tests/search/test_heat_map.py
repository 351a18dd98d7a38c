"""Genes by compounds: which, in which order, and with which values."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.search import heat_map as module
from gpar_core.search.heat_map import heat_map
from gpar_core.search.mean_signatures import mean_signatures
from gpar_core.search.query import Query, of_compound
from gpar_core.search.search import search
from tests.search.queries import drawn
from tests.synthetic import build, drugs_of


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("", 50)]
    return build(tmp_path, drugs, effect=20.0)


def compounds_of(compendium: Compendium, query: Query) -> pd.DataFrame:
    return search(compendium, query, score="wtcs", n_random=2)["compounds"]


def test_values_are_mean_z_scores_of_the_strongest_of_both_sides(compendium: Compendium) -> None:
    query = drawn(12, 8)
    compounds = compounds_of(compendium, query)
    heat = heat_map(compendium, query, compounds)
    mimics = heat[heat["side"] == "mimic"]["drug"].unique()
    assert set(mimics) == set(compounds["drug"].head(20))
    reverses = compounds[compounds["connectivity"] < 0]["drug"].tail(20)
    assert set(heat[heat["side"] == "reverse"]["drug"]) == set(reverses)
    wide = heat.pivot_table(index="drug", columns="symbol", values="z")
    symbols = [fields.LANDMARK_SYMBOLS[gene] for gene in query.genes]
    z = mean_signatures(compendium, wide.index.tolist())[:, query.genes]
    np.testing.assert_allclose(wide[symbols], z)
    up = heat[heat["direction"] == "up"]["symbol"]
    assert set(up) == {fields.LANDMARK_SYMBOLS[gene] for gene in query.up}


def test_both_are_in_the_order_of_scipys_clustering(compendium: Compendium) -> None:
    query = drawn(12, 8)
    heat = heat_map(compendium, query, compounds_of(compendium, query))
    drugs, genes = heat["drug"].unique(), heat["symbol"].unique()
    wide = heat.pivot_table(index="drug", columns="symbol", values="z")
    for x, order in ((wide, drugs), (wide.T, genes)):
        tree = linkage(x.to_numpy(), "average", "correlation", optimal_ordering=True)
        wanted = x.index[leaves_list(tree)].tolist()
        assert order.tolist() in (wanted, wanted[::-1])


def test_of_many_genes_those_that_vary_most_are_shown(compendium: Compendium) -> None:
    query = of_compound(compendium, "x0")
    assert len(query.genes) == 100
    heat = heat_map(compendium, query, compounds_of(compendium, query))
    shown = [fields.LANDMARK_SYMBOLS.index(symbol) for symbol in heat["symbol"].unique()]
    assert len(shown) == module.MAX_GENES
    z = mean_signatures(compendium, heat["drug"].unique().tolist())
    spread = z.var(axis=0)
    left_out = np.setdiff1d(query.genes, shown)
    assert spread[shown].min() >= spread[left_out].max()


@pytest.mark.parametrize("n_genes", [1, 2, 100])
def test_few_genes_or_no_compounds_are_no_error(compendium: Compendium, n_genes: int) -> None:
    query = drawn(n_genes, 0)
    compounds = compounds_of(compendium, query)
    assert heat_map(compendium, query, compounds)["symbol"].nunique() == min(n_genes, 60)
    assert heat_map(compendium, query, compounds.assign(connectivity=0.0)).empty
