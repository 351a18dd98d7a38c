"""A file that libhdf5 does not survive costs an import an error in words, not its process."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from gpar_core.data.importing import trial
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.run import run_import
from gpar_core.data.importing.trial import try_reading
from gpar_core.errors import FileFormatError
from gpar_core.progress import silent
from gpar_core.server.limits import ServerLimits
from gpar_core.storage.cache import Cache
from tests.geo_files import release, write_gctx, write_release
from tests.waiting import PATIENCE

PATIENT = ServerLimits(reading_seconds=int(PATIENCE))


def _gctx(path: Path) -> None:
    write_gctx(path, np.zeros((3, 2)), sig_ids="abc", genes="de", variable_length=True)


def _h5ad(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["X"] = np.zeros((3, 2), np.float32)
        for axis, names in (("obs", ["a", "b", "c"]), ("var", ["d", "e"])):
            file[f"{axis}/name"] = np.array(names, h5py.string_dtype())
            file[axis].attrs["_index"] = "name"


@pytest.mark.parametrize("write", [_gctx, _h5ad])
def test_a_file_that_is_read_without_end_is_refused(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "mine"
    write(path)
    try_reading(path, PATIENT)
    content = path.read_bytes()
    heap = content.index(b"GCOL") + 16
    # Texts of varying length lie in a heap, whose free space libhdf5 skips by its size.
    path.write_bytes(content[:heap] + bytes(200) + content[heap + 200 :])
    with pytest.raises(FileFormatError, match=r"'mine' takes more than 2 sec.*GPAR_READING_SEC"):
        try_reading(path, ServerLimits(reading_seconds=2))


@pytest.mark.parametrize(
    ("code", "said"), [(-11, "makes the HDF5 library crash"), (4, "more than 6,000 MB of memory")]
)
def test_a_file_that_ends_its_reader_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    _gctx(tmp_path / "mine")
    monkeypatch.setattr(trial, "run_limited", lambda *_, **__: code)
    with pytest.raises(FileFormatError, match=said):
        try_reading(tmp_path / "mine", ServerLimits())


@pytest.mark.parametrize("matrix", ["level5.gctx", "level5.gct"])
def test_an_import_tries_hdf5_files_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, matrix: str
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(trial, "run_limited", lambda name, *_, **__: tried.append(name) or 0)
    cache = Cache(tmp_path / "cache")
    files = write_release(release(), tmp_path / "files", matrix=matrix)
    run_import(plan_import(cache, files, name="mine"), cache, silent)
    assert tried == [trial.__name__] * matrix.endswith("gctx")
