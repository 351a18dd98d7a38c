"""Pairs of compounds by what they cover together, against counting with sets."""

from itertools import combinations as pairs_of

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.search.combinations import combinations
from gpar_core.search.extreme_sum import N_EXTREME
from gpar_core.search.mean_signatures import mean_signatures
from gpar_core.search.query import Query, of_compound
from gpar_core.search.search import search
from tests.search.queries import drawn
from tests.synthetic import build, drugs_of


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4, replicates=2), *drugs_of("", 14)]
    return build(tmp_path_factory.mktemp("pairs"), drugs, effect=20.0)


def counted(compendium: Compendium, query: Query, compounds: pd.DataFrame) -> dict[str, dict]:
    """side -> {pair of drugs: (coverage, gain, conflicts)}, gene by gene."""
    signatures = compendium.signatures
    found: dict[str, dict] = {"mimic": {}, "reverse": {}}
    changes = {}
    for drug in compounds["drug"]:
        rows = signatures[(signatures["drug"] == drug) & signatures["representative"]].index
        order = np.argsort(compendium.matrix[rows].mean(axis=0), kind="stable")
        changes[drug] = set(order[-N_EXTREME:]), set(order[:N_EXTREME])
    up, down = set(query.up), set(query.down)
    n = len(up) + len(down)
    for side, pairs in found.items():
        sign = 1 if side == "mimic" else -1
        on_side = sign * compounds["connectivity"] > 0
        for a, b in pairs_of(compounds.loc[on_side, "drug"], 2):
            covered, opposed = {}, {}
            for drug in (a, b):
                high, low = changes[drug] if side == "mimic" else changes[drug][::-1]
                covered[drug] = (up & high) | (down & low)
                opposed[drug] = (up & low) | (down & high)
            union = covered[a] | covered[b]
            gain = len(union) - max(len(covered[a]), len(covered[b]))
            conflicts = (covered[a] & opposed[b]) | (covered[b] & opposed[a])
            if gain:
                pairs[frozenset((a, b))] = (len(union) / n, gain / n, len(conflicts))
    return found


@pytest.mark.parametrize("query", [drawn(40, 30), drawn(25, 0, seed=3)])
def test_pairs_are_those_of_sets(compendium: Compendium, query: Query) -> None:
    compounds = search(compendium, query, score="wtcs", n_random=2)["compounds"]
    table = combinations(compendium, query, compounds)
    wanted = counted(compendium, query, compounds)
    for side, own in table.groupby("side"):
        got = {
            frozenset((row.drug, row.other_drug)): (row.coverage, row.gain, row.conflicts)
            for row in own.itertuples()
        }
        assert len(got) == len(own)
        assert got.keys() == wanted[side].keys()
        for pair, figures in got.items():
            assert figures == pytest.approx(wanted[side][pair])
        assert (own["alone"] >= own["other_alone"]).all()
        assert own["coverage"].is_monotonic_decreasing
        np.testing.assert_allclose(own["coverage"] - own["alone"], own["gain"])
    assert set(table["side"]) == {"mimic", "reverse"}


def test_only_the_strongest_are_paired_and_the_best_pairs_kept(compendium: Compendium) -> None:
    query = of_compound(compendium, "x0")
    compounds = search(compendium, query, score="wtcs", n_random=2)["compounds"]
    table = combinations(compendium, query, compounds, n_compounds=4, n_pairs=3)
    mimics = table[table["side"] == "mimic"]
    assert len(mimics) == 3
    assert set(mimics["drug"]) | set(mimics["other_drug"]) <= set(compounds["drug"].head(4))
    every = combinations(compendium, query, compounds, n_compounds=4)
    assert (
        mimics["coverage"].tolist() == every.loc[every["side"] == "mimic", "coverage"][:3].tolist()
    )


def test_a_side_without_compounds_has_no_pairs(compendium: Compendium) -> None:
    query = drawn(20, 20)
    compounds = search(compendium, query, score="wtcs", n_random=2)["compounds"]
    table = combinations(compendium, query, compounds.assign(connectivity=0.0))
    assert table.empty
    assert "coverage" in table


def test_a_mean_signature_is_that_of_the_representatives(compendium: Compendium) -> None:
    signatures = compendium.signatures
    drugs = ["x2", "dark3"]
    found = mean_signatures(compendium, drugs)
    assert found.shape == (2, fields.N_LANDMARKS)
    for row, drug in zip(found, drugs, strict=True):
        rows = signatures[(signatures["drug"] == drug) & signatures["representative"]].index
        assert len(rows) == 2
        np.testing.assert_allclose(row, compendium.matrix[rows].mean(axis=0), rtol=1e-5)
