"""MOAs by where their compounds stand."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.data.compendium import Compendium
from gpar_core.search.classes import moas
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
    assert table["p"].iloc[0] < 0.05


def test_where_no_class_is_large_enough_the_table_is_empty(compendium: Compendium) -> None:
    compounds = search(compendium, of_compound(compendium, "x1"), score="wtcs")["compounds"]
    table = moas(compendium, compounds, min_drugs=50)
    assert table.empty
    assert list(table) == ["moa", "n_drugs", "median_connectivity", "moa_auroc", "p", "fdr"]
