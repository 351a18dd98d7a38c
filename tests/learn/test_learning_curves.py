"""What is expected before a training is what was measured with as many drugs and cell lines."""

import numpy as np
import pytest

from gpar_core.data.training_set import TrainingSet
from gpar_core.learn.learning_curves import expected, learning_curves


def of(n_drugs: int, n_cells: int) -> TrainingSet:
    """A positive set, and one negative."""
    drug = np.array([*np.repeat([f"d{n}" for n in range(n_drugs)], n_cells), "other"], object)
    rows = np.arange(len(drug))
    return TrainingSet(rows, rows < len(rows) - 1, drug, "others", "")


def test_the_table_is_whole() -> None:
    table = learning_curves()
    assert (table[["n_drugs", "n_cells", "n_moas"]] >= [2, 1, 5]).all(axis=None)
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()
    assert table["low"].min() > 0
    assert table["high"].max() < 1
    assert not table.duplicated(["n_drugs", "n_cells"]).any()


@pytest.mark.parametrize("row", range(len(learning_curves())))
def test_each_measured_number_finds_itself(row: int) -> None:
    wanted = learning_curves().iloc[row]
    found = expected(of(int(wanted["n_drugs"]), int(wanted["n_cells"])))
    assert found is not None
    assert (found.n_drugs, found.n_cells) == (wanted["n_drugs"], wanted["n_cells"])
    assert (found.low, found.median, found.high) == (
        wanted["low"],
        wanted["median"],
        wanted["high"],
    )


@pytest.mark.parametrize(
    ("n_drugs", "n_cells", "taken"), [(5, 1, (4, 1)), (5, 4, (4, 3)), (1000, 1, (14, 1))]
)
def test_between_two_numbers_the_smaller_counts(
    n_drugs: int, n_cells: int, taken: tuple[int, int]
) -> None:
    found = expected(of(n_drugs, n_cells))
    assert found is not None
    assert (found.n_drugs, found.n_cells) == taken
    assert f"With {taken[0]} drugs" in found.sentence


def test_nothing_is_expected_of_a_single_drug() -> None:
    assert expected(of(1, 5)) is None


def test_more_drugs_and_more_cell_lines_help() -> None:
    by = learning_curves().set_index(["n_drugs", "n_cells"])["median"]
    assert by[9, 3] > by[2, 3] > 0.5
    assert by[4, 5] > by[4, 1] > 0.5
