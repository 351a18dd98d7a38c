"""The release of the benchmark is one that GPAR imports, and the benchmark runs."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from benchmarks import full_size, geo_release
from gpar_core import fields
from gpar_core.data import compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles

N = 600


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ImportFiles:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geo_release, "PART_SIGNATURES", 25)
        patch.setattr(geo_release, "BLOCK_SIGNATURES", 131)
        return geo_release.write(tmp_path_factory.mktemp("release"), N)


def test_the_matrix_is_laid_out_as_geos(files: ImportFiles) -> None:
    (series,) = files.series
    with h5py.File(series.matrix) as file:
        values = file["/0/DATA/0/matrix"]
        assert (values.shape, values.dtype, values.chunks) == (
            (N, 12_328), np.float32, (262, 1000),
        )  # fmt: skip
        assert np.isfinite(values[:]).all()
        assert values[:, 978:].std() == pytest.approx(1, abs=0.05)
        genes = file["/0/META/ROW/id"].asstr()[:978]
    assert genes.tolist() == [str(gene) for gene in fields.LANDMARK_IDS]
    assert {path.name for path in series.matrix.parent.iterdir()} == {
        path.name for path in files.paths
    }


def test_the_import_finds_the_simulated_values_and_tables(
    files: ImportFiles, tmp_path: Path
) -> None:
    (series,) = files.series
    import_compendium(files, tmp_path, name="full")
    loaded = compendium.load(tmp_path)
    assert loaded.n_signatures == N
    with h5py.File(series.matrix) as file:
        ids = file["/0/META/COL/id"].asstr()[:]
        row = pd.Series(range(N), ids)[loaded.signatures["sig_id"]]
        np.testing.assert_array_equal(loaded.matrix, file["/0/DATA/0/matrix"][:, :978][row])
    assert ids.tolist() == sorted(ids)
    assert loaded.signatures["tas"].between(0, 1).all()
    assert loaded.signatures["exemplar"].notna().all()
    assert (loaded.signatures["n_replicates"] == 3).all()
    assert len(loaded.moas) > 10


def test_parts_are_rows_of_one_cell_line_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo_release, "PART_SIGNATURES", 3)
    cells = np.array(["a"] * 7 + ["b"] + ["c"] * 3)
    parts = geo_release._parts(cells)
    assert np.concatenate([np.arange(11)[rows] for _, rows in parts]).tolist() == list(range(11))
    assert [cell for cell, _ in parts] == ["a", "a", "a", "b", "c"]
    assert all(set(cells[rows]) == {cell} for cell, rows in parts)


def test_the_import_is_measured(tmp_path: Path) -> None:
    with full_size.stage(N, tmp_path) as (cache, files, made):
        found = {figure.name: figure for figure in full_size.measure_import(cache, files)}
        assert cache.compendium_names() == [full_size.NAME]
    assert list(tmp_path.iterdir()) == []
    assert made.value > 0
    speeds = [found[name].value for name in ("import: speed", "plain read: speed")]
    assert found["import: share of the plain read"].value == pytest.approx(speeds[0] / speeds[1])
    assert found["import: peak memory"].at_most == full_size.GOAL_MEMORY


def test_a_full_disk_is_told_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="GB free"), full_size.stage(10**12, tmp_path):
        pass
    assert not list(tmp_path.iterdir())
