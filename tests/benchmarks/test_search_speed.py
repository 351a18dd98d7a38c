"""The ways that the benchmark compares compute the same scores, and it runs."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import search_speed, simulated
from gpar_core.data.compendium import Compendium
from gpar_core.search import index, scan, vectors
from gpar_core.search.connectivity import weighted_connectivity

N = 600


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    return simulated.compendium(tmp_path, N)


def test_the_simulated_compendium_has_groups_and_genes_that_change_together(
    compendium: Compendium,
) -> None:
    signatures = compendium.signatures
    assert compendium.matrix.shape == (N, 978)
    assert signatures["sig_id"].is_unique
    assert signatures[["cell_id", "pert_id"]].apply(tuple, axis=1).is_monotonic_increasing
    assert compendium.n_drugs == N // simulated.PER_DRUG
    assert np.abs(np.corrcoef(compendium.matrix[:, :50].T)).mean() > 0.1


def test_all_ways_compute_the_same(compendium: Compendium) -> None:
    own = search_speed.query()
    expected = weighted_connectivity(np.array(compendium.matrix), [own])[:, 0]
    for way in (search_speed.plain_loop, search_speed.numpy_loop):
        found = way(compendium, own)
        np.testing.assert_allclose(found, expected[: len(found)], atol=1e-6)
    theirs = search_speed.by_gseapy(compendium, own)
    es = theirs.pivot_table(index="Name", columns="Term", values="ES", aggfunc="first")
    es = es.loc[[f"s{number}" for number in range(search_speed.SAMPLE_GSEAPY)]].astype(float)
    both = np.where(es["up"] * es["down"] < 0, (es["up"] - es["down"]) / 2, 0)
    np.testing.assert_allclose(both, expected[: len(both)], atol=1e-6)


def test_it_is_measured(compendium: Compendium, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (scan, vectors):
        monkeypatch.setattr(module, "INDEXED_FROM", 100)
    for module in (index, scan, search_speed):
        monkeypatch.setattr(module, "BLOCK_SIGNATURES", 256)
    monkeypatch.setattr(search_speed, "SAMPLE_LOOP", 5)
    monkeypatch.setattr(search_speed, "SAMPLE_NUMPY", 5)
    monkeypatch.setattr(search_speed, "SAMPLE_GSEAPY", 5)
    monkeypatch.setattr(search_speed, "BATCH", 2)
    found = {figure.name: figure for figure in search_speed.run(compendium, 1, 2)}
    assert found["times a plain loop"].value > 1
    assert found["search: weighted connectivity"].at_most == search_speed.GOAL_SECONDS
    assert found["search: peak memory"].value > 0
