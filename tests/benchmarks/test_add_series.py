"""The benchmark of added series runs, on series that share compounds."""

from pathlib import Path

import h5py
import pytest

from benchmarks import add_series, geo_release
from benchmarks.figures import Figure
from gpar_core.data import compendium
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.storage.cache import Cache


def test_added_series_are_as_imported_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(
        cache: Cache, files: ImportFiles, name: str, what: str, **asked: object
    ) -> list[Figure]:
        return [Figure(what, (add_series.run_once(cache, files, name, asked),), "s", "")]

    monkeypatch.setattr(add_series, "measure", measure)
    figures = add_series.run(tmp_path, [200, 100], compact=True)
    names = ["all, compact", "200 alone", "100 added", "compendium, compact"]
    assert [figure.name for figure in figures] == names
    found = compendium.load(tmp_path / "cache" / "compendia" / "added")
    assert set(found.signatures["series"]) == {geo_release.SERIES.format(n) for n in range(2)}
    (matrix,) = tmp_path.glob("*_n200x12328.gctx")
    with h5py.File(matrix) as file:
        assert not file["/0/DATA/0/matrix"][:, 1000:].any()
    assert matrix.stat().st_size < 5e6
