"""The supervisor's lines of log about jobs, as text or JSON."""

import logging
import time
from contextlib import suppress

from gpar_core.errors import JobError, NotFoundError
from gpar_core.jobs.job import Job
from gpar_core.jobs.store import JobStore
from gpar_core.server import json_log

log = logging.getLogger(__name__)


def begun(job: Job, pid: int) -> None:
    """Log that a job was given to the worker `pid`."""
    _tell(job, f"given to process {pid}", "job begun", waited=time.time() - job.created_at)


def ended(store: JobStore, job_id: str) -> None:
    """Log how a job ended, if the list of jobs says so."""
    with suppress(NotFoundError, JobError):
        job = store.get(job_id)
        seconds = (job.finished_at or time.time()) - (job.started_at or job.created_at)
        _tell(job, f"{job.state} after {seconds:.0f} s", "job ended", seconds=seconds)


def _tell(job: Job, what: str, event: str, **seconds: float) -> None:
    """In JSON without titles and errors, in which users may have written names."""
    about = {
        "event": event,
        "job": job.id,
        "kind": job.request.kind if job.request else "",
        "attempt": job.attempt,
        "state": job.state,
        **{name: round(value, 3) for name, value in seconds.items()},
    }
    log.info("%s attempt %d: %s", job.id, job.attempt, what, extra={json_log.FIELDS: about})
