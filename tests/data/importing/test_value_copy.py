"""Values are copied as numpy would, and a stopped copy resumes where it stopped."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data import matrix_files
from gpar_core.data.importing import value_copy
from gpar_core.data.importing.value_copy import Source, copy_values, finite_rows
from gpar_core.data.matrix_files import open_matrix
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.errors import Cancelled, FileFormatError
from gpar_core.progress import Progress, silent
from tests.geo_files import LANDMARKS, write_gct, write_gctx
from tests.stopping import stop_after

N = fields.N_LANDMARKS
Sources = list[Source]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 3 * N)


def _source(path: Path, n: int, rows: list[int], seed: int) -> tuple[Source, np.ndarray]:
    """A matrix of n signatures with genes in an order of its own, and what its rows should be."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, N)).astype(np.float32)
    genes = rng.permutation(N)
    write = write_gct if path.suffix == ".gct" else write_gctx
    named = {"sig_ids": [f"s{i}" for i in range(n)], "genes": [LANDMARKS[gene] for gene in genes]}
    write(path, values[:, genes], **named)
    signatures = np.sort(rng.choice(n, size=len(rows), replace=False))
    positions = np.argsort(genes)
    return Source(open_matrix(path), positions, signatures, np.array(rows)), values[signatures]


@pytest.fixture(params=["gctx", "gct"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Sources, np.ndarray]:
    """Two matrices whose signatures take turns in the compendium, and the whole expected."""
    first, of_first = _source(tmp_path / f"1.{request.param}", 12, [5, 0, 9, 8, 1, 4, 11], 1)
    second, of_second = _source(tmp_path / "2.gctx", 7, [2, 10, 3, 7, 6], 2)
    expected = np.empty((12, N), np.float32)
    expected[first.rows], expected[second.rows] = of_first, of_second
    return [first, second], expected


def test_values_of_several_matrices_stand_where_they_belong(
    tmp_path: Path, two: tuple[Sources, np.ndarray]
) -> None:
    sources, expected = two
    matrix = copy_values(sources, tmp_path / "m.npy", tmp_path / "n.json", silent)
    np.testing.assert_array_equal(np.load(matrix.path), expected)


@pytest.mark.parametrize("n_before", [1, 2, 4, 5])
def test_a_stopped_copy_reads_no_block_twice(
    tmp_path: Path,
    two: tuple[Sources, np.ndarray],
    n_before: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources, expected = two
    target, notes = tmp_path / "m.npy", tmp_path / "n.json"
    with pytest.raises(Cancelled):
        copy_values(sources, target, notes, stop_after(n_before))
    written = []
    put = StoredMatrix.put

    def noted(self: StoredMatrix, rows: np.ndarray, columns: np.ndarray, z: np.ndarray) -> None:
        written.extend((row, column) for row in rows for column in columns)
        put(self, rows, columns, z)

    monkeypatch.setattr(StoredMatrix, "put", noted)
    done_before = set(zip(*np.nonzero(np.load(target)), strict=True))
    heard: list[Progress] = []
    copy_values(sources, target, notes, heard.append)
    np.testing.assert_array_equal(np.load(target), expected)
    assert not done_before & set(written)
    assert len(done_before) + len(written) == expected.size
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert done[-1] == heard[-1].total == expected.size
    copy_values(sources, target, notes, stop_after(1))  # nothing is left to report


def test_a_copy_to_other_rows_or_of_other_sizes_begins_anew(
    tmp_path: Path, two: tuple[Sources, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, second), expected = two
    target, notes = tmp_path / "m.npy", tmp_path / "n.json"
    copy_values([first, second], target, notes, silent)
    turned = [
        Source(each.matrix, each.genes, each.signatures, 11 - each.rows) for each in (first, second)
    ]
    copy_values(turned, target, notes, silent)
    np.testing.assert_array_equal(np.load(target), expected[::-1])
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 2 * N)
    with pytest.raises(Cancelled):
        copy_values(turned, target, notes, stop_after(1))


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"plan": "x", "n_done": [9, 9]}', b"\xff"])
def test_damaged_notes_begin_anew(
    tmp_path: Path, two: tuple[Sources, np.ndarray], damage: bytes
) -> None:
    sources, expected = two
    target, notes = tmp_path / "m.npy", tmp_path / "n.json"
    notes.write_bytes(damage)
    copy_values(sources, target, notes, silent)
    np.testing.assert_array_equal(np.load(target), expected)


@pytest.mark.parametrize("harm", ["gone", "short"])
def test_a_matrix_that_does_not_fit_its_notes_begins_anew(
    tmp_path: Path, two: tuple[Sources, np.ndarray], harm: str
) -> None:
    sources, expected = two
    target, notes = tmp_path / "m.npy", tmp_path / "n.json"
    copy_values(sources, target, notes, silent)
    target.unlink()
    if harm == "short":
        np.save(target, expected[:3])

    def die(*arguments: object) -> None:
        raise Cancelled("before the first block is there")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Cancelled):
        patch.setattr(StoredMatrix, "put", die)
        copy_values(sources, target, notes, silent)
    copy_values(sources, target, notes, silent)
    np.testing.assert_array_equal(np.load(target), expected)


def test_a_matrix_that_gives_no_signature_is_not_read(
    tmp_path: Path, two: tuple[Sources, np.ndarray]
) -> None:
    (first, _), _ = two
    nothing = np.array([], dtype=np.int64)
    ordered = Source(first.matrix, first.genes, first.signatures, np.arange(7))
    unused = Source(first.matrix, first.genes, nothing, nothing)
    copy_values([unused, ordered], tmp_path / "a.npy", tmp_path / "a.json", silent)
    copy_values([ordered], tmp_path / "b.npy", tmp_path / "b.json", silent)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy"))


def test_missing_values_become_nan_and_missing_genes_stay_zero(tmp_path: Path) -> None:
    expected = np.random.default_rng(3).normal(size=(5, N))
    values = np.where(np.arange(N) == 7, value_copy.MISSING_VALUE, expected).astype(np.float32)
    path = write_gctx(tmp_path / "x.gctx", values, sig_ids=range(5), genes=LANDMARKS)
    genes = np.arange(N)
    genes[100] = -1
    every = Source(open_matrix(path), genes, np.arange(5), np.arange(5))
    stored = np.load(copy_values([every], tmp_path / "m.npy", tmp_path / "n", silent).path)
    assert np.isnan(stored[:, 7]).all()
    assert not stored[:, 100].any()
    np.testing.assert_array_equal(np.delete(stored, [7, 100], 1), np.delete(values, [7, 100], 1))


def test_rows_that_are_not_all_numbers_are_found(tmp_path: Path) -> None:
    values = np.zeros((6, 4), np.float32)
    values[1, 2], values[4, 0], values[5, 3] = np.nan, np.inf, -np.inf
    np.save(tmp_path / "m.npy", values)
    found = finite_rows(StoredMatrix(tmp_path / "m.npy"))
    assert found.tolist() == [True, False, True, True, False, False]


def test_a_stopped_copy_of_levels_is_refused_when_it_goes_on(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(9, N)).astype(np.float32)
    values[6:] = np.abs(values[6:]) + 4
    path = write_gctx(tmp_path / "m.gctx", values, sig_ids=range(9), genes=LANDMARKS)
    source = Source(open_matrix(path), np.arange(N), np.arange(9), np.arange(9))
    with pytest.raises(Cancelled):
        copy_values([source], tmp_path / "m.npy", tmp_path / "n", stop_after(2))
    with pytest.raises(FileFormatError, match="all positive"):
        copy_values([source], tmp_path / "m.npy", tmp_path / "n", silent)
