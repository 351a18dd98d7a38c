"""Peak memory of a process and all its descendants together, sampled."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from operator import add
from pathlib import Path

import psutil

from benchmarks.figures import Figure

EVERY_SECONDS = 0.05
MAX_SHARE = 0.1
"""Of the time at most, for looking at large processes takes the system milliseconds."""


@dataclass(frozen=True)
class Usage:
    """Memory in MB, summed over processes.

    rss: counts pages that processes share once for each. pss: once in all. held: of these, those
    that no file holds, so that the system cannot drop them. Both are as rss where the system does
    not tell them, which is everywhere but on Linux.
    """

    rss: float
    pss: float
    held: float


class Watch:
    """What was used at the start, and the highest of each sum since."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.start = self.peak = usage(pid)

    def look(self) -> None:
        now = usage(self._pid)
        peak = self.peak
        self.peak = Usage(*map(max, astuple(peak), astuple(now)))


def usage(pid: int) -> Usage:
    """Memory of a process and its descendants now; those that have ended count nothing."""
    total = Usage(0.0, 0.0, 0.0)
    processes: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    for process in processes:
        with suppress(psutil.Error, OSError):
            total = Usage(*map(add, astuple(total), astuple(_of(process))))
    return total


def _of(process: psutil.Process) -> Usage:
    """Raises OSError or psutil.Error if it has ended."""
    if not psutil.LINUX:
        return Usage(*[process.memory_info().rss / 1e6] * 3)
    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
    megabytes = {name: int(size) * 1024 / 1e6 for name, size, _ in map(str.split, lines)}
    return Usage(megabytes["Rss:"], megabytes["Pss:"], megabytes["Pss_Anon:"])


def of_process(pid: int) -> float:
    """MB of one process now, its descendants left out: PSS where the system tells it."""
    return _of(psutil.Process(pid)).pss


def anonymous() -> float:
    """MB of this process that no file holds, so that the system cannot drop them; on Linux."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "RssAnon" in line
    )
    return int(line.split()[1]) * 1024 / 1e6


@contextmanager
def watched(pid: int | None = None) -> Iterator[Watch]:
    """Look at a process and its descendants, by default this one's, until the block ends."""
    watch, stop = Watch(pid or os.getpid()), threading.Event()

    def look_often() -> None:
        pause = EVERY_SECONDS
        while not stop.wait(pause):
            before = time.perf_counter()
            watch.look()
            pause = max(EVERY_SECONDS, (time.perf_counter() - before) / MAX_SHARE)

    thread = threading.Thread(target=look_often, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join()
        watch.look()


def figures(name: str, watches: list[Watch], *, at_most: float | None = None) -> list[Figure]:
    """Peak memory of each round as figures; the goal is for the pages counted once (PSS)."""
    sampled = f"sampled every {1000 * EVERY_SECONDS:.0f} ms or less often"
    once = "PSS, shared pages counted once" if psutil.LINUX else "RSS, PSS being unknown here"
    return [
        Figure(
            f"{name}: peak memory",
            tuple(watch.peak.pss for watch in watches),
            "MB",
            f"sum over all its processes of {once}, {sampled}",
            at_most=at_most,
        ),
        Figure(
            f"{name}: peak memory, RSS",
            tuple(watch.peak.rss for watch in watches),
            "MB",
            "the same with shared pages counted for every process",
        ),
        Figure(
            f"{name}: peak memory that no file holds",
            tuple(watch.peak.held for watch in watches),
            "MB",
            "the system can drop the rest at any time" if psutil.LINUX else "unknown here: RSS",
        ),
    ]
