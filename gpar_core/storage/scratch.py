"""Folders for temporary files.

They are in the system's folder for temporary files. Next to each is a lock that its owner holds;
the system frees it with the process. So leftovers of a killed process can be distinguished from
folders in use without process ids or clocks, even if several servers share a computer.
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
"""A lock without a folder belongs to one about to be created; one this old is abandoned."""


class Scratch:
    """A folder that is created when needed, readable only by its user."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.gettempdir()) / f"gpar-{uuid.uuid4().hex}"
        # Not bound to a thread: another thread than its creator may remove it.
        self._lock = FileLock(_lock_of(self.folder), mode=0o600, thread_local=False)
        self._making = threading.Lock()

    def make(self) -> Path:
        """Create the folder, unless it exists. Raises OSError if the system refuses."""
        with self._making:
            if not self._lock.is_locked:
                # Held before the folder exists, so that nobody treats it as a leftover.
                self._lock.acquire()
                try:
                    self.folder.mkdir(mode=0o700)
                except OSError:
                    self.remove()
                    raise
        return self.folder

    def remove(self) -> None:
        """Delete the folder permanently."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        forget_lock(self.folder)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that is deleted after the block. Raises OSError if it cannot be created."""
    scratch = Scratch()
    try:
        yield scratch.make()
    finally:
        scratch.remove()


def clear() -> list[Path]:
    """Remove the folders whose owners are gone; returns those removed.

    Those of other users, and those that the system refuses to delete, stay. Raises OSError if the
    folder for temporary files cannot be listed.
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
    """Delete the lock of a deleted folder; if the folder remains, so does its lock."""
    if not folder.exists():
        with suppress(OSError):  # another that clears may hold it for a moment
            _lock_of(folder).unlink(missing_ok=True)


def _is_abandoned(lock: Path) -> bool:
    try:
        with FileLock(lock, timeout=0):
            age = time.time() - lock.stat().st_mtime
            return lock.with_suffix("").exists() or age > STARTING_SECONDS
    except (OSError, Timeout):  # already gone, or its owner is at work
        return False


def _is_ours(path: Path) -> bool:
    """Whether this user created it, and it is not a link."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return not path.is_symlink() and (sys.platform == "win32" or found.st_uid == os.getuid())


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
