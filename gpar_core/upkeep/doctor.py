"""Find problems in a cache and repair them.

`examine` only reads. `repair` never deletes users' data: unreadable files are moved to `damaged/`
in the cache. Both may run while GPAR is in use.
"""

import json
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Final

from filelock import Timeout

from gpar_core.analyses import results
from gpar_core.analyses.registry import STORED, found
from gpar_core.errors import DataError, NotFoundError
from gpar_core.jobs.interrupted import settle_lost
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.workers import find, supervisor_lock
from gpar_core.storage import leftovers
from gpar_core.storage.cache import MANIFEST, NAME_PATTERN, Cache
from gpar_core.storage.disk import DAMAGED
from gpar_core.upkeep.care import needed_by_jobs
from gpar_core.upkeep.migration import is_readable
from gpar_core.upkeep.pruning import FRESH_SECONDS

LOST: Final = "Its result could not be read. Try again."


class Remedy(StrEnum):
    """The remedy for a finding."""

    CLEAR = "remove the leftover"
    SET_ASIDE = "move it to 'damaged'"
    BEGIN_LIST = "move it to 'damaged' and start a new list"
    SETTLE = "queue the job again, or end it"
    TELL = "mark the job as failed"
    DELETE = "delete it with --remove-unused"
    PERSON = "fix it yourself"


@dataclass(frozen=True)
class Finding:
    """One problem found. what: in words. job: its id, if it is a job."""

    path: Path
    what: str
    remedy: Remedy
    job: str = ""


def examine(cache: Cache, now: float) -> list[Finding]:
    """Everything that is wrong or unused, in the order of repair.

    now: in seconds since 1970. Raises JobError if a list can be neither read nor found damaged.
    """
    findings = [*_lists(cache)]
    findings += [Finding(each.path, each.what, Remedy.CLEAR) for each in leftovers.find(cache)]
    findings += [finding for name in STORED for finding in _things(cache, name)]
    if (cache.jobs / "jobs.sqlite3").exists() and not JobStore(cache).damage():
        findings += [*_lost_jobs(cache), *_jobs_without_result(cache), *_unused(cache, now)]
    return findings


def repair(cache: Cache, finding: Finding) -> str:
    """Apply the remedy of a finding; returns in words what was done, '' if nothing was left to do.

    Raises JobError if the list of jobs cannot be used, OSError if the system refuses.
    """
    done = ""
    match finding.remedy:
        case Remedy.CLEAR:
            done = ", ".join(each.done for each in leftovers.clear(cache, finding.path))
        case Remedy.SET_ASIDE:
            done = _set_aside(cache, finding.path)
        case Remedy.BEGIN_LIST:
            aside = JobStore(cache).set_aside()
            done = f"moved to {aside}, and a new list was started" if aside else ""
        case Remedy.SETTLE:
            done = _settle(cache, finding.job)
        case Remedy.TELL:
            done = "marked as failed" if JobStore(cache).lose(finding.job, LOST) else ""
        case Remedy.DELETE:
            _delete(finding.path)
            done = "deleted"
    return done


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _lists(cache: Cache) -> Iterator[Finding]:
    if damage := cache.access.damage():
        yield Finding(
            cache.access.path,
            f"the list of owners is damaged ({damage}). Replace it with a copy from a backup. "
            "Without a backup, move it elsewhere: owners are then read from the list of jobs, "
            "but sharing, pins and owners of uploads must be set again",
            Remedy.PERSON,
        )
    if not is_readable(cache):
        yield Finding(cache.root / "format.json", "it cannot be read", Remedy.SET_ASIDE)
    if damage := JobStore(cache).damage():
        yield Finding(
            cache.jobs / "jobs.sqlite3", f"the list of jobs is damaged ({damage})",
            Remedy.BEGIN_LIST,
        )  # fmt: skip


