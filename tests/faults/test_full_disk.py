"""A disk that is full while something is written: said in words, nothing half, next try works."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.data.uploads import publish_profiles
from gpar_core.errors import DiskFullError
from gpar_core.jobs.job import State
from gpar_core.processes import SOURCE_ROOT
from gpar_core.storage import leftovers
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.storage.requests import job_id
from tests.faults import kinds
from tests.faults.ground import Ground, training
from tests.waiting import until

TOLD = "A disk is full"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)]
    if sys.platform != "linux" or subprocess.call(mounting, stderr=subprocess.DEVNULL):
        pytest.skip("a small disk can be mounted by root on Linux only")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)  # noqa: S607


@contextmanager
def filled(disk: Path, left: int = 0) -> Iterator[None]:
    """The disk with no more room than `left` bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"0" * 4096):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - left))
    yield
    filler.unlink()


def test_a_job_that_the_system_lets_write_no_more(ground: Ground) -> None:
    (ground.cache.root / "limit").write_text("5000")
    ground.wait_at("a", "nothing")
    job = ground.ended(ground.submit("a"))
    assert job.state == State.FAILED
    assert TOLD in job.error
    assert "Free some space and try again" in job.error
    assert ground.cache.model_ids() == []
    ground.check_clean()
    (ground.cache.root / "limit").unlink()
    ground.check_next_try("a")


def test_a_job_on_a_disk_that_is_full(small_disk: Path) -> None:
    ground = Ground(small_disk / "cache")
    try:
        job = ground.start("a", "half written")
        with filled(small_disk):
            ground.go_on("a")
            until(lambda: not list(ground.cache.models.iterdir()), saw=ground.told)
            assert ground.cache.model_ids() == []
        end = ground.ended(job)
        assert (end.state, end.attempt) == (State.FAILED, 1)
        assert TOLD in end.error
        ground.check_next_try("a")
    finally:
        ground.stop()


def test_an_upload_on_a_disk_that_is_full(small_disk: Path) -> None:
    cache = Cache(small_disk / "cache")
    cache.root.mkdir()
    with filled(small_disk), pytest.raises(DiskFullError, match=TOLD):
        publish_profiles(cache, kinds.profiles())
    assert not leftovers.find(cache)
    publish_profiles(cache, kinds.profiles())


def test_a_result_that_is_replaced_stays_where_the_disk_is_full(small_disk: Path) -> None:
    cache = Cache(small_disk / "cache")
    target = cache.model(job_id(training("a")))
    with publishing(target) as folder:
        (folder / MANIFEST).write_text("old")
    with filled(small_disk), pytest.raises(DiskFullError), publishing(target) as folder:
        np.save(folder / "scores.npy", np.zeros(10**6))
    assert (target / MANIFEST).read_text() == "old"
    assert not leftovers.find(cache)


CREATE = """
import sys
from pathlib import Path
import numpy as np
from gpar_core.data.stored_matrix import StoredMatrix
try:
    matrix = StoredMatrix.create(Path(sys.argv[1]), (2000, 978))
    matrix.put(np.arange(2000), np.arange(978), np.ones((2000, 978), np.float32))
except OSError as error:
    print(error.errno)
"""


def test_values_on_a_disk_that_is_full_end_no_process(small_disk: Path) -> None:
    """What is written through memory would; the disk is asked for the room before."""
    command = [sys.executable, "-c", CREATE, str(small_disk / "matrix.npy")]
    assert subprocess.check_output(command, cwd=SOURCE_ROOT, text=True) == "28\n"
    assert StoredMatrix.create(small_disk / "matrix.npy", (200, 978)).shape == (200, 978)
