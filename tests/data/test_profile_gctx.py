"""A GCTX that is not what it should be is refused."""

import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from gpar_core.data.profiles import (
    read_profiles,
)
from gpar_core.errors import FileFormatError
from tests.data.uploads import NAMES, Z, read_upload
from tests.geo_files import LANDMARKS, write_gctx

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def _matrix(file: h5py.File, **settings: object) -> h5py.Dataset:
    del file["/0/DATA/0/matrix"]
    return file.create_dataset("/0/DATA/0/matrix", **settings)


def _external_link(file: h5py.File, other: Path) -> None:
    del file["/0/DATA/0/matrix"]
    file["/0/DATA/0/matrix"] = h5py.ExternalLink(str(other), "/0/DATA/0/matrix")


def _external_group(file: h5py.File, other: Path) -> None:
    del file["/0/META"]
    file["/0/META"] = h5py.ExternalLink(str(other), "/0/META")


def _soft_link(file: h5py.File, other: Path) -> None:
    file.move("/0/DATA/0/matrix", "/elsewhere")
    file["/0/DATA/0/matrix"] = h5py.SoftLink("/elsewhere")


def _external_storage(file: h5py.File, other: Path) -> None:
    _matrix(file, shape=Z.shape, dtype="f4", external=[(str(other), 0, Z.nbytes)])


def _virtual(file: h5py.File, other: Path) -> None:
    del file["/0/DATA/0/matrix"]
    layout = h5py.VirtualLayout(shape=Z.shape, dtype="f4")
    layout[:] = h5py.VirtualSource(str(other), "/0/DATA/0/matrix", shape=Z.shape)
    file.create_virtual_dataset("/0/DATA/0/matrix", layout)


def _huge_shape(file: h5py.File, other: Path) -> None:
    _matrix(file, shape=(10**6, 10**6), dtype="f4", chunks=(100, 100))


def _huge_chunk(file: h5py.File, other: Path) -> None:
    _matrix(file, shape=Z.shape, dtype="f4", maxshape=(None, None), chunks=(100_000, 5_000))


def _huge_ids(file: h5py.File, other: Path) -> None:
    del file["/0/META/ROW/id"]
    file.create_dataset("/0/META/ROW/id", shape=(978,), dtype="S1000000", chunks=(1,))


def _bomb(file: h5py.File, other: Path) -> None:
    matrix = _matrix(file, shape=Z.shape, dtype="f4", chunks=Z.shape, compression="gzip")
    matrix.id.write_direct_chunk((0, 0), zlib.compress(bytes(50_000_000)))


def _other_compression(file: h5py.File, other: Path) -> None:
    _matrix(file, data=Z, chunks=Z.shape, compression="lzf")


def _words(file: h5py.File, other: Path) -> None:
    _matrix(file, data=Z.astype("S8"))


def _one_dimension(file: h5py.File, other: Path) -> None:
    _matrix(file, data=Z[0])


def _group(file: h5py.File, other: Path) -> None:
    del file["/0/DATA/0/matrix"]
    file.create_group("/0/DATA/0/matrix")


def _other_ids(file: h5py.File, other: Path) -> None:
    del file["/0/META/COL/id"]
    file["/0/META/COL/id"] = np.array([b"a", b"b"])


def _free_text(file: h5py.File, other: Path) -> None:
    del file["/0/META/COL/id"]
    file["/0/META/COL/id"] = np.array(NAMES, dtype=h5py.string_dtype())


def _infinite(file: h5py.File, other: Path) -> None:
    file["/0/DATA/0/matrix"][1, 2] = -np.inf


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_external_link, "matrix is missing or is a link"),
        (_external_group, "/0/META/ROW is missing or is a link"),
        (_soft_link, "matrix is missing or is a link"),
        (_external_storage, "matrix is stored in another file"),
        (_virtual, "matrix is stored in another file"),
        (_huge_shape, "contains 1,000,000 rows x 1,000,000 columns"),
        (_huge_chunk, "matrix unpacks to more than 400 MB"),
        (_huge_ids, "id unpacks to more than 67 MB"),
        (_bomb, "matrix unpacks to more than it declares"),
        (_other_compression, "not compressed with gzip"),
        (_words, r"shape \(3, 978\) and the type \|S8"),
        (_one_dimension, r"shape \(978,\)"),
        (_group, "contains no values"),
        (_other_ids, r"id has the shape \(2,\) where the matrix needs 3 labels"),
        (_free_text, "fixed-length text is needed"),
        (_infinite, rf"row '{LANDMARKS[2]}', column 'Vorinostat'"),
    ],
)
def test_a_gctx_that_reaches_too_far_is_refused(
    tmp_path: Path, change: Callable[[h5py.File, Path], None], words: str
) -> None:
    other = write_gctx(tmp_path / "other", Z, sig_ids=NAMES, genes=LANDMARKS)
    path = write_gctx(tmp_path / "upload", Z, sig_ids=NAMES, genes=LANDMARKS)
    with h5py.File(path, "a") as file:
        change(file, other)
    tracemalloc.start()
    with pytest.raises(FileFormatError, match=words):
        read_profiles(path, "mine.gctx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


def test_hdf5_that_is_no_gctx_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a", "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(FileFormatError, match=r"not a GCTX file: .*A GCTX file needs /0/DATA"):
        read_profiles(tmp_path / "a", "a.gctx")
    whole = (tmp_path / "a").read_bytes()
    with pytest.raises(FileFormatError, match=r"not a readable GCTX 1\.0"):
        read_upload(tmp_path, whole[:300])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize("compression", [None, "gzip"])
@pytest.mark.parametrize("chunks", [(2, 300), (3, 978)])
def test_ordinary_gctx_storage_is_read(
    tmp_path: Path, dtype: type, compression: str | None, chunks: tuple[int, int]
) -> None:
    values = (100 * Z).astype(dtype)
    path = write_gctx(
        tmp_path / "a", values, sig_ids=NAMES, genes=LANDMARKS, chunks=chunks,
        compression=compression, metadata=True,
    )  # fmt: skip
    np.testing.assert_array_equal(read_profiles(path, "a").values, values.astype(np.float32))
