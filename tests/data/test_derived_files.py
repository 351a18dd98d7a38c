"""Rows that are kept as they are computed, and the matrix that is read without being mapped."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import derived_files
from gpar_core.data.derived_files import SPACE, derived_path, keep_rows, unmapped
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.errors import Cancelled
from tests.geo_files import write_release
from tests.perturbagens import mixed_release
from tests.synthetic import build, drugs_of

ROWS = np.arange(12, dtype=np.float16).reshape(4, 3)


def test_blocks_become_one_array(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    assert keep_rows(path, (4, 3), np.float16, iter([ROWS[:3], ROWS[3:]]))
    found = np.load(path)
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found, ROWS)
    assert list(tmp_path.iterdir()) == [path]


def test_what_stops_leaves_nothing(tmp_path: Path) -> None:
    def blocks() -> Iterator[np.ndarray]:
        yield ROWS[:1]
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        keep_rows(tmp_path / "a.npy", (4, 3), np.float16, blocks())
    assert not list(tmp_path.iterdir())


def test_without_room_or_a_folder_nothing_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never() -> Iterator[np.ndarray]:
        pytest.fail("computed")
        yield ROWS

    assert not keep_rows(None, (4, 3), np.float16, never())
    assert not keep_rows(tmp_path / "missing" / "a.npy", (4, 3), np.float16, never())
    monkeypatch.setattr(derived_files, "disk_usage", lambda _: SimpleNamespace(free=20))
    assert not keep_rows(tmp_path / "a.npy", (4, 3), np.float16, never())
    assert not list(tmp_path.iterdir())


def test_the_stored_matrix_is_read_from_disk_and_a_changed_one_from_memory(tmp_path: Path) -> None:
    compendium = build(tmp_path, drugs_of("X inhibitor", 3))
    stored = unmapped(compendium)
    assert isinstance(stored, StoredMatrix)
    np.testing.assert_array_equal(stored[np.array([3, 1])], compendium.matrix[[3, 1]])
    changed = replace(compendium, matrix=-np.array(compendium.matrix))
    assert unmapped(changed) is changed.matrix


def test_each_kind_of_perturbagen_is_read_from_its_rows_and_keeps_its_own_files(
    tmp_path: Path,
) -> None:
    files = write_release(mixed_release(), tmp_path)
    import_compendium(files, tmp_path, name="new", pert_types=tuple(fields.PERT_TYPES))
    loaded = compendia.load(tmp_path)
    kinds = [("trt_cp",), ("trt_sh.cgs",), fields.GENETIC, tuple(fields.PERT_TYPES)]
    paths = set()
    for shown in map(loaded.of_kinds, kinds):
        stored = unmapped(shown)
        assert isinstance(stored, StoredMatrix)
        assert stored.shape == shown.matrix.shape
        np.testing.assert_array_equal(stored[:], shown.matrix)
        np.testing.assert_array_equal(stored[np.array([3, 0])], shown.matrix[[3, 0]])
        paths.add(derived_path(shown, SPACE, 1, "of"))
    assert None not in paths
    assert len(paths) == len(kinds)
    apart = loaded.of_kinds(["trt_cp", "trt_xpr"])
    assert unmapped(apart) is apart.matrix
    assert derived_path(apart, SPACE, 1, "of") is None
