"""What pages and the command line do with jobs: submit, look, follow, cancel, wake."""

import os
import re
import time
from collections.abc import Callable

from gpar_core import library
from gpar_core.cache import MANIFEST, Cache
from gpar_core.data import demo
from gpar_core.data.fetching.fetched import is_fetched
from gpar_core.errors import RequestError
from gpar_core.jobs.events import Event, read_events
from gpar_core.jobs.request import (
    CurationRequest,
    DemoRequest,
    FetchRequest,
    ImportRequest,
    LibraryRequest,
    PredictionRequest,
    Request,
    SelectRequest,
    TrainRequest,
    job_id,
)
from gpar_core.jobs.store import Job, JobStore
from gpar_core.jobs.supervisor import ensure_running

FOLLOW_SECONDS = 0.2

CLUSTER_PATTERN = re.compile(r"(tcp|tls)://([\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}")


def submit(
    cache: Cache, request: Request, owner: str = "local", *, cluster: str | None = None
) -> Job:
    """Queue a request, or return its job if it is under way or its result is there.

    cluster: address of the Dask scheduler whose workers are to train, '' for this computer, None
    for what the environment variable GPAR_DASK says. The result does not depend on it.
    Raises RequestError where it is no address, JobError when the list of jobs cannot be used,
    WorkerError when nothing can be started.
    """
    address = _checked(os.environ.get("GPAR_DASK", "") if cluster is None else cluster)
    exists = _result_exists(cache, request)
    job = JobStore(cache).submit(request, owner, cluster=address, result_exists=exists)
    if job.active:
        ensure_running(cache)
    return job


def look(cache: Cache, job_id: str) -> Job:
    """The job as it stands; a page calls this at each poll, which also keeps the work going.

    Raises NotFoundError, JobError, WorkerError.
    """
    job = JobStore(cache).get(job_id)
    if job.active:
        ensure_running(cache)
    return job


def cancel(cache: Cache, job_id: str) -> Job:
    """Cancel a queued job at once, a running one within seconds.

    Raises NotFoundError, JobError, WorkerError.
    """
    job = JobStore(cache).request_cancel(job_id)
    if job.active:
        ensure_running(cache)
    return job


def wake(cache: Cache) -> None:
    """Have a worker make ready for a job that is likely to come; cheap if there is one.

    Raises WorkerError when nothing can be started.
    """
    ensure_running(cache)


def follow(cache: Cache, job_id: str, on_event: Callable[[Event], None]) -> Job:
    """Wait for the end of a job, passing its events on as they come; returns the ended job.

    Raises NotFoundError, JobError, WorkerError, and whatever `on_event` raises.
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


def _checked(cluster: str) -> str:
    if not cluster or CLUSTER_PATTERN.fullmatch(cluster):
        return cluster
    raise RequestError(
        f"'{cluster[:80]}' is not the address of a Dask scheduler, as tcp://HOST:8786 is. Correct "
        "--dask or the environment variable GPAR_DASK."
    )


def _result_exists(cache: Cache, request: Request) -> bool:
    name = job_id(request)
    match request:
        case LibraryRequest():
            return library.is_complete(cache, name)
        case DemoRequest():
            return cache.compendium_made_by(demo.NAME) == name
        case ImportRequest() | SelectRequest():
            return cache.compendium_made_by(request.name) == name
        case FetchRequest():
            return is_fetched(
                request.folder(cache), request.source, request.base_url, request.cells
            )
        case TrainRequest():
            folder = cache.model(name)
        case CurationRequest():
            folder = cache.curation(name)
        case PredictionRequest():
            folder = cache.prediction(name)
        case _:
            folder = cache.analysis(name)
    return (folder / MANIFEST).is_file()
