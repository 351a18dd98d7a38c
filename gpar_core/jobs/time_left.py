"""The time that a running job still needs, from its events and those of an earlier such job."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from gpar_core.jobs.events import Event
from gpar_core.progress import PART_FROM, PART_TO, WORK, Progress

REREAD_SECONDS: Final = 5.0
"""A job that resumes reads finished parts at once, which says nothing about its speed."""

ENOUGH_STEPS: Final = 5
MANY: Final = 10
FINE: Final = 50
"""A stage of more parts waits for enough steps: its first may be to get ready."""

BEGUN: Final = 0.03
"""The share of all work from which on its speed counts."""

SHORT: Final = 0.005
"""Parts that are expected to be this share of the work or less say nothing of the pace."""

SECONDS_LEFT: Final = "seconds_left"
"""A value of the progress of transfers, which know their own speed."""


@dataclass(frozen=True)
class _Step:
    """A moment at which a stage had come further. share: of the stage that was done then."""

    time: float
    share: float


@dataclass(frozen=True)
class StageCourse:
    """How a stage of a finished job went.

    seconds: that it took. shares, times: when, in seconds since it began, which share of it was
    done, both rising, from 0 at 0 to 1 at `seconds`.
    """

    seconds: float
    shares: tuple[float, ...]
    times: tuple[float, ...]

    def time_of(self, share: float) -> float:
        """Seconds until this share was done; between two known ones, in proportion."""
        known = list(zip(self.shares, self.times, strict=True))
        for (low, begin), (high, end) in pairwise(known):
            if low <= share < high:
                return begin + (end - begin) * (share - low) / (high - low)
        return self.seconds

    def next_share(self, share: float) -> float:
        """The next share that was reported."""
        return min((each for each in self.shares if each > share), default=1.0)


Course = Mapping[tuple[str, int], StageCourse]
"""How a finished job went: its stages in their order, by name and how often it had begun before."""


def course_of(log: Sequence[Event], end: float) -> Course:
    """How a job went that ended at `end`, from all its events."""
    course = {}
    stages = _stages(log)
    ends = [events[0].time for events in [*stages.values()][1:]] + [end]
    for (stage, events), until in zip(stages.items(), ends, strict=True):
        begin = events[0].time
        seconds = max(until - begin, 0.0)
        within = [step for step in _steps(events) if 0 < step.share < 1]
        times = [min(step.time - begin, seconds) for step in within]
        shares = (0.0, *(step.share for step in within), 1.0)
        course[stage] = StageCourse(seconds, shares, (0.0, *times, seconds))
    return course


def seconds_left(
    log: Sequence[Event], now: float, usual: Course | None = None, *, in_parts: bool = True
) -> float | None:
    """Seconds until the end of a job; None if it cannot be said.

    log: all events of its present attempt. usual: how an earlier job of the same kind went: which
    stages are still to come, and whether a stage slows down toward its end. in_parts: whether a
    job without such an earlier one can be judged by the speed of its present stage.
    """
    if not log:
        return None
    if SECONDS_LEFT in (told := log[-1].progress.values):
        return told[SECONDS_LEFT]
    here, events = list(_stages(log).items())[-1]
    if usual is None or here not in usual:
        if PART_TO in told:
            return _left_of_parts(log, now)
        if WORK in told:
            return _left_of_work(log, now)
        return _left_in_stage(events, now, _EVEN)[0] if in_parts else None
    left, pace = _left_in_stage(events, now, usual[here])
    if left is None:
        left = max(usual[here].seconds - (now - events[0].time), 0.0)
    order = list(usual)
    return left + pace * sum(usual[stage].seconds for stage in order[order.index(here) + 1 :])


def _left_of_work(log: Sequence[Event], now: float) -> float | None:
    """By the share of all work that was done since the beginning.

    Since the last step some of it has passed, and the next is the later the longer it is missing.
    """
    steps = _rising((event.time, event.progress.values.get(WORK, 0.0)) for event in log)
    first, latest = steps[0], steps[-1]
    if latest.share - first.share < BEGUN:
        return None
    left = (latest.time - first.time) / (latest.share - first.share) * (1 - latest.share)
    return _waiting(left, now - latest.time)


def _waiting(left: float, since: float) -> float:
    """What is left of what was to come at the last step, some time ago."""
    return left**2 / (left + max(since, 0.0)) if left else 0.0


def _left_of_parts(log: Sequence[Event], now: float) -> float | None:
    """By the parts of a `Whole`: the rest of the present one by its own pace, later ones by the
    usual pace, so that a part which takes far more or less than expected says nothing of others.

    The pace of a part is its time per share of the work. The usual one is the median of all parts
    so far but the shortest.
    """
    work = _rising((event.time, event.progress.values.get(WORK, 0.0)) for event in log)
    latest = work[-1]
    if latest.share - work[0].share < BEGUN:
        return None
    begun: dict[tuple[float, float], float] = {}
    for event in log:
        told = event.progress.values
        begun.setdefault((told.get(PART_FROM, 0.0), told.get(PART_TO, 0.0)), event.time)
    *parts, ((start, end), since) = begun.items()
    ends = [*list(begun.values())[1:], now]
    paces = [
        (until - at) / (high - low)
        for ((low, high), at), until in zip(parts, ends, strict=False)
        if high - low > SHORT
    ]
    own = None
    if latest.share - start > BEGUN * (end - start) and latest.time > since:
        own = (latest.time - since) / (latest.share - start)
        paces.append(own)
    if not paces:
        return None
    usual = median(paces)
    rest = _waiting((own or usual) * (end - latest.share), now - (latest.time if own else since))
    return rest + usual * (1 - end)


def _stages(log: Sequence[Event]) -> dict[tuple[str, int], list[Event]]:
    """The events of each stage. One begins when its name changes or fewer parts of it are done."""
    stages: dict[tuple[str, int], list[Event]] = {}
    begun: Counter[str] = Counter()
    before: Progress | None = None
    for event in log:
        here = event.progress
        if before is None or here.stage != before.stage or here.done < before.done:
            begun[here.stage] += 1
        stages.setdefault((here.stage, begun[here.stage] - 1), []).append(event)
        before = here
    return stages


_EVEN: Final = StageCourse(1.0, (0.0, 1.0), (0.0, 1.0))
"""A stage of constant speed."""


def _left_in_stage(
    of_stage: Sequence[Event], now: float, usual: StageCourse
) -> tuple[float | None, float]:
    """Seconds left in the present stage, if known, and seconds for one of the usual course.

    The pace is that over the latter half of the time, so that a slow or fast start is forgotten; a
    first step, which may prepare the others, is forgotten as soon as there are enough.
    """
    steps = _steps(of_stage)
    reread = [step for step in steps if step.time <= steps[0].time + REREAD_SECONDS]
    steps = steps[len(reread) - 1 :]
    latest = steps[-1]
    half = (steps[0].time + latest.time) / 2
    before = [step for step in steps if step.time <= half][-1]
    if before is steps[0] and len(steps) > ENOUGH_STEPS:
        before = steps[1]
    elif usual is _EVEN and of_stage[-1].progress.total > FINE and len(steps) <= ENOUGH_STEPS:
        return None, 1.0
    usually = usual.time_of(latest.share) - usual.time_of(before.share)
    if latest.share <= before.share or usually <= 0:
        return None, 1.0
    pace = (latest.time - before.time) / usually
    to_next = usual.next_share(latest.share)
    if usual is _EVEN:
        to_next = min(latest.share + 1 / of_stage[-1].progress.total, 1.0)
    since = min(now - latest.time, pace * (usual.time_of(to_next) - usual.time_of(latest.share)))
    return max(pace * (usual.seconds - usual.time_of(latest.share)) - since, 0.0), pace


def _steps(of_stage: Sequence[Event]) -> list[_Step]:
    """The moments of progress.

    Where there are many parts, only whole ones count: a part that has several stages of its own
    seems done at the end of each.
    """
    return _rising((event.time, _share(event.progress)) for event in of_stage)


def _share(now: Progress) -> float:
    done = float(now.done)
    if now.total < MANY:
        done += now.values.get("step_share", 0.0)
    return min(done / now.total, 1.0) if now.total > 1 else 0.0


def _rising(moments: Iterable[tuple[float, float]]) -> list[_Step]:
    """The moments at which the share grew, and the first."""
    steps: list[_Step] = []
    for time, share in moments:
        if not steps or share > steps[-1].share:
            steps.append(_Step(time, share))
    return steps
