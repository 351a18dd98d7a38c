"""What pages say about jobs: titles, how far a job is, when it ends, and the page that shows it."""

import time

from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.registry import kind_of
from gpar_core.analyses.told_apart import job_details, told_apart
from gpar_core.data.fetching.meter import time_text
from gpar_core.jobs import outlook
from gpar_core.jobs.events import Event
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.order import Places
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress
from pages._shared.state import Key, cache, limits


def titles(jobs: list[Job]) -> dict[str, str]:
    """Title of each job by id, with what tells jobs of the same title apart."""
    names = cache().access.names()
    own = [f"{names[job.id]} ({job.title})" if job.id in names else job.title for job in jobs]
    details = [job_details(job.request) for job in jobs]
    return dict(zip([job.id for job in jobs], told_apart(own, details), strict=True))


def place_of(job: Job) -> tuple[str, dict[str, str]]:
    """The page that shows a job or its result, and its URL parameters."""
    if isinstance(job.request, CurationRequest):
        return "models", {Key.MODEL.value: job.request.model}
    page = kind_of(job.request).page if job.request else "compendium"
    return page, {Key.JOB.value: job.id}


def pausable(job: Job) -> bool:
    """Whether a stopped job resumes where it stopped, to the byte."""
    return job.request is not None and kind_of(job.request).resumes


def waiting_text(job: Job) -> str:
    """The place of a queued job, and when it starts if that can be said."""
    place = JobStore(cache()).position(job.id)
    places = Places(limits().jobs, limits().jobs_per_owner)
    seconds = outlook.starts_in(cache(), job, places, time.time())
    start = "" if seconds is None else f", starts {_about(seconds, 'soon')}"
    return f"Waiting: number {place} in the queue{start}."


def progress_of(job: Job, log: list[Event]) -> tuple[float, str, str]:
    """Of a running job: the share of its stage that is done, a line on it, and its message.

    log: its events.
    """
    now = time.time()
    # The events, not the job's own row, which is written less often.
    latest = log[-1].progress if log else Progress("Starting", message="Starting the worker …")
    parts = [latest.stage]
    if job.started_at:
        parts.append(time_text(max(0.0, now - job.started_at)))
    seconds = outlook.left(cache(), job, log, now)
    if seconds is not None and not latest.message.endswith("left"):
        parts.append("almost done" if seconds < 3 else f"about {_rounded(seconds)} left")
    return _share(log), " · ".join(parts), latest.message


def _share(log: list[Event]) -> float:
    """Share of the stage that is done, 0 to 1, including part of a step."""
    if not log or log[-1].progress.total == 0:
        return 0.0
    last = log[-1].progress
    return min((last.done + last.values.get("step_share", 0.0)) / last.total, 1.0)


def _about(seconds: float, soon: str) -> str:
    return soon if seconds < 3 else f"in about {_rounded(seconds)}"


def _rounded(seconds: float) -> str:
    """To five seconds below a minute, so that it does not flicker."""
    return time_text(max(5 * round(seconds / 5), 5) if seconds < 60 else seconds)


STATES = {
    State.QUEUED: "waiting",
    State.RUNNING: "running",
    State.DONE: "done",
    State.FAILED: "failed",
    State.CANCELLED: "canceled",
}
