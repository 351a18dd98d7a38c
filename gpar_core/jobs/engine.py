"""What pages and the command line do with jobs: submit, look, follow, cancel, wake."""

import time
from collections.abc import Callable

from gpar_core.cache import MANIFEST, Cache
from gpar_core.data import demo
from gpar_core.jobs.events import Event, read_events
from gpar_core.jobs.request import DemoRequest, ImportRequest, Request, TrainRequest, job_id
from gpar_core.jobs.store import Job, JobStore
from gpar_core.jobs.supervisor import ensure_running

FOLLOW_SECONDS = 0.2


def submit(cache: Cache, request: Request, owner: str = "local") -> Job:
    """Queue a request, or return its job if it is under way or its result is there.

    Raises JobError when the list of jobs cannot be used, WorkerError when nothing can be started.
    """
    exists = _result_exists(cache, request)
    job = JobStore(cache).submit(request, owner, result_exists=exists)
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


def _result_exists(cache: Cache, request: Request) -> bool:
    name = job_id(request)
    match request:
        case TrainRequest():
            return (cache.model(name) / MANIFEST).is_file()
        case DemoRequest():
            return cache.compendium_made_by(demo.NAME) == name
        case ImportRequest():
            return cache.compendium_made_by(request.name) == name
