"""When a job will start and end, by what jobs of the same kind on the same compendium took."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from gpar_core.analyses.registry import kind_of
from gpar_core.jobs.events import Event, read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.order import Places, Running, seconds_to_start
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.time_left import Course, course_of, seconds_left
from gpar_core.storage.cache import Cache


def left(cache: Cache, job: Job, log: Sequence[Event], now: float) -> float | None:
    """Seconds until a running job ends; None if it cannot be said. Raises JobError.

    log: all events of its present attempt.
    """
    earlier = _done_like(cache, job)
    usual = _course(cache.job(earlier.id), earlier.finished_at or 0.0) if earlier else None
    in_parts = job.request is not None and kind_of(job.request).in_parts
    return seconds_left(log, now, usual or None, in_parts=in_parts)


def starts_in(cache: Cache, job: Job, places: Places, now: float) -> float | None:
    """Seconds until a queued job starts; None if it cannot be said. Raises JobError."""
    store = JobStore(cache.unrestricted)
    active = store.active_jobs()
    running = [
        Running(each.owner, each.short, _left_or_usual(cache, each, now))
        for each in active
        if each.state is State.RUNNING
    ]
    usual = {each.id: _usual(cache, each) for each in active if each.state is State.QUEUED}
    expected = {each: seconds for each, seconds in usual.items() if seconds is not None}
    return seconds_to_start(job.id, store.queue(), running, places, expected)


def _left_or_usual(cache: Cache, job: Job, now: float) -> float | None:
    seconds = left(cache, job, read_events(cache.job(job.id)), now)
    if seconds is None and (usual := _usual(cache, job)) and job.started_at:
        seconds = max(usual - (now - job.started_at), 0.0)
    return seconds


def _usual(cache: Cache, job: Job) -> float | None:
    """How long such a job usually takes; None if none is done."""
    earlier = _done_like(cache, job)
    return None if earlier is None else _seconds(earlier)


def _done_like(cache: Cache, job: Job) -> Job | None:
    """Of the latest such jobs, the one that took the median time."""
    if job.request is None:
        return None
    earlier = sorted(JobStore(cache).done_like(job.request), key=_seconds)
    return earlier[len(earlier) // 2] if earlier else None


def _seconds(job: Job) -> float:
    return (job.finished_at or 0.0) - (job.started_at or 0.0)


@lru_cache(maxsize=100)
def _course(folder: Path, finished_at: float) -> Course:
    """Of a finished job; empty if its log is gone."""
    log = read_events(folder)
    return course_of(log, finished_at) if log else {}
