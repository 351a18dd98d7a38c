"""The version of a cache, and how to upgrade a cache of an earlier GPAR.

Results have their own versions and are computed again if those differ; this version covers the
layout of the folders and the list of owners.
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
    """Upgrade a cache of an earlier version; cheap if it is up to date.

    Raises DataError if the cache is of a later GPAR or its version cannot be read, JobError if a
    list cannot be used.
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
        # A deleted list of owners is created again; otherwise everybody would see private things.
        lacking = STEPS[version:] if cache.access.path.exists() else STEPS
        for step in lacking:
            step(cache)
        _write_version(cache)


def is_readable(cache: Cache) -> bool:
    """Whether the version of the cache can be read, or there is none."""
    try:
        _version(cache)
    except DataError:
        return False
    return True


def _note_owners(cache: Cache) -> None:
    """Make each job and its result private to the person who started it."""
    # Reading the jobs would create their list, which a read-only command must not do.
    jobs = JobStore(cache.unrestricted).recent(limit=None) if cache.jobs.exists() else []
    for job in jobs:
        if job.owner == LOCAL.name:
            continue
        things = [job.id]
        if isinstance(job.request, ImportRequest | SelectRequest):
            things.append(cache.thing_of(cache.compendium(job.request.name)))
        for thing in things:
            cache.access.hold(job.owner, thing, job.created_at, shared=False)
    cache.access.records()  # creates the list if nobody holds anything


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
