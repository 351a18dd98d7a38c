"""Folders for temporary files: gone with their owner, however that ends, and no others."""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from gpar_core.processes import SOURCE_ROOT
from gpar_core.storage import scratch
from gpar_core.storage.scratch import Scratch, clear, scratch_folder

OWNER = """
import sys
from gpar_core.storage.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "file").write_text("1")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("TEMP", str(tmp_path))
    return tmp_path


def test_it_is_gone_with_the_block(temporary: Path) -> None:
    with scratch_folder() as folder:
        (folder / "file").write_text("1")
        assert clear() == []
        assert (folder / "file").exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_read_it() -> None:
    with scratch_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0


def test_many_threads_make_one_and_another_removes_it(temporary: Path) -> None:
    owned = Scratch()
    assert list(temporary.iterdir()) == []
    threads = [threading.Thread(target=owned.make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert owned.folder.is_dir()
    owned.remove()
    assert list(temporary.iterdir()) == []


def test_that_of_a_killed_process_is_cleared_and_that_of_a_living_one_stays(
    temporary: Path,
) -> None:
    command = [sys.executable, "-c", OWNER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(command, cwd=SOURCE_ROOT, **pipes) as killed,  # type: ignore[call-overload]
        subprocess.Popen(command, cwd=SOURCE_ROOT, **pipes) as living,  # type: ignore[call-overload]
    ):
        lost, kept = (Path(each.stdout.readline().strip()) for each in (killed, living))
        assert clear() == []
        killed.kill()
        killed.wait()
        assert (lost / "file").exists()
        assert clear() == [lost]
        assert (kept / "file").exists()
        living.communicate()
    assert list(temporary.iterdir()) == []


def test_what_others_made_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = "0" * 32
    names = ["gpar-notes", "gpar-notes.lock", f"other-{number}.lock", f"gpar-{number}"]
    for name in names:
        (temporary / name).mkdir()
    assert clear() == []
    (temporary / f"gpar-{number}.lock").touch()
    with monkeypatch.context() as another_user:
        if sys.platform != "win32":
            another_user.setattr(os, "getuid", lambda: -1)
            assert clear() == []
    assert clear() == [temporary / f"gpar-{number}"]
    assert {path.name for path in temporary.iterdir()} == set(names[:3])


def test_a_link_leads_nowhere(temporary: Path) -> None:
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "file").write_text("1")
    name = "gpar-" + "0" * 32
    (temporary / name).symlink_to(precious)
    (temporary / f"{name}.lock").touch()
    assert clear() == []
    assert (precious / "file").exists()


def test_a_lock_whose_folder_is_about_to_be_made_stays(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = temporary / f"gpar-{'0' * 32}.lock"
    lock.touch()
    clear()
    assert lock.exists()
    monkeypatch.setattr(scratch, "STARTING_SECONDS", -1.0)
    with FileLock(lock):
        clear()
        assert lock.exists()
    clear()
    assert not lock.exists()
