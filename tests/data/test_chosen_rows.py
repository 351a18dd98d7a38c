"""Rows that are read when indexed are those of an array."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core.data import chosen_rows
from gpar_core.data.chosen_rows import ChosenRows

MATRIX = np.arange(60, dtype=np.float32).reshape(20, 3)
FURTHER = -MATRIX[:2]
ROWS = np.array([1, 4, 5, 11, 19])


@pytest.mark.parametrize(
    "chosen",
    [slice(None), np.array([6, 0, 3]), np.arange(7) % 2 == 0, np.zeros(7, bool)],
    ids=["all", "places", "mask", "none"],
)
def test_rows_on_disk_and_further_ones_are_indexed_like_an_array(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: slice | np.ndarray
) -> None:
    monkeypatch.setattr(chosen_rows, "READ_AT_ONCE", 2)
    np.save(tmp_path / "m.npy", MATRIX)
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    whole = np.concatenate([MATRIX[ROWS], FURTHER])
    found = ChosenRows(mapped, ROWS, FURTHER)
    assert found.shape == (len(found), 3) == whole.shape
    np.testing.assert_array_equal(found[chosen], whole[chosen])
