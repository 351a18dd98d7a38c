"""A full disk is known by whatever a library makes of the system's refusal."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from gpar_core.errors import DiskFullError
from gpar_core.storage.disk import is_full, reserve, saying_full

WRITE = {
    "text": "path.write_text('0' * 10**6)",
    "numpy": "np.save(path, np.zeros(10**6))",
    "numpy's archive": "np.savez(path.with_suffix('.npz'), x=np.zeros(10**6))",
    "a table": "pd.DataFrame({'x': np.random.default_rng(0).normal(size=10**6)}).to_parquet(path)",
    "HDF5": "h5py.File(path, 'w').create_dataset('x', data=np.zeros(10**6))",
}

LIMITED = """
import os, resource, sys
from pathlib import Path
import h5py, numpy as np, pandas as pd
from gpar_core.storage.disk import is_full
path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
try:
    {write}
except OSError as error:
    print(is_full(error), error, flush=True)
os._exit(0)  # HDF5 would try again at the end
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("what", WRITE)
def test_the_refusal_is_known(tmp_path: Path, what: str) -> None:
    code = LIMITED.format(write=WRITE[what])
    command = [sys.executable, "-c", code, str(tmp_path / "file")]
    root = Path(__file__).parents[2]
    assert subprocess.check_output(command, text=True, cwd=root).startswith("True ")


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "no file"), OSError("odd")])
def test_another_refusal_stays_what_it_is(tmp_path: Path, error: OSError) -> None:
    assert not is_full(error)
    with pytest.raises(type(error)), saying_full(tmp_path):
        raise error


def test_it_is_said_which_disk_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError) as caught, saying_full(tmp_path / "not" / "there"):
        raise OSError(errno.ENOSPC, "No space left on device")
    for words in ("No space left on device", str(tmp_path / "not"), " MB free", "Free some space"):
        assert words in str(caught.value)


def test_room_is_reserved_for_the_whole_file_and_its_content_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(b"begin")
        file.truncate(10**6)
    reserve(path)
    assert path.stat().st_size == 10**6
    assert path.read_bytes()[:6] == b"begin\0"
    if sys.platform == "linux":
        assert path.stat().st_blocks * 512 >= 10**6
