"""Folders for files that live no longer than the work they are needed for.

They lie in the system's folder for temporary files. Beside each lies a lock that its owner holds;
the system frees it with the process. So what a killed process leaves can be told from what is in
use without process numbers or clocks, also where several servers share a computer.
"""

import os
import re
import shutil
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

LOCK: Final = re.compile(r"gpar-[0-9a-f]{32}\.lock")

STARTING_SECONDS: Final = 3600.0
"""A lock without a folder is that of one about to be made; one so old is nobody's."""


class Scratch:
    """A folder that is made when it is needed, readable by its user only."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.gettempdir()) / f"gpar-{uuid.uuid4().hex}"
        # Of no thread: it may be removed by another than made it.
        self._lock = FileLock(_lock_of(self.folder), mode=0o600, thread_local=False)
        self._making = threading.Lock()

    def make(self) -> Path:
        """Make the folder, unless it is there. Raises OSError where the system refuses."""
        with self._making:
            if not self._lock.is_locked:
                # Held before there is a folder, so that nobody takes it for left behind.
                self._lock.acquire()
                try:
                    self.folder.mkdir(mode=0o700)
                except OSError:
                    self.remove()
                    raise
        return self.folder

    def remove(self) -> None:
        """Delete the folder, for good."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        forget_lock(self.folder)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that is gone with the block. Raises OSError where it cannot be made."""
    scratch = Scratch()
    try:
        yield scratch.make()
    finally:
        scratch.remove()


def clear() -> list[Path]:
    """Remove the folders whose owners are gone; returns those removed.

    Those of other users, and what the system does not let go, stay. Raises OSError where the folder
    for temporary files cannot be listed.
    """
    removed = []
    for lock in sorted(Path(tempfile.gettempdir()).glob("gpar-*.lock")):
        folder = lock.with_suffix("")
        if LOCK.fullmatch(lock.name) and _is_ours(lock) and _is_abandoned(lock):
            there = folder.is_dir() and _is_ours(folder)
            if there:
                shutil.rmtree(folder, ignore_errors=True)
            forget_lock(folder)
            removed += [folder] if there and not folder.exists() else []
    return removed


def forget_lock(folder: Path) -> None:
    """Delete the lock of a folder that is gone; with the folder it stays, for the next to try."""
    if not folder.exists():
        with suppress(OSError):  # another that clears may hold it for a moment
            _lock_of(folder).unlink(missing_ok=True)


def _is_abandoned(lock: Path) -> bool:
    try:
        with FileLock(lock, timeout=0):
            age = time.time() - lock.stat().st_mtime
            return lock.with_suffix("").exists() or age > STARTING_SECONDS
    except (OSError, Timeout):  # gone meanwhile, or its owner is at work
        return False


def _is_ours(path: Path) -> bool:
    """Whether this user made it, and it is no link to elsewhere."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return not path.is_symlink() and (sys.platform == "win32" or found.st_uid == os.getuid())


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