def _things(cache: Cache, name: str) -> Iterator[Finding]:
    check = found(STORED[name].check or STORED[name].read)
    newest = import_module(check.__module__).FORMAT_VERSION
    parent = cache.root / name
    for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
        if not NAME_PATTERN.fullmatch(folder.name) or not folder.is_dir():
            continue
        if not (folder / MANIFEST).is_file():
            yield Finding(folder, f"it has no {MANIFEST}, so it is not a result", Remedy.SET_ASIDE)
            continue
        if (version := _version(folder)) > newest:
            yield Finding(
                folder,
                f"a later version of GPAR wrote it (format {version}, this version reads "
                f"{newest}). Install that version, or delete it",
                Remedy.PERSON,
            )
            continue
        try:
            check(folder)
        except DataError as error:
            if folder.exists():  # otherwise somebody has deleted it
                yield Finding(folder, str(error), Remedy.SET_ASIDE)


def _version(folder: Path) -> int:
    """Format version of a published folder; 0 if it has none."""
    try:
        return int(json.loads((folder / MANIFEST).read_text("utf-8"))["format_version"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _lost_jobs(cache: Cache) -> Iterator[Finding]:
    """Running jobs without a process and without a supervisor."""
    try:
        with supervisor_lock(cache).acquire(timeout=0):
            running = JobStore(cache.unrestricted).running()
            lost = [job for job in running if find(cache, job) is None]
    except Timeout:
        return
    for job in lost:
        what = f"'{job.title}' is listed as running, but its process is gone"
        yield Finding(cache.job(job.id), what, Remedy.SETTLE, job.id)


def _jobs_without_result(cache: Cache) -> Iterator[Finding]:
    """Done jobs with a damaged result; deleted or replaced results are intentional."""
    for job in _done(cache):
        if job.request and results.is_damaged(cache, job.request):
            what = f"'{job.title}' is done, but its result cannot be read"
            yield Finding(cache.job(job.id), what, Remedy.TELL, job.id)


def _done(cache: Cache) -> list[Job]:
    jobs = JobStore(cache.unrestricted).recent(limit=None)
    return [job for job in jobs if job.state is State.DONE]


def _unused(cache: Cache, now: float) -> Iterator[Finding]:
    """Files that no job needs and no page shows."""
    needed = needed_by_jobs(cache)
    for folder in _folders(cache.uploads):
        if folder.name not in needed and now - folder.stat().st_mtime > FRESH_SECONDS:
            yield Finding(folder, "uploaded files that no job needs", Remedy.DELETE)
    for folder in _folders(cache.parts):
        if folder.name not in needed:
            what = "partial results of a stopped analysis; if you run it again, it resumes there"
            yield Finding(folder, what, Remedy.DELETE)
    for folder in cache.importing_folders():
        if folder.name not in needed:
            what = "a stopped import; if you run it again, it resumes there"
            yield Finding(folder, what, Remedy.DELETE)
    known = {job.id for job in JobStore(cache.unrestricted).recent(limit=None)}
    for folder in _folders(cache.jobs):
        if folder.name not in known:
            yield Finding(folder, "the log of a job that is not in the list", Remedy.DELETE)
    for path in sorted((cache.root / DAMAGED).glob("*")):
        yield Finding(path, "was set aside because it cannot be read", Remedy.DELETE)


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.glob("*") if path.is_dir())


def _set_aside(cache: Cache, path: Path) -> str:
    place = cache.root / DAMAGED
    place.mkdir(exist_ok=True)
    aside = place / f"{path.parent.name}-{path.name}-{uuid.uuid4().hex[:8]}"
    try:
        path.replace(aside)
    except FileNotFoundError:
        return ""
    return f"moved to {aside}"


def _settle(cache: Cache, job_id: str) -> str:
    store = JobStore(cache.unrestricted)
    try:
        with supervisor_lock(cache).acquire(timeout=0):
            job = store.get(job_id)
            if job.state is not State.RUNNING or find(cache, job) is not None:
                return ""
            return settle_lost(store, job)
    except (Timeout, NotFoundError):
        return ""
