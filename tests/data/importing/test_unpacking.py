"""A gzipped matrix is unpacked as a stream, or refused with a reason."""

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.file_kinds import HDF5_MAGIC
from gpar_core.data.importing import unpacking
from gpar_core.data.importing.unpacking import is_packed, unpack
from gpar_core.errors import Cancelled, FileFormatError
from gpar_core.progress import Progress, silent

CONTENT = HDF5_MAGIC + np.random.default_rng(0).bytes(300_000)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "level5.gctx.gz"
    path.write_bytes(gzip.compress(CONTENT))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def test_the_content_comes_out_whole(
    packed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "AT_ONCE", 70_000)
    heard: list[Progress] = []
    unpacked = unpack(packed, folder, heard.append)
    assert unpacked == folder / "level5.gctx"
    assert unpacked.read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == ["level5.gctx"]
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert done[-1] == heard[-1].total == packed.stat().st_size


def test_packed_is_told_by_content_not_by_name(packed: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.gctx.gz"
    plain.write_bytes(CONTENT)
    assert is_packed(packed)
    assert not is_packed(plain)
    with pytest.raises(FileFormatError, match=r"'gone' cannot be opened \(No such file"):
        is_packed(tmp_path / "gone")


def test_what_is_unpacked_already_stays(packed: Path, folder: Path) -> None:
    (folder / "level5.gctx").write_bytes(b"from the last try")
    assert unpack(packed, folder, silent).read_bytes() == b"from the last try"


def test_what_was_stopped_halfway_is_not_taken_for_whole(
    packed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "AT_ONCE", 70_000)

    def stop(progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        unpack(packed, folder, stop)
    assert not (folder / "level5.gctx").exists()
    assert unpack(packed, folder, silent).read_bytes() == CONTENT


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_file_cut_short_is_refused(packed: Path, folder: Path, share: float) -> None:
    whole = packed.read_bytes()
    packed.write_bytes(whole[: max(int(share * len(whole)), 12)])
    with pytest.raises(FileFormatError, match=r"cannot be unpacked \(.*Download it again"):
        unpack(packed, folder, silent)
    assert not (folder / "level5.gctx").exists()


def test_a_damaged_file_is_refused(packed: Path, folder: Path) -> None:
    content = bytearray(packed.read_bytes())
    content[len(content) // 2] ^= 255
    packed.write_bytes(content)
    with pytest.raises(FileFormatError, match="cannot be unpacked"):
        unpack(packed, folder, silent)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 zipped", b"\x1f\x8b packed twice"])
def test_what_holds_no_matrix_is_refused_before_it_fills_the_disk(
    tmp_path: Path, folder: Path, content: bytes
) -> None:
    packed = tmp_path / "other.gz"
    packed.write_bytes(gzip.compress(content + b"x" * 1000 if content else b""))
    with pytest.raises(FileFormatError, match="contains neither GCTX, AnnData nor GCT"):
        unpack(packed, folder, silent)
    assert sum(path.stat().st_size for path in folder.iterdir()) == 0


def test_a_full_disk_is_told(packed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SPARE_BYTES", 10**18)
    with pytest.raises(FileFormatError, match="GB free on the disk of"):
        unpack(packed, folder, silent)


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "AT_ONCE", 100_000)
    packed = tmp_path / "large.gctx.gz"
    packed.write_bytes(gzip.compress(HDF5_MAGIC + bytes(30_000_000)))
    tracemalloc.start()
    unpack(packed, folder, silent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000
