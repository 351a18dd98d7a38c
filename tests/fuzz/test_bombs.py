"""Small files that ask for much, read in the limited child: refused, within its memory and time."""

import io
import zipfile
from collections.abc import Callable

import h5py
import numpy as np
import pytest

from gpar_core import fields
from gpar_core.errors import GparError
from gpar_core.reading.limited import read_upload
from gpar_core.reading.uploads import LABELS, PLACES, PROFILES, Upload
from gpar_core.server.limits import ServerLimits
from tests.fuzz.verdict import outcome
from tests.waiting import PATIENCE

LIMITS = ServerLimits(reading_mb=700, reading_seconds=int(PATIENCE))
WIDE = 60_000


def _zip_bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", bytes(10_000_000))
    return target.getvalue()


def _hdf5(write: Callable[[h5py.File], None]) -> Callable[[], bytes]:
    def made() -> bytes:
        target = io.BytesIO()
        with h5py.File(target, "w") as file:
            file["/0/META/ROW/id"] = np.array(fields.LANDMARK_IDS).astype("S")
            file["/0/META/COL/id"] = np.array([b"a"])
            write(file)
        return target.getvalue()

    return made


def _large(file: h5py.File) -> None:
    """Announces 160 TB in a few kilobytes."""
    shape = (200_000_000, 200_000)
    file.create_dataset("/0/DATA/0/matrix", shape, np.float32, chunks=(1000, 1000))


def _padded(file: h5py.File) -> None:
    """One chunk that is much larger than the matrix in it."""
    file.create_dataset(
        "/0/DATA/0/matrix", (1, 978), np.float32, maxshape=(None, 978), chunks=(500_000, 978),
        compression="gzip",
    )  # fmt: skip


def _long_ids(file: h5py.File) -> None:
    file["/0/DATA/0/matrix"] = np.zeros((1, 978), np.float32)
    del file["/0/META/ROW/id"]
    file.create_dataset("/0/META/ROW/id", (978,), "S1000000", chunks=(1,), compression="gzip")


def _objects(file: h5py.File) -> None:
    file.create_dataset("/0/DATA/0/matrix", (1, 978), h5py.vlen_dtype(np.float64))


def _cycle(file: h5py.File) -> None:
    file["/0/DATA/0"] = file["/0"]


BOMBS: dict[str, tuple[Upload, Callable[[], bytes]]] = {
    "commas": (PROFILES, lambda: b"," * 5_000_000),
    "commas in lines": (PROFILES, lambda: (b"," * 9_999 + b"\n") * 500),
    "wide words": (PROFILES, lambda: (b"a," * WIDE + b"\n") * 5),
    "wide numbers": (PROFILES, lambda: b"g" + b",1" * WIDE + b"\n" + (b"1," * WIDE + b"1\n") * 20),
    "one cell": (PROFILES, lambda: b"id,a\n" + b"9" * 5_000_000),
    "zip": (PROFILES, _zip_bomb),
    "huge matrix": (PROFILES, _hdf5(_large)),
    "padded chunk": (PROFILES, _hdf5(_padded)),
    "long ids": (PROFILES, _hdf5(_long_ids)),
    "objects": (PROFILES, _hdf5(_objects)),
    "cycle": (PROFILES, _hdf5(_cycle)),
    "labels of commas": (LABELS, lambda: b"," * 5_000_000),
    "labels in quotes": (LABELS, lambda: b'name,label\n"' + b"a,b\n" * 1_000_000),
    "places without end": (PLACES, lambda: b"sig_id,x,y\n" + b"a,1,1\n" * 1_000_001),
    "places of digits": (PLACES, lambda: b"sig_id,x,y\n" + b"a," + b"9" * 90_000 + b",1\n"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    kind, made = BOMBS[name]
    refused = outcome(lambda: read_upload(kind, made(), "mine.csv", LIMITS), name)
    assert isinstance(refused, GparError)


def test_the_limits_leave_room_for_large_tables() -> None:
    """Or the bombs above would prove little."""
    rows = b"".join(b"sig %d,%d,1\n" % (i, i) for i in range(400_000))
    limits = ServerLimits()
    assert len(read_upload(PLACES, b"sig_id,x,y\n" + rows, "mine.csv", limits)) == 400_000
