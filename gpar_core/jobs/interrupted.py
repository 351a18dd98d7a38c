"""Recover running jobs whose process and supervisor are both gone."""

from typing import Final

from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore

MAX_RESTARTS: Final = 2


def settle_lost(store: JobStore, job: Job) -> str:
    """Queue it again, at most `MAX_RESTARTS` times, or end it; returns in words what was done.

    Raises JobError if the list of jobs cannot be used.
    """
    if job.cancel_requested:
        store.finish(job.id, job.attempt, State.CANCELLED, "Cancelled.")
        return "canceled, as requested"
    if job.restarts < MAX_RESTARTS:
        store.requeue(job.id, job.attempt)
        return "queued again"
    reason = (
        f"The job was interrupted {job.restarts + 1} times together with GPAR's background "
        "service. Check whether the computer runs out of memory, then try again."
    )
    store.finish(job.id, job.attempt, State.FAILED, reason)
    return f"stopped after {job.restarts + 1} interruptions"
