"""Clear the leftovers of killed processes in a cache without disturbing running ones.

A folder being built is locked by its process, and a folder that replaces another is locked for that
moment; the system frees the locks of a process that has ended. So nothing here depends on process
ids, clocks or ages, and several processes may clear at once.
"""

import glob
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gpar_core.storage.cache import HALF_DONE, Cache, building_lock, remove, swapping

LOOK_SECONDS: Final = 1.0
"""Seconds to wait for a process that only checks whether a folder is in use."""

WRITING_SECONDS: Final = 3600.0
"""A file that replaces another is written in a moment; one this old is abandoned."""

LOCK_OF_BUILDING: Final = re.compile(r"\.building-.+\.lock")
HALF_WRITTEN: Final = re.compile(
    r"\.(manifest\.json|format|search|derived)-[0-9a-f]{32}|\.search-[0-9a-f]{16}\.(bin|lock)"
)
DATABASE_HALF_MADE: Final = re.compile(r".+\.sqlite3\.[0-9a-f]{32}(-wal|-shm|-journal)?")


@dataclass(frozen=True)
class Leftover:
    """Something that a process left behind. what: in words. done: what was done, or will be."""

    path: Path
    what: str
    done: str = "deleted"


def find(cache: Cache) -> list[Leftover]:
    """What `clear` would do now."""
    return list(_found(_hidden(cache), dry_run=True))


def clear(cache: Cache, path: Path | None = None) -> list[Leftover]:
    """Remove incomplete folders, and restore those about to be replaced; returns what was done.

    path: of the one to clear, by default all. Raises OSError if the system refuses.
    """
    return list(_found(_hidden(cache) if path is None else [path], dry_run=False))


def _found(paths: Iterable[Path], *, dry_run: bool) -> Iterator[Leftover]:
    for path in paths:
        if match := HALF_DONE.fullmatch(path.name):
            state, name = match.groups()
            yield from _half_done(path, state, path.with_name(name), dry_run)
        elif LOCK_OF_BUILDING.fullmatch(path.name):
            yield from _lock_of_nothing(path, dry_run)
        elif HALF_WRITTEN.fullmatch(path.name) or DATABASE_HALF_MADE.fullmatch(path.name):
            yield from _half_written(path, dry_run)


def _hidden(cache: Cache) -> list[Path]:
    """Everything that may be incomplete, one and two folders deep."""
    found: set[Path] = set()
    for pattern in (".*", "*.sqlite3.*", "*/.*", "*/*.sqlite3.*", "*/*/.*"):
        # Not `Path.glob`, which fails if a folder is deleted meanwhile.
        names = glob.iglob(pattern, root_dir=cache.root, include_hidden=True)  # noqa: PTH207
        found.update(cache.root / name for name in names)
    return sorted(path for path in found if cache.inbox not in path.parents)


def _half_done(path: Path, state: str, target: Path, dry_run: bool) -> Iterator[Leftover]:
    if not path.is_dir():
        return
    if state == "building":
        yield from _abandoned(path, dry_run)
    elif state == "replaced":
        yield from _out_of_place(path, target, dry_run)
    else:
        if not dry_run:
            shutil.rmtree(path, ignore_errors=True)
        yield Leftover(path, "the rest of a folder whose deletion was interrupted")


def _abandoned(building: Path, dry_run: bool) -> Iterator[Leftover]:
    lock = building_lock(building)
    try:
        with FileLock(lock, timeout=0 if dry_run else LOOK_SECONDS):
            there = building.is_dir()
            if not dry_run:
                shutil.rmtree(building, ignore_errors=True)
    except Timeout:
        return  # in use by a process
    if not (there and dry_run):  # the check recreated it, if another process had just cleared both
        lock.unlink(missing_ok=True)
    if there:
        yield Leftover(building, "a half-written result of a process that is gone")


def _out_of_place(replaced: Path, target: Path, dry_run: bool) -> Iterator[Leftover]:
    with swapping(target.parent):
        if not replaced.is_dir():
            return
        if target.exists():
            if not dry_run:
                remove(replaced, of=target)
            yield Leftover(replaced, "an old result that a new one has replaced")
        else:
            if not dry_run:
                replaced.replace(target)
            done = f"put back as '{target.name}'"
            yield Leftover(replaced, "an old result whose replacement is missing", done)


def _half_written(path: Path, dry_run: bool) -> Iterator[Leftover]:
    try:
        if not path.is_file() or time.time() - path.stat().st_mtime < WRITING_SECONDS:
            return
    except FileNotFoundError:
        return
    if not dry_run:
        path.unlink(missing_ok=True)
    yield Leftover(path, "an unfinished file")


def _lock_of_nothing(lock: Path, dry_run: bool) -> Iterator[Leftover]:
    if not lock.exists() or lock.with_name(lock.name.removesuffix(".lock")).exists():
        return
    if not dry_run:
        try:
            with FileLock(lock, timeout=LOOK_SECONDS):
                pass
        except Timeout:
            return
        lock.unlink(missing_ok=True)
    yield Leftover(lock, "the lock of a folder that is gone")
