"""z-scores in 8 bits against the exact ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import stored_matrix
from gpar_core.data.compact_matrix import CompactMatrix, as_stored, compacted, expanded, rows_of
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import SPACE, derived_path, unmapped
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import select_compendium
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.errors import DataError
from gpar_core.learn.space import pooled
from gpar_core.maps.principal_components import principal_components
from gpar_core.rank.neighbors import nearest
from gpar_core.rank.scoring import score_blocks
from tests.perturbed import build_perturbed
from tests.synthetic import build, drugs_of

HALF_STEP = 10 / 127 / 2
ODD = [0.0, 10.0, -10.0, 1e9, -1e9, HALF_STEP * 0.99, -HALF_STEP * 1.01]


@pytest.fixture
def exact(tmp_path: Path) -> Compendium:
    return build(tmp_path / "exact", [*drugs_of("X inhibitor", 3), *drugs_of("", 4)], effect=9)


@pytest.fixture
def compact(exact: Compendium, tmp_path: Path) -> Compendium:
    return _copied(exact, tmp_path / "compact")


def _copied(source: Compendium, folder: Path, quality: QualityFilter = EVERYTHING) -> Compendium:
    folder.mkdir()
    select_compendium(source, quality, folder, name="compact", compact=True)
    return compendia.load(folder)


def test_a_z_score_is_off_by_half_a_step_at_most() -> None:
    values = np.random.default_rng(0).normal(scale=3, size=(50, 40)).astype(np.float32)
    values[0, : len(ODD)] = ODD
    codes = compacted(values)
    assert codes.dtype == np.int8
    found = expanded(codes)
    assert found.dtype == np.float32
    assert np.abs(found - values.clip(-10, 10)).max() <= HALF_STEP + 1e-6
    assert found[0, : len(ODD)].tolist() == pytest.approx([0, 10, -10, 10, -10, 0, -10 / 127])
    np.testing.assert_array_equal(compacted(found), codes)  # again changes nothing


def test_values_that_are_not_finite_are_missing() -> None:
    values = np.array([[np.nan, np.inf, -np.inf, 1.0]], np.float32)
    np.testing.assert_array_equal(
        np.isnan(expanded(compacted(values))), [[True, True, True, False]]
    )


def test_it_is_read_as_an_array_is() -> None:
    values = np.random.default_rng(1).normal(size=(9, 6)).astype(np.float32)
    matrix = CompactMatrix(compacted(values))
    array = expanded(matrix.codes)
    assert (matrix.shape, len(matrix), matrix.dtype) == ((9, 6), 9, np.float32)
    for place in (slice(2, 7), np.array([8, 0, 0]), 3, (slice(None), 2), (slice(None), [4, 1])):
        np.testing.assert_array_equal(matrix[place], array[place])
    np.testing.assert_array_equal(np.asarray(matrix, np.float64), array.astype(np.float64))
    for rows in (slice(2, 7), np.array([8, 0, 0])):
        np.testing.assert_array_equal(np.asarray(rows_of(matrix, rows)), array[rows])
    assert np.shares_memory(rows_of(matrix, slice(2, 7)).codes, matrix.codes)
    np.testing.assert_array_equal(as_stored(matrix, values), array)
    assert as_stored(array, values) is values


def test_a_file_is_written_and_read_as_z_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_matrix, "BLOCK_ROWS", 3)
    values = np.random.default_rng(2).normal(size=(10, 4)).astype(np.float32)
    matrix = StoredMatrix.create(tmp_path / "m.npy", (10, 4), compact=True)
    matrix.put(np.arange(9, -1, -1), np.array([2, 0, 1, 3]), values[::-1][:, [2, 0, 1, 3]])
    matrix.put(np.array([4]), np.arange(4), np.full((1, 4), np.nan))
    stored = expanded(compacted(values))
    stored[4] = np.nan
    np.testing.assert_array_equal(matrix[:], stored)
    np.testing.assert_array_equal(matrix[np.array([7, 4])], stored[[7, 4]])
    matrix.keep(np.arange(10) != 4)
    assert matrix.compact
    np.testing.assert_array_equal(matrix[:], np.delete(stored, 4, axis=0))
    assert matrix.path.stat().st_size < 128 + 9 * 4 + 1


def test_a_compact_copy_holds_the_same_signatures(exact: Compendium, compact: Compendium) -> None:
    assert (exact.compact, compact.compact) == (False, True)
    np.testing.assert_array_equal(
        np.asarray(compact.matrix), expanded(compacted(np.asarray(exact.matrix)))
    )
    same = [name for name in compact.signatures if name != fields.REPRESENTATIVE]
    assert compact.signatures[same].equals(exact.signatures[same])
    assert compact.compounds.equals(exact.compounds)
    assert compact.filters == ()
    assert compact.source == (
        "Made for a test; copied from 'tiny'; stored compactly: z-scores rounded to steps of 0.08, "
        "at most ±10"
    )
    assert compact.fingerprint != exact.fingerprint
    compendia.check(compact.folder)
    versions = [compendia.read_manifest(each.folder)["format_version"] for each in (exact, compact)]
    assert versions == [4, 5]


def test_what_is_selected_from_it_is_compact(compact: Compendium, tmp_path: Path) -> None:
    few = _copied(compact, tmp_path / "few", QualityFilter(cells=("MCF7",)))
    rows = (compact.signatures["cell_id"] == "MCF7").to_numpy()
    assert few.compact
    np.testing.assert_array_equal(np.asarray(few.matrix), compact.matrix[rows])
    assert few.source.count("stored compactly") == 1


def test_it_is_computed_with_as_its_values_in_memory_are(compact: Compendium) -> None:
    array = np.asarray(compact.matrix)
    rows, n = np.arange(1, len(array), 2), len(array)
    np.testing.assert_array_equal(
        score_blocks(lambda z, _: z[:, 0] - z[:, 1], compact.matrix, rows),
        (array[:, 0] - array[:, 1])[rows],
    )
    of = (np.arange(n), np.arange(n) // 2, np.zeros(n, int), n, 1)
    np.testing.assert_array_equal(pooled(compact.matrix, *of)[0], pooled(array, *of)[0])
    np.testing.assert_array_equal(principal_components(compact.matrix), principal_components(array))
    found, expected = (
        nearest(matrix, rows, array[:2], top=3) for matrix in (compact.matrix, array)
    )
    np.testing.assert_array_equal(found, expected)


def test_it_is_read_from_disk_and_has_files_of_its_own(compact: Compendium) -> None:
    stored = unmapped(compact)
    assert isinstance(stored, StoredMatrix)
    np.testing.assert_array_equal(stored[:], np.asarray(compact.matrix))
    assert derived_path(compact, SPACE, 1, "of") is not None
    changed = replace(compact, matrix=-np.asarray(compact.matrix))
    assert unmapped(changed) is changed.matrix


def test_rows_of_other_kinds_stay_compact(tmp_path: Path) -> None:
    whole = _copied(build_perturbed(tmp_path / "mixed"), tmp_path / "compact")
    array = np.asarray(whole.stored.matrix)
    for kinds in (whole.stored_kinds, whole.stored_kinds[-1:], whole.stored_kinds[::2]):
        shown = whole.of_kinds(kinds)
        rows = whole.stored.signatures["pert_type"].isin(kinds).to_numpy()
        assert shown.compact
        np.testing.assert_array_equal(np.asarray(shown.matrix), array[rows])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_other_types_of_values_are_damage(compact: Compendium, dtype: type) -> None:
    np.save(compact.folder / compendia.MATRIX, np.zeros(compact.matrix.shape, dtype))
    with pytest.raises(DataError, match="values of type"):
        compendia.load(compact.folder)


def test_a_changed_value_is_noticed(compact: Compendium) -> None:
    file = compact.folder / compendia.MATRIX
    codes = np.load(file)
    codes[0, 0] += 1
    np.save(file, codes)
    with pytest.raises(DataError, match="not as it was imported"):
        compendia.check(compact.folder)
