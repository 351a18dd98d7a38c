"""The order in which waiting jobs start, and how long one has to wait.

Of an owner's jobs, short ones pass long ones, but no more than `MAX_PASSES` pass the same one.
Where several jobs run at once, long ones leave a place free for the next short one, on the whole
server and of each owner. A long job uses all processors, so two of them would end no earlier side
by side than one after the other. A job that runs is never interrupted.

Jobs of `SERVER`, which nobody waits for, start when nothing else waits and take no place from it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gpar_core.storage.access import SERVER

MAX_PASSES: Final = 10


@dataclass(frozen=True)
class Waiting:
    """A queued job. passed: by how many short jobs of its owner that were queued after it."""

    id: str
    owner: str
    short: bool = True
    passed: int = 0


@dataclass(frozen=True)
class Running:
    """A running job. left: seconds until it ends, None if unknown."""

    owner: str
    short: bool = True
    left: float | None = None


@dataclass(frozen=True)
class Places:
    """How many jobs run at once: in all, and of one owner."""

    jobs: int
    jobs_per_owner: int


def fair_order(queue: Sequence[Waiting], running: Mapping[str, int]) -> Iterator[Waiting]:
    """`queue` (oldest first) in the order in which it will start.

    running: number of running jobs by owner. The next job is always one of the owner with the
    fewest running jobs: the oldest, or the oldest short one if the oldest may still be passed.
    """
    load = Counter(running)
    waiting = list(queue)
    while waiting:
        owner = min(waiting, key=lambda each: (each.owner == SERVER.name, load[each.owner])).owner
        own = [each for each in waiting if each.owner == owner]
        chosen = own[0]
        if not chosen.short and chosen.passed < MAX_PASSES:
            chosen = next((each for each in own if each.short), chosen)
        place = waiting.index(chosen)
        waiting[:place] = [_passed(each, chosen) for each in waiting[:place]]
        waiting.remove(chosen)
        load[owner] += 1
        yield chosen


def next_to_start(
    queue: Sequence[Waiting], running: Sequence[Running], places: Places
) -> Waiting | None:
    """The job of `queue` (oldest first) that starts now; None if none may."""
    if any(each.owner != SERVER.name for each in queue):
        queue = [each for each in queue if each.owner != SERVER.name]
        running = [each for each in running if each.owner != SERVER.name]
    if len(running) >= places.jobs:
        return None
    by_owner = Counter(each.owner for each in running)
    long_by_owner = Counter(each.owner for each in running if not each.short)
    has_room = long_by_owner.total() < _for_long(places.jobs)

    def may_start(job: Waiting) -> bool:
        if by_owner[job.owner] >= places.jobs_per_owner:
            return False
        own_room = long_by_owner[job.owner] < _for_long(places.jobs_per_owner)
        return job.short or (has_room and own_room)

    return next(fair_order([each for each in queue if may_start(each)], by_owner), None)


def seconds_to_start(
    job_id: str,
    queue: Sequence[Waiting],
    running: Sequence[Running],
    places: Places,
    expected: Mapping[str, float],
) -> float | None:
    """In how many seconds a queued job starts if no other is queued; None if it cannot be said.

    queue: oldest first. expected: seconds that queued jobs will run, of those that are known.
    """
    queue, running, now = list(queue), list(running), 0.0
    while True:
        while chosen := next_to_start(queue, running, places):
            if chosen.id == job_id:
                return now
            queue.remove(chosen)
            running.append(Running(chosen.owner, chosen.short, expected.get(chosen.id)))
        known = [each.left for each in running if each.left is not None]
        if not known:
            return None
        passed = min(known)
        now += passed
        running = [
            each if each.left is None else replace(each, left=each.left - passed)
            for each in running
            if each.left != passed
        ]


def _passed(job: Waiting, by: Waiting) -> Waiting:
    return replace(job, passed=job.passed + 1) if job.owner == by.owner else job


def _for_long(places: int) -> int:
    return max(places - 1, 1)
