"""What a laboratory would need, computed from measured figures: `python -m benchmarks.scaling`.

Nothing is run. Seconds and memory grow with the signatures along the line through two measured
sizes, or in proportion to one, and jobs that come at random wait for a free worker (M/M/c; the C
formula of Erlang 1917).
docs/scaling.md says where each figure was measured, and what the model leaves out.
"""

import math
from dataclasses import dataclass
from typing import Final

CLICK_SECONDS: Final = 0.031
"""Of processor time in the web process, which uses one core (`benchmarks.load`)."""

BUSY: Final = 0.7
"""Of a worker or a core at most: waiting times grow fast above it."""

ACTIVE: Final = 0.1
"""Share of the users who work at the busiest hour, an assumption."""

CLICKS_A_MINUTE: Final = 6.0
"""Of each of them, an assumption."""


@dataclass(frozen=True)
class Line:
    """What was measured at two numbers of signatures; the first is 0 for what is proportional."""

    sizes: tuple[int, int]
    values: tuple[float, float]

    def at(self, n: int) -> float:
        """On the straight line through both."""
        (first, second), (low, high) = self.sizes, self.values
        return low + (high - low) * (n - first) / (second - first)


@dataclass(frozen=True)
class Work:
    """A kind of job. seconds: of processor time. hourly: of an active user, an assumption."""

    name: str
    seconds: Line
    hourly: float


@dataclass(frozen=True)
class Laboratory:
    """signatures: of its compendium. users: everyone who has access."""

    name: str
    signatures: int
    users: int


@dataclass(frozen=True)
class Needs:
    """workers: of one core each. waiting: mean seconds in the queue. web: cores for pages."""

    workers: int
    waiting: float
    web: float


WORKS: Final = (
    Work("training of one MOA", Line((200_000, 1_311_913), (20.3, 139.0)), hourly=2.0),
    Work("signature search", Line((473_647, 1_311_913), (0.85, 2.34)), hourly=10.0),
)
ONCE: Final = {
    "import, compact: minutes": Line((0, 1_311_913), (0.0, 74.2 / 60)),
    "import: GB of memory": Line((473_647, 1_311_913), (0.56, 1.13)),
    "library of 70 MOAs: hours of a core": Line((200_000, 1_311_913), (0.226, 0.894)),
    "worker at a training: GB of memory": Line((200_000, 1_311_913), (1.01, 1.79)),
    "web process, all pages shown: GB of memory": Line((200_000, 1_311_913), (0.53, 0.97)),
    "compact compendium: GB of disk": Line((0, 1_311_913), (0.0, 1.33)),
    "index of searches: GB of disk": Line((0, 473_647), (0.0, 2.8)),
}
"""What does not depend on the number of users."""

LABORATORIES: Final = (
    Laboratory("LINCS, a group", 1_311_913, 20),
    Laboratory("LINCS, an institute", 1_311_913, 500),
    Laboratory("an atlas, an institute", 10_000_000, 500),
)


def waiting_seconds(per_second: float, seconds: float, workers: int) -> float:
    """Mean time in the queue of jobs that take `seconds` on average; infinite if the queue grows.

    Erlang's C formula: the share of jobs that wait at all, over the free rate of the workers.
    """
    load = per_second * seconds
    if load >= workers:
        return math.inf
    blocked = 1.0
    for k in range(1, workers + 1):  # Erlang's B by its recursion, which never overflows
        blocked = load * blocked / (k + load * blocked)
    waits = blocked / (1 - load / workers * (1 - blocked))
    return waits * seconds / (workers - load)


def needs(laboratory: Laboratory, works: tuple[Work, ...] = WORKS) -> Needs:
    """The fewest workers that are not too busy and let jobs wait for less than they take."""
    active = ACTIVE * laboratory.users
    rates = [active * work.hourly / 3600 for work in works]
    seconds = [work.seconds.at(laboratory.signatures) for work in works]
    per_second = sum(rates)
    mean = sum(rate * each for rate, each in zip(rates, seconds, strict=True)) / per_second
    workers = max(1, math.ceil(per_second * mean / BUSY))
    while waiting_seconds(per_second, mean, workers) > mean:
        workers += 1
    return Needs(
        workers,
        waiting_seconds(per_second, mean, workers),
        active * CLICKS_A_MINUTE / 60 * CLICK_SECONDS / BUSY,
    )


def table() -> str:
    """Everything as a table in Markdown, one column for each laboratory."""
    of = [needs(each) for each in LABORATORIES]
    rows = [
        ("", [each.name for each in LABORATORIES]),
        ("---", ["---"] * len(LABORATORIES)),
        ("signatures; users", [f"{each.signatures:,}; {each.users}" for each in LABORATORIES]),
        *((f"{work.name}: seconds of a core", _numbers(work.seconds)) for work in WORKS),
        ("**workers**, a core each", [f"{each.workers}" for each in of]),
        ("mean wait: seconds", [_number(each.waiting) for each in of]),
        ("cores for pages", [_number(each.web) for each in of]),
        *((what, _numbers(line)) for what, line in ONCE.items()),
    ]
    return "\n".join(f"| {' | '.join([what, *cells])} |" for what, cells in rows)


def _numbers(line: Line) -> list[str]:
    return [_number(line.at(each.signatures)) for each in LABORATORIES]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


if __name__ == "__main__":
    print(table())
