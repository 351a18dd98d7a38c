"""Detect a full disk, and the error for the user."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gpar_core.errors import DiskFullError

DAMAGED: Final = "damaged"
"""Folder of a cache for unreadable files: users' files are never deleted for that reason."""

FULL: Final = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

IN_WORDS: Final = ("No space left on device", "requested and", "errno = 28")
"""Messages of libraries that pass on the error number as text (HDF5), or not at all (numpy: '9
requested and 0 written')."""


def is_full(error: OSError) -> bool:
    """Whether the system refused to write because the disk is full."""
    return error.errno in FULL or any(words in str(error) for words in IN_WORDS)


@contextmanager
def saying_full(path: Path) -> Iterator[None]:
    """Raise a DiskFullError in place of an OSError that says that the disk of `path` is full."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise DiskFullError(
            f"A disk is full ({error}); the disk of '{path.parent}' has {free_mb(path):,.0f} MB "
            "free. Free some space and try again; finished results are kept."
        ) from error


def reserve(path: Path) -> None:
    """Allocate disk space for a whole file that is written through a memory map.

    Such a write would kill the process if the disk is full; allocation fails with an OSError
    instead. Works only on Linux.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def measured(folder: Path) -> tuple[float, int]:
    """When a folder last changed, and its bytes; a file deleted in the meantime counts as 0."""
    changed, n_bytes = 0.0, 0
    # Not rglob, which fails if a folder is deleted meanwhile.
    for parent, _, names in os.walk(folder):
        for path in (Path(parent), *(Path(parent, name) for name in names)):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            changed = max(changed, found.st_mtime)
            n_bytes += 0 if path == Path(parent) else found.st_size
    return changed, n_bytes


def free_mb(path: Path) -> float:
    """MB free on the disk that a path is on or will be on."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    return shutil.disk_usage(there).free / 1e6
