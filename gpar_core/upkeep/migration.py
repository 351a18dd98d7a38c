"""The version of a cache as a whole, and how a cache of an earlier GPAR is brought up to date.

Single results carry their own versions and are computed again where those differ; this one is of
what is beside them: the layout of the folders and the list of owners.
"""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock

from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.requests import SelectRequest
from gpar_core.errors import DataError
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import LOCAL
from gpar_core.storage.cache import Cache


def bring_up_to_date(cache: Cache) -> None:
    """Do what is left to do for a cache of an earlier version; cheap where it is nothing.

    Raises DataError where the cache is of a later GPAR or its version cannot be read, JobError
    where a list cannot be used.
    """
    if _version(cache) == len(STEPS) and cache.access.path.exists():
        return
    cache.root.mkdir(parents=True, exist_ok=True)
    with FileLock(cache.root / "format.lock"):
        version = _version(cache)
        if version > len(STEPS):
            raise DataError(
                f"The cache {cache.root} was written by a later version of GPAR (format "
                f"{version}; this version knows {len(STEPS)}). Install that version again, or set "
                "GPAR_CACHE to another folder."
            )
        # A list of owners that was deleted is made again, or all would see what was private.
        lacking = STEPS[version:] if cache.access.path.exists() else STEPS
        for step in lacking:
            step(cache)
        _write_version(cache)


def is_readable(cache: Cache) -> bool:
    """Whether the version of the cache can be read, or there is none to read."""
    try:
        _version(cache)
    except DataError:
        return False
    return True


def _note_owners(cache: Cache) -> None:
    """Make each job and its result private to the person who started it."""
    # To ask for the jobs would make their list, and a command that only looks makes none.
    jobs = JobStore(cache.unrestricted).recent(limit=None) if cache.jobs.exists() else []
    for job in jobs:
        if job.owner == LOCAL.name:
            continue
        things = [job.id]
        if isinstance(job.request, ImportRequest | SelectRequest):
            things.append(cache.thing_of(cache.compendium(job.request.name)))
        for thing in things:
            cache.access.hold(job.owner, thing, job.created_at, shared=False)
    cache.access.records()  # makes the list where nobody holds anything


STEPS: Final[tuple[Callable[[Cache], None], ...]] = (_note_owners,)
"""From each version of the cache to the next; each may be repeated."""


def _file(cache: Cache) -> Path:
    return cache.root / "format.json"


def _version(cache: Cache) -> int:
    try:
        return int(json.loads(_file(cache).read_text("utf-8"))["version"])
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The file {_file(cache)} cannot be read ({error}). If it is damaged, delete it; GPAR "
            "writes a new one."
        ) from error


def _write_version(cache: Cache) -> None:
    new = _file(cache).with_name(f".format-{uuid.uuid4().hex}")
    new.write_text(json.dumps({"version": len(STEPS)}), encoding="utf-8")
    new.replace(_file(cache))
