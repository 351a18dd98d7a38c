"""A matrix on disk against the same one in memory."""

from pathlib import Path

import numpy as np
import psutil
import pytest

from gpar_core.data import stored_matrix
from gpar_core.data.stored_matrix import StoredMatrix


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)


@pytest.fixture
def matrix(tmp_path: Path, values: np.ndarray) -> StoredMatrix:
    np.save(tmp_path / "m.npy", values)
    return StoredMatrix(tmp_path / "m.npy")


def test_a_new_matrix_is_zero_until_written(tmp_path: Path, values: np.ndarray) -> None:
    matrix = StoredMatrix.create(tmp_path / "m.npy", (10, 4))
    expected = np.zeros((10, 4), np.float32)
    for rows, columns in (([7, 2], [0, 3]), ([2, 3], [1])):
        part = values[np.ix_(rows, columns)]
        matrix.put(np.array(rows), np.array(columns), part)
        expected[np.ix_(rows, columns)] = part
    stored = np.load(tmp_path / "m.npy")
    assert stored.dtype == np.float32
    np.testing.assert_array_equal(stored, expected)


def test_rows_are_read_as_from_memory(matrix: StoredMatrix, values: np.ndarray) -> None:
    assert (matrix.shape, len(matrix), matrix.dtype) == ((10, 4), 10, np.float32)
    np.testing.assert_array_equal(matrix[3:7], values[3:7])
    np.testing.assert_array_equal(matrix[np.array([9, 0])], values[[9, 0]])


def test_a_copy_does_not_change_with_the_file(matrix: StoredMatrix, values: np.ndarray) -> None:
    read = matrix[0:2]
    matrix.put(np.array([0]), np.arange(4), np.zeros((1, 4), np.float32))
    np.testing.assert_array_equal(read, values[:2])


@pytest.mark.parametrize("block_rows", [1, 3, 10, 99])
def test_blocks_are_all_rows_once(
    matrix: StoredMatrix, values: np.ndarray, block_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_matrix, "BLOCK_ROWS", block_rows)
    parts = [matrix[rows] for rows in matrix.blocks()]
    assert max(map(len, parts)) <= block_rows
    np.testing.assert_array_equal(np.concatenate(parts), values)


@pytest.mark.parametrize("kept", [[True] * 10, [False] * 10, [True, False] * 5])
def test_rows_can_be_dropped(
    matrix: StoredMatrix, values: np.ndarray, kept: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_matrix, "BLOCK_ROWS", 3)
    matrix.keep(np.array(kept))
    np.testing.assert_array_equal(np.load(matrix.path), values[kept])
    assert [path.name for path in matrix.path.parent.iterdir()] == ["m.npy"]


@pytest.mark.skipif(not hasattr(psutil.Process, "memory_maps"), reason="the system does not tell")
def test_nothing_stays_mapped(matrix: StoredMatrix) -> None:
    held = [matrix[0:5], matrix[np.array([1])]]
    matrix.put(np.array([0]), np.array([0]), np.ones((1, 1), np.float32))
    assert len(held) == 2
    assert str(matrix.path) not in {each.path for each in psutil.Process().memory_maps()}


def test_no_rows_are_none(matrix: StoredMatrix) -> None:
    assert matrix[np.array([], int)].shape == (0, 4)
