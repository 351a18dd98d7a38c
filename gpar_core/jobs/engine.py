"""Job functions for pages and the command line: submit, look, follow, cancel, wake."""

import os
import re
import time
from collections.abc import Callable

from gpar_core.analyses import results
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.requests import DemoRequest, SelectRequest
from gpar_core.errors import AccessError, Cancelled, JobError, RequestError
from gpar_core.jobs.events import Event, read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.supervisor import ensure_running
from gpar_core.server.limits import read_limits
from gpar_core.storage.access import LOCAL
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from gpar_core.storage.room import check_room

FOLLOW_SECONDS = 0.2

CLUSTER_PATTERN = re.compile(r"(tcp|tls)://([\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}")


def submit(cache: Cache, request: Request, *, cluster: str | None = None) -> Job:
    """Queue a request, or return its job if it is queued or running or its result exists.

    The cache's visitor then holds the job and its result, as do all who submit the same request.

    cluster: address of the Dask scheduler whose workers train, '' for this computer, None for the
    environment variable GPAR_DASK. The result does not depend on it.
    Raises RequestError if it is not an address or a limit is set incorrectly, AccessError if a
    limit of the visitor is reached or another person has a compendium of this name, JobError if the
    list of jobs cannot be used, WorkerError if no process can be started.
    """
    address = _checked(os.environ.get("GPAR_DASK", "") if cluster is None else cluster)
    limits = read_limits(os.environ)
    exists = results.is_there(cache.unrestricted, request)
    if not exists:
        check_room(cache, limits.owner_gb)
    _hold(cache, request, exists)
    job = JobStore(cache).submit(
        request,
        cache.visitor.name,
        cluster=address,
        result_exists=exists,
        max_waiting=limits.waiting_per_owner,
    )
    if job.active:
        ensure_running(cache)
    return job


def look(cache: Cache, job_id: str) -> Job:
    """The current state of the job; a page's polling of it also keeps the work going.

    Raises NotFoundError, JobError, WorkerError.
    """
    job = JobStore(cache).get(job_id)
    if job.active:
        ensure_running(cache)
    return job


def cancel(cache: Cache, job_id: str) -> Job:
    """Cancel a queued job at once, a running one within seconds.

    Raises NotFoundError, AccessError if the visitor has no permission or others wait for it too,
    JobError, WorkerError.
    """
    if why := why_not_cancelled(cache, job_id):
        raise AccessError(why)
    job = JobStore(cache).request_cancel(job_id)
    if job.active:
        ensure_running(cache)
    return job


def why_not_cancelled(cache: Cache, job_id: str) -> str:
    """Why the cache's visitor may not cancel a job, or ''. Raises JobError."""
    if cache.visitor.admin:
        return ""
    owners = cache.access.record(job_id).owners
    if cache.visitor.name not in owners:
        return "This job belongs to another user. Only the person who started it can cancel it."
    if len(owners) > 1:
        return (
            f"Others are waiting for this job too ({len(owners) - 1}), so only an administrator "
            "can cancel it."
        )
    return ""


def wake(cache: Cache) -> None:
    """Let a worker get ready for a job that is likely to come; cheap if there is one.

    Raises WorkerError if no process can be started.
    """
    ensure_running(cache)


def follow(cache: Cache, job_id: str, on_event: Callable[[Event], None]) -> Job:
    """Wait for the end of a job, passing on its events as they come; returns the finished job.

    Raises NotFoundError, JobError, WorkerError, and what `on_event` raises.
    """
    attempt, seen = 0, 0
    while True:
        # Read before the events: once the job has ended, all its events are there.
        job = look(cache, job_id)
        if job.attempt != attempt:
            attempt, seen = job.attempt, 0
        for event in read_events(cache.job(job_id), seen):
            on_event(event)
            seen = event.number
        if not job.active:
            return job
        time.sleep(FOLLOW_SECONDS)


def finish(
    cache: Cache,
    request: Request,
    on_event: Callable[[Event], None],
    *,
    cluster: str | None = None,
) -> str:
    """Run a request and wait for it; returns the id of its job and of its result.

    An interrupt, or Cancelled from `on_event`, cancels the job. cluster: as in `submit`.
    Raises what `submit` and `follow` raise, Cancelled if somebody canceled it, JobError if it
    failed.
    """
    job = submit(cache, request, cluster=cluster)
    if job.active:  # otherwise it is done, and its old events are irrelevant
        try:
            job = follow(cache, job.id, on_event)
        except (KeyboardInterrupt, Cancelled):
            cancel(cache, job.id)
            raise
    if job.state is State.CANCELLED:
        raise Cancelled("The job was canceled.")
    if job.state is not State.DONE:
        raise JobError(job.error)
    return job.id


def _checked(cluster: str) -> str:
    if not cluster or CLUSTER_PATTERN.fullmatch(cluster):
        return cluster
    raise RequestError(
        f"'{cluster[:80]}' is not the address of a Dask scheduler, such as tcp://HOST:8786. "
        "Correct --dask or the environment variable GPAR_DASK."
    )


def _hold(cache: Cache, request: Request, exists: bool) -> None:
    """Record what the visitor will hold, before anybody can see it."""
    if isinstance(request, ImportRequest | SelectRequest) and cache.visitor != LOCAL:
        _hold_compendium(cache, request.name)
    for_all = isinstance(request, DemoRequest | FetchRequest)
    cache.hold(job_id(request), exists=exists, shared=for_all)


def _hold_compendium(cache: Cache, name: str) -> None:
    folder = cache.compendium(name)
    thing = cache.thing_of(folder)
    record = cache.access.record(thing)
    taken = folder.exists() or any(
        isinstance(job.request, ImportRequest | SelectRequest) and job.request.name == name
        for job in JobStore(cache.unrestricted).active_jobs()
    )
    if taken and cache.visitor.name not in record.owners and not cache.visitor.admin:
        raise AccessError(
            f"The name '{name}' belongs to a compendium that is not yours. Choose another name."
        )
    if not taken:
        cache.access.forget(thing)  # the record of one that was never made or was deleted
    cache.hold(thing)
