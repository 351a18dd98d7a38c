"""Which drugs and cell lines a learning curve is drawn of."""

import numpy as np
import pytest

from benchmarks.learning_curves import DRAWS, draws
from gpar_core.data.training_set import TrainingSet

CELLS = {"a": 1, "b": 2, "c": 3, "d": 3}
"""Signatures of each positive drug."""


@pytest.fixture
def training_set() -> TrainingSet:
    drug = np.array([*np.repeat(list(CELLS), list(CELLS.values())), "x", "x", "y"], object)
    rows = np.arange(len(drug))
    return TrainingSet(rows, rows < sum(CELLS.values()), drug, "others", "")


@pytest.mark.parametrize(("n_drugs", "n_cells"), [(2, 1), (4, 1), (3, 2), (2, 3)])
def test_every_drug_has_as_many_signatures_and_negatives_stay(
    training_set: TrainingSet, n_drugs: int, n_cells: int
) -> None:
    found = list(draws(training_set, n_drugs, n_cells, np.random.default_rng(0)))
    assert len(found) == DRAWS
    for each in found:
        drugs, counts = np.unique(each.drug[each.positive].astype(str), return_counts=True)
        assert len(drugs) == n_drugs
        assert set(counts) == {n_cells}
        assert each.drug[~each.positive].tolist() == ["x", "x", "y"]


@pytest.mark.parametrize(("n_drugs", "n_cells"), [(5, 1), (4, 2), (3, 3)])
def test_a_moa_with_too_few_drugs_is_left_out(
    training_set: TrainingSet, n_drugs: int, n_cells: int
) -> None:
    assert not list(draws(training_set, n_drugs, n_cells, np.random.default_rng(0)))
